//! The board as a debug probe sees it: accesses past the core, and what a core in Debug state does not do.
//!
//! Reading has no side effects, other than on a chip, where it would pop a receiver: whoever looks changes nothing. Writing
//! does what it does on the chip. Neither is an access of the firmware: no check looks at it, and nothing counts it.

use bringup_cpu::{At, Bus, Width};

use crate::board::Board;
use crate::clock::Time;
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

    /// Lets the time pass that the flash and the oscillators need for what they were told to do, up to a tenth of a second, with a
    /// core in Debug state: it executes nothing and SysTick stands still.
    pub fn finish_writes(&mut self) {
        /// Longer than any operation on flash that a debugger waits for, and shorter than a crystal of 32 kHz takes.
        const PATIENCE: Time = Time::from_nanos(100_000_000);
        let devices = &self.system.devices;
        let waited_for = [devices.flash, devices.rcc].into_iter().flatten();
        let now = self.system.clock.time_at(self.core.cycles());
        let latest = self.system.clock.cycle_at(now.plus(PATIENCE));
        let ends = waited_for.filter_map(|index| {
            let device = DeviceIndex(index as u16);
            self.system.scheduler.last_of(device, latest)
        });
        if let Some(end) = ends.max() {
            self.core.stand_still(&mut self.system, end);
            self.reached = None;
            self.serve_requests();
        }
    }

    /// Forgets the edges of pins but the last of each, and what was printed: in a run without an end, for whoever has taken them.
    pub fn forget_events(&mut self) {
        self.system.pins.forget_edges();
        self.system.console.forget();
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
