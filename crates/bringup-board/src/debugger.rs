//! The board as a debug probe sees it: accesses past the core, and what a core in Debug state does not do.
//!
//! Reading has no side effects, other than on a chip, where it would pop a receiver: whoever looks changes nothing. Writing
//! does what it does on the chip. Neither is an access of the firmware: no check looks at it, and nothing counts it.

use bringup_cpu::{At, Bus, Width};

use crate::board::Board;
use crate::scheduler::DeviceIndex;

impl Board {
    /// Reads memory or a register as a debugger does, without side effects. What identifies the chip answers without a clock.
    /// `None` where the bus refuses. `address` is a multiple of the width.
    pub fn debugger_read(&self, address: u32, width: Width) -> Option<u32> {
        if let Some((device, offset)) = self.system.debug_unit_at(address) {
            return device.file.peek(offset, width);
        }
        self.peek(address, width)
    }

    /// Writes memory or a register as a debugger does; flash takes what its controller makes of it. False where the bus
    /// refuses. `address` is a multiple of the width.
    pub fn debugger_write(&mut self, address: u32, width: Width, value: u32) -> bool {
        if self.core.poke(address, value) {
            return true;
        }
        if self.system.fast_write(address, width, value) {
            let last = address.saturating_add(width.bytes() - 1);
            self.core.code_changed(address, last);
            return true;
        }
        let at = At {
            pc: self.core.pc(),
            cycle: self.core.cycles(),
        };
        let done = self.system.debugger_write(address, width, value, at);
        self.serve_requests();
        done
    }

    /// Lets the time pass that the flash needs for what it was told to do, with a core in Debug state: it executes nothing and
    /// SysTick stands still.
    pub fn finish_flash(&mut self) {
        let flash = self.system.devices.flash;
        let end = flash.and_then(|index| self.system.scheduler.last_of(DeviceIndex(index as u16)));
        if let Some(end) = end {
            self.core.stand_still(&mut self.system, end);
            self.reached = None;
            self.serve_requests();
        }
    }

    /// Sets whether `BKPT 0xAB` is served by the board. Otherwise it halts the core for a debugger that serves it.
    pub fn set_semihosting(&mut self, served: bool) {
        self.serves_semihosting = served;
    }

    /// How often the chip was reset since power-on.
    pub fn resets(&self) -> u64 {
        self.resets
    }
}
