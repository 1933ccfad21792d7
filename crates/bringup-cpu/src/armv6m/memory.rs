//! Data accesses: plain memory inline, everything else out of line.

use super::fault::{Fault, FaultKind};
use super::scs;
use super::state::State;
use super::unpredictable;
use crate::bus::{At, Bus, SystemAccess, Width};

/// Cycles an access takes beyond the table. No access is faster than the single-cycle I/O port.
fn wait<B: Bus>(bus: &B, address: u32) -> u32 {
    bus.data_wait(address).max(-1) as u32
}

#[expect(
    clippy::inline_always,
    reason = "the fast path of every load and store is a few instructions"
)]
impl State {
    /// Loads; the second value is the waiting time, to be added wrapping.
    #[inline(always)]
    pub(crate) fn load<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        width: Width,
        at: At,
    ) -> Result<(u32, u32), Fault> {
        if address & (width.bytes() - 1) == 0
            && let Some(value) = bus.fast_read(address, width)
        {
            return Ok((value, wait(bus, address)));
        }
        self.load_slow(bus, address, width, at)
    }

    /// Stores; the value is the waiting time, to be added wrapping.
    #[inline(always)]
    pub(crate) fn store<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        width: Width,
        value: u32,
        at: At,
    ) -> Result<u32, Fault> {
        let value = value & width.mask();
        if address & (width.bytes() - 1) == 0 && bus.fast_write(address, width, value) {
            if address.wrapping_sub(self.code_start) < self.code_length {
                self.note_code_write(address, width);
            }
            return Ok(wait(bus, address));
        }
        self.store_slow(bus, address, width, value, at)
    }

    /// Reads an entry of the vector table; the second value is the waiting time, to be added wrapping.
    pub(crate) fn load_vector<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        at: At,
    ) -> Result<(u32, u32), Fault> {
        if scs::contains(address) {
            return self.load(bus, address, Width::Word, at);
        }
        let vector = bus.vector(address, at).map_err(|_| Fault {
            kind: FaultKind::Vector,
            pc: at.pc,
            address,
        })?;
        Ok((vector, wait(bus, address)))
    }

    /// Tells the world if the stack pointer falls from where it may be to where it may not. A stack pointer that was
    /// set to another stack is not watched.
    #[inline(always)]
    pub(crate) fn watch_stack<B: Bus>(&mut self, bus: &mut B, to: u32, at: At) {
        if to < self.stack.0 {
            self.stack_fell(bus, to, at);
        }
    }

    #[cold]
    fn stack_fell<B: Bus>(&mut self, bus: &mut B, to: u32, at: At) {
        let (lowest, top) = self.stack;
        if (lowest..=top).contains(&self.r[13]) {
            bus.stack_overflow(to, at);
            self.until = self.until.min(bus.stop_at());
        }
    }

    /// A store went to where code may have been decoded.
    #[cold]
    fn note_code_write(&mut self, address: u32, width: Width) {
        let last = address.wrapping_add(width.bytes() - 1);
        let (low, high) = self.code_written.unwrap_or((address, last));
        self.code_written = Some((low.min(address), high.max(last)));
        self.until = 0;
    }

    #[cold]
    #[inline(never)]
    fn load_slow<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        width: Width,
        at: At,
    ) -> Result<(u32, u32), Fault> {
        let fault = |kind| Fault {
            kind,
            pc: at.pc,
            address,
        };
        if scs::contains(address) {
            self.note_partial_access(bus, width, at);
            let value = self.system_read(address, width, at.cycle).map_err(fault)?;
            self.tell_system_access(bus, address, value, false, at);
            return Ok((value, 0));
        }
        if address & (width.bytes() - 1) != 0 {
            return Err(fault(FaultKind::Unaligned));
        }
        let value = bus.read(address, width, at);
        self.hear(bus);
        let value = value.map_err(|_| fault(FaultKind::Load))?;
        if bus.is_unknown(address, width) {
            self.taint.note(at.pc, address, width);
            self.until = 0;
        }
        Ok((value & width.mask(), wait(bus, address)))
    }

    #[cold]
    #[inline(never)]
    fn store_slow<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        width: Width,
        value: u32,
        at: At,
    ) -> Result<u32, Fault> {
        let fault = |kind| Fault {
            kind,
            pc: at.pc,
            address,
        };
        if scs::contains(address) {
            self.note_partial_access(bus, width, at);
            self.system_write(address, width, value, at.cycle)
                .map_err(fault)?;
            self.tell_system_access(bus, address, value, true, at);
            return Ok(0);
        }
        if address & (width.bytes() - 1) != 0 {
            return Err(fault(FaultKind::Unaligned));
        }
        let done = bus.write(address, width, value, at);
        if address.wrapping_sub(self.code_start) < self.code_length {
            self.note_code_write(address, width);
        }
        self.hear(bus);
        done.map_err(|_| fault(FaultKind::Store))?;
        Ok(wait(bus, address))
    }

    /// The System Control Space takes words; what else does is UNPREDICTABLE (section B3.1.1).
    fn note_partial_access<B: Bus>(&self, bus: &mut B, width: Width, at: At) {
        if width != Width::Word && self.privileged() {
            unpredictable::report(
                bus,
                at,
                "an access to the System Control Space that is no word",
                "raises HardFault",
            );
        }
    }

    /// Tells the world of an access to the System Control Space; it may want to pause.
    fn tell_system_access<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        value: u32,
        write: bool,
        at: At,
    ) {
        let access = SystemAccess {
            address,
            value,
            write,
        };
        bus.system_access(access, at);
        self.until = self.until.min(bus.stop_at());
    }

    /// Listens to the world after an access that may have changed it.
    fn hear<B: Bus>(&mut self, bus: &B) {
        if self.nvic.lines_differ(bus.interrupt_lines()) || bus.code_generation() != self.generation
        {
            self.until = 0;
        } else {
            self.next_event_at = self.next_event_at.min(bus.deadline());
            self.until = self.until.min(bus.deadline()).min(bus.stop_at());
        }
    }
}
