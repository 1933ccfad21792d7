//! Exception entry and return (ARMv6-M ARM, sections B1.5.6 to B1.5.8), faults and lockup.

use super::fault::{Fault, FaultKind};
use super::nvic::number;
use super::state::{Sleep, State};
use super::unpredictable;
use crate::bus::{At, Bus, Width};

/// Bits 31 to 28 that make a branch target in handler mode an `EXC_RETURN`.
pub(crate) const EXC_RETURN: u32 = 0xF000_0000;

impl State {
    /// A word access of exception handling; waiting time is added to the clock.
    fn frame_read<B: Bus>(&mut self, bus: &mut B, address: u32, at: At) -> Result<u32, Fault> {
        let (value, wait) = self.load(bus, address, Width::Word, at)?;
        self.cycles = self.cycles.saturating_add_signed(i64::from(wait as i32));
        Ok(value)
    }

    fn frame_write<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        value: u32,
        at: At,
    ) -> Result<(), Fault> {
        let wait = self.store(bus, address, Width::Word, value, at)?;
        self.cycles = self.cycles.saturating_add_signed(i64::from(wait as i32));
        Ok(())
    }

    /// The present as an access sees it.
    pub(crate) fn now(&self) -> At {
        At {
            pc: self.r[15],
            cycle: self.cycles,
        }
    }

    /// Takes an exception: stacks a frame and starts the handler of whatever is most urgent by
    /// then. `exception` is pending; R15 is the return address.
    pub(crate) fn enter<B: Bus>(&mut self, bus: &mut B, exception: u32) {
        self.sleep = None;
        let handler = self.handler_mode();
        let return_value = match (handler, self.psp_active()) {
            (true, _) => 0xFFFF_FFF1,
            (false, false) => 0xFFFF_FFF9,
            (false, true) => 0xFFFF_FFFD,
        };
        let stacked = self.push_stack(bus);
        self.cycles += u64::from(self.config.timing.exception_entry);
        self.r[14] = return_value;
        if let Err(fault) = stacked {
            self.stacking_failed(bus, exception, fault);
            return;
        }
        self.catch_up(bus);
        self.take(bus, self.late_arrival(exception));
    }

    /// The frame of `exception` could not be stacked: HardFault derives from that. It replaces
    /// exceptions of a lower priority, which stay pending, and follows an NMI. From HardFault to NMI, and for
    /// HardFault itself, it is a lockup at the priority of the exception (Cortex-M0+ TRM, section 3.6.1).
    fn stacking_failed<B: Bus>(&mut self, bus: &mut B, exception: u32, fault: Fault) {
        let in_hard_fault = self.nvic.active >> number::HARD_FAULT & 1 != 0;
        self.last_fault = Some(fault);
        match exception {
            number::NMI if !in_hard_fault => {
                self.nvic.pend(1 << number::HARD_FAULT);
                self.take(bus, number::NMI);
            }
            number::NMI | number::HARD_FAULT => {
                self.select_psp(false);
                self.ipsr = exception;
                self.nvic.activate(exception);
                self.lock_up(fault);
            }
            _ => self.take(bus, number::HARD_FAULT),
        }
    }

    /// Whatever is most urgent now that `exception` was chosen some cycles ago.
    fn late_arrival(&self, exception: u32) -> u32 {
        match self.nvic.highest_pending() {
            Some(late) if self.nvic.priority(late) < self.nvic.priority(exception) => late,
            _ => exception,
        }
    }

    /// Stacks R0 to R3, R12, LR, the return address and xPSR, aligned to 8 bytes.
    fn push_stack<B: Bus>(&mut self, bus: &mut B) -> Result<(), Fault> {
        let at = self.now();
        let sp = self.r[13];
        let frame = sp.wrapping_sub(0x20) & !4;
        let xpsr = self.xpsr() | (sp & 4) << 7;
        self.watch_stack(bus, frame, at);
        self.r[13] = frame;
        let words = [
            self.r[0], self.r[1], self.r[2], self.r[3], self.r[12], self.r[14], self.r[15], xpsr,
        ];
        let mut address = frame;
        for word in words {
            self.frame_write(bus, address, word, at)
                .map_err(|fault| Fault {
                    kind: FaultKind::Stacking,
                    ..fault
                })?;
            address = address.wrapping_add(4);
        }
        Ok(())
    }

    /// Activates an exception and jumps to its handler; the frame is stacked, LR is set.
    fn take<B: Bus>(&mut self, bus: &mut B, exception: u32) {
        let at = self.now();
        let address = self.vtor.wrapping_add(4 * exception);
        self.select_psp(false);
        self.ipsr = exception;
        self.nvic.activate(exception);
        self.event = true;
        match self.load_vector(bus, address, at) {
            Ok((vector, wait)) => {
                self.cycles = self.cycles.saturating_add_signed(i64::from(wait as i32));
                bus.exception_taken(exception, vector, at);
                self.thumb = vector & 1 != 0;
                self.r[15] = vector & !1;
            }
            Err(fault) => self.fault(
                bus,
                Fault {
                    kind: FaultKind::Vector,
                    ..fault
                },
            ),
        }
    }

    /// Lets the world and SysTick reach the present.
    pub(crate) fn catch_up<B: Bus>(&mut self, bus: &mut B) {
        if bus.deadline() <= self.cycles {
            bus.advance(self.cycles);
        }
        if self.systick_deadline() <= self.cycles {
            self.sync_systick(self.cycles);
        }
        let lines = bus.interrupt_lines();
        if self.nvic.lines_differ(lines) {
            self.latch(lines);
        }
    }

    /// HardFault, or lockup where HardFault cannot be taken. R15 is the return address.
    pub(crate) fn fault<B: Bus>(&mut self, bus: &mut B, fault: Fault) {
        self.last_fault = Some(fault);
        if self.nvic.active_priority() <= self.nvic.priority(number::HARD_FAULT) {
            self.lock_up(fault);
            return;
        }
        self.nvic.pend(1 << number::HARD_FAULT);
        self.enter(bus, number::HARD_FAULT);
    }

    /// Lockup (section B1.5.10): only a reset or NMI ends it.
    pub(crate) fn lock_up(&mut self, fault: Fault) {
        self.last_fault = Some(fault);
        self.lockup = Some(fault);
    }

    /// SVC; R15 is the instruction behind it.
    pub(crate) fn supervisor_call<B: Bus>(&mut self, bus: &mut B, pc: u32) {
        if self.nvic.priority(number::SVCALL) < self.execution_priority() {
            self.pend(1 << number::SVCALL);
            self.enter(bus, number::SVCALL);
        } else {
            // The escalated fault is synchronous: it returns to the SVC itself.
            self.r[15] = pc;
            self.fault(
                bus,
                Fault {
                    kind: FaultKind::SvcEscalation,
                    pc,
                    address: pc,
                },
            );
        }
    }

    /// Exception return to the place that `value`, an `EXC_RETURN`, names; `pc` is the instruction
    /// that branched to it.
    pub(crate) fn exception_return<B: Bus>(&mut self, bus: &mut B, value: u32, pc: u32) {
        let nested = self.nvic.active.count_ones();
        let legal = self.nvic.active >> self.ipsr & 1 != 0
            && match value {
                0xFFFF_FFF1 => nested > 1,
                0xFFFF_FFF9 | 0xFFFF_FFFD => nested == 1,
                _ => false,
            };
        if !legal {
            self.r[15] = pc;
            unpredictable::report(
                bus,
                self.now(),
                "an exception return to a mode that the processor cannot return to",
                "raises HardFault",
            );
            let fault = Fault {
                kind: FaultKind::ExceptionReturn,
                pc,
                address: value,
            };
            self.fault(bus, fault);
            return;
        }
        let new = self.nvic.deactivate(self.ipsr);
        self.note_pended(new);
        self.r[15] = value;
        self.event = true;
        if let Some(next) = self.exception_to_take() {
            self.r[14] = value;
            self.cycles += u64::from(self.config.timing.tail_chain);
            self.catch_up(bus);
            let next = self.late_arrival(next);
            self.take(bus, next);
            return;
        }
        self.unstack(bus, value, pc);
    }

    /// Ends the exception for good: thread mode or the handler it interrupted continues.
    fn unstack<B: Bus>(&mut self, bus: &mut B, value: u32, pc: u32) {
        let at = At {
            pc,
            cycle: self.cycles,
        };
        self.ipsr = 0;
        self.select_psp(value == 0xFFFF_FFFD);
        self.cycles += u64::from(self.config.timing.exception_return);
        bus.exceptions_left(self.nvic.active);
        match self.pop_stack(bus, at) {
            Ok(xpsr) => {
                self.set_apsr(xpsr);
                self.thumb = xpsr >> 24 & 1 != 0;
                self.ipsr = xpsr & 0x3F;
                let to_handler = value == 0xFFFF_FFF1;
                if to_handler != self.handler_mode()
                    || to_handler && self.nvic.active >> self.ipsr & 1 == 0
                {
                    self.ipsr = self.running_exception(to_handler);
                    unpredictable::report(
                        bus,
                        at,
                        "an exception return whose frame has the exception number of another mode",
                        "raises HardFault",
                    );
                    let fault = Fault {
                        kind: FaultKind::ExceptionReturn,
                        pc,
                        address: value,
                    };
                    self.fault(bus, fault);
                } else if !to_handler && self.scr & 2 != 0 {
                    self.sleep = Some(Sleep::Interrupt);
                }
            }
            Err(fault) => {
                self.ipsr = self.running_exception(value == 0xFFFF_FFF1);
                self.r[14] = value;
                self.derived_on_return(
                    bus,
                    Fault {
                        kind: FaultKind::Unstacking,
                        ..fault
                    },
                );
            }
        }
    }

    /// The exception that is executing after the innermost one ended.
    fn running_exception(&self, handler: bool) -> u32 {
        let mut rest = self.nvic.active;
        let mut best = 0;
        let mut priority = i8::MAX;
        while handler && rest != 0 {
            let exception = rest.trailing_zeros();
            if self.nvic.priority(exception) < priority {
                (best, priority) = (exception, self.nvic.priority(exception));
            }
            rest &= rest - 1;
        }
        best
    }

    /// A bus error while unstacking: HardFault is tail-chained, with the frame left where it is.
    fn derived_on_return<B: Bus>(&mut self, bus: &mut B, fault: Fault) {
        if self.nvic.active_priority() <= self.nvic.priority(number::HARD_FAULT) {
            self.lock_up(fault);
            return;
        }
        self.last_fault = Some(fault);
        self.take(bus, number::HARD_FAULT);
    }

    /// Unstacks the frame; returns the stacked xPSR. On an error nothing has changed.
    fn pop_stack<B: Bus>(&mut self, bus: &mut B, at: At) -> Result<u32, Fault> {
        let frame = self.r[13];
        let mut words = [0; 8];
        let mut address = frame;
        for word in &mut words {
            *word = self.frame_read(bus, address, at)?;
            address = address.wrapping_add(4);
        }
        let [r0, r1, r2, r3, r12, lr, pc, xpsr] = words;
        self.r[..4].copy_from_slice(&[r0, r1, r2, r3]);
        self.r[12] = r12;
        self.r[14] = lr;
        self.r[15] = pc & !1;
        if pc & 1 != 0 {
            unpredictable::report(
                bus,
                at,
                "an exception return to an odd address",
                "ignores bit 0 of the address",
            );
        }
        self.r[13] = frame.wrapping_add(0x20) | (xpsr >> 7 & 4);
        Ok(xpsr)
    }
}
