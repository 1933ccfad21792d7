//! Running: from one stop of the core to the next, and what the board does about each.

use std::time::Duration;

use bringup_cpu::armv6m;
use bringup_cpu::{Bus, WatchHit, Width};
use bringup_device::catalogue::MemoryKind;

use crate::board::Board;
use crate::bus::System;
use crate::checks;
use crate::checks::stuck_poll::Awaited;
use crate::clock::Time;
use crate::error::Error;
use crate::semihosting::{Guest, Outcome};
use crate::trace::Batch;

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stop {
    /// The virtual time was over.
    Limit,
    /// What was waited for came: an edge of a pin, a text on the console.
    Until,
    /// The firmware ended itself through semihosting.
    Exit,
    /// The core took a HardFault.
    Fault,
    /// The core locked up: a fault in a HardFault handler, or no vector table.
    Lockup,
    /// The firmware waits for something that nothing will ever bring about.
    Stuck,
}

/// Why the core halted, as a debugger sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The run ended.
    Stop(Stop),
    /// A breakpoint was reached; the instruction there has not been executed.
    Breakpoint {
        /// Its address.
        pc: u32,
    },
    /// A `BKPT` instruction other than for semihosting; the program counter still points to it.
    Bkpt {
        /// Its address.
        pc: u32,
        /// Its immediate.
        comment: u8,
    },
    /// A watchpoint saw an access, which has been made.
    Watchpoint(WatchHit),
    /// The chip was reset, and has not executed anything since.
    Reset,
    /// Checks found something new: the last of [`Board::findings`].
    Finding,
    /// [`RunOptions::pause_at`] has come.
    Paused,
}

/// When a run ends, and how it behaves until then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct RunOptions {
    /// Virtual time to run for; without one, until something else ends the run.
    pub limit: Option<Duration>,
    /// Ends the run with the next edge of this pin.
    pub until_pin: Option<String>,
    /// Ends the run as soon as a port of the console has printed this text.
    pub until_text: Option<String>,
    /// Ends the run as soon as a HardFault is taken. Otherwise its handler runs, and the run ends with
    /// [`Stop::Fault`] if it turns out to be an endless loop or is still running at the end.
    pub stop_on_fault: bool,
    /// Jumps over loops that only wait. Changes nothing but how long the run takes.
    pub skip: bool,
    /// Virtual time since power-on at which the run ends at the latest, whenever it began.
    pub deadline: Option<Duration>,
    /// Core cycle to pause at: the run is to go on. What shows only at the end of a run is not looked at.
    pub pause_at: Option<u64>,
    /// Halts after a reset that the firmware or a watchdog asked for, as `DEMCR.VC_CORERESET` does (ARMv6-M ARM, C1.6.5).
    pub stop_on_reset: bool,
    /// Halts as soon as a check finds something new.
    pub stop_on_finding: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            limit: None,
            until_pin: None,
            until_text: None,
            stop_on_fault: false,
            skip: true,
            deadline: None,
            pause_at: None,
            stop_on_reset: false,
            stop_on_finding: false,
        }
    }
}

impl RunOptions {
    /// Runs for a span of virtual time.
    pub fn limited(limit: Duration) -> Self {
        Self {
            limit: Some(limit),
            ..Self::default()
        }
    }
}

impl Halt {
    /// The end of a run. Breakpoints and what else is a debugger's, which uses [`Board::debug`], end a run as what
    /// was waited for does.
    fn stop(self) -> Stop {
        match self {
            Self::Stop(stop) => stop,
            Self::Paused => Stop::Limit,
            _ => Stop::Until,
        }
    }
}

/// What halts the board beside what it is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Halts {
    at_faults: bool,
    at_resets: bool,
}

/// What the firmware did that the core could not carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestFault {
    /// The rule of the architecture that was broken.
    pub message: String,
    /// Address of the instruction.
    pub pc: u32,
    /// Address of the access, if the fault is about one.
    pub address: Option<u32>,
    /// Core cycle at which the handler was entered.
    pub cycle: u64,
    /// Whether the core locked up over it.
    pub lockup: bool,
}

/// Exception number of HardFault.
const HARD_FAULT: u32 = 3;
/// Cycles after which a HardFault handler that is nothing but an endless loop has reached it.
const HANDLER_START: u64 = 256;

impl Board {
    /// Runs for a span of virtual time, unless something ends the run before.
    pub fn run_for(&mut self, time: Duration) -> Stop {
        let halt = self.resume(&RunOptions::limited(time), false);
        halt.map_or(Stop::Until, Halt::stop)
    }

    /// Runs until something that the options name happens. A `BKPT` instruction without a debugger is a HardFault.
    pub fn run(&mut self, options: &RunOptions) -> Result<Stop, Error> {
        Ok(self.resume(options, false)?.stop())
    }

    /// Runs as [`Board::run`] does, and hands over every access to a register that the firmware makes, some thousands at a
    /// time. Nothing else is different. Registers of the core itself (SysTick, NVIC, SCB) are among them.
    pub fn run_traced(
        &mut self,
        options: &RunOptions,
        sink: &mut dyn FnMut(Batch),
    ) -> Result<Stop, Error> {
        let halt = self.traced(sink, |board, sink| board.resume_with(options, false, sink))?;
        Ok(halt.stop())
    }

    /// Does something with accesses recorded and handed over.
    fn traced<R>(
        &mut self,
        sink: &mut dyn FnMut(Batch),
        action: impl FnOnce(&mut Self, &mut dyn FnMut(Batch)) -> R,
    ) -> R {
        self.system.set_recording(true);
        let result = action(self, sink);
        if let Some((batch, _)) = self.system.take_batch(true) {
            sink(batch);
        }
        self.system.set_recording(false);
        result
    }

    /// Runs as [`Board::run`] does, for a debugger: `BKPT` instructions halt the core.
    pub fn debug(&mut self, options: &RunOptions) -> Result<Halt, Error> {
        self.resume(options, true)
    }

    /// Runs as [`Board::debug`] does, and hands over accesses as [`Board::run_traced`] does.
    pub fn debug_traced(
        &mut self,
        options: &RunOptions,
        sink: &mut dyn FnMut(Batch),
    ) -> Result<Halt, Error> {
        self.traced(sink, |board, sink| board.resume_with(options, true, sink))
    }

    /// Executes one instruction, or takes one exception.
    pub fn step(&mut self) -> Halt {
        self.step_before(None)
    }

    /// The same in a run that ends at a virtual time since power-on: when that has come, nothing is done and the run has ended
    /// with [`Stop::Limit`], and no sleep lasts longer.
    pub fn step_before(&mut self, deadline: Option<Duration>) -> Halt {
        self.system
            .set_limit(deadline.map(Time::from_duration), None);
        self.system.findings.halt_on_new(false);
        self.core.set_stop_on_hard_fault(true);
        self.halts = Halts {
            at_faults: true,
            at_resets: false,
        };
        if let Some(hit) = self.watch_hit.take() {
            return Halt::Watchpoint(hit);
        }
        let halt = loop {
            match self.core.step(&mut self.system) {
                // The world wanted to be heard before the instruction.
                Some(armv6m::Stop::Limit) => {
                    if !self.serve_requests() && !self.look_at_rtt() {
                        break deadline.map(|_| Halt::Stop(Stop::Limit));
                    }
                }
                stop => break stop.and_then(|stop| self.heed(stop, true)),
            }
        };
        self.serve_requests();
        self.look_at_rtt();
        if halt.is_some() {
            self.system.show_all_rtt();
        }
        halt.unwrap_or(Halt::Paused)
    }

    /// Steps as [`Board::step_before`] does, and hands over accesses as [`Board::run_traced`] does.
    pub fn step_traced(&mut self, deadline: Option<Duration>, sink: &mut dyn FnMut(Batch)) -> Halt {
        self.traced(sink, |board, _| board.step_before(deadline))
    }

    fn resume(&mut self, options: &RunOptions, debugger: bool) -> Result<Halt, Error> {
        self.resume_with(options, debugger, &mut drop)
    }

    fn resume_with(
        &mut self,
        options: &RunOptions,
        debugger: bool,
        sink: &mut dyn FnMut(Batch),
    ) -> Result<Halt, Error> {
        let awaited = options
            .until_pin
            .as_deref()
            .map(|name| self.pin_id(name))
            .transpose()?;
        if let Some(hit) = self.watch_hit.take() {
            return Ok(Halt::Watchpoint(hit));
        }
        let now = self
            .reached
            .take()
            .unwrap_or_else(|| self.system.clock.time_at(self.core.cycles()));
        let end = options
            .limit
            .map(|limit| now.plus(Time::from_duration(limit)));
        let deadline = options.deadline.map(Time::from_duration);
        let ends = end.into_iter().chain(deadline);
        let end = ends.min_by_key(|end| end.in_attoseconds());
        self.system.set_limit(end, options.pause_at);
        self.system.findings.halt_on_new(options.stop_on_finding);
        self.halts = Halts {
            at_faults: options.stop_on_fault,
            at_resets: options.stop_on_reset,
        };
        self.system.pins.await_edge(awaited);
        self.system
            .console
            .await_text(options.until_text.as_deref());
        self.core.set_stop_on_hard_fault(true);
        self.handler_watched = false;
        if std::mem::take(&mut self.waits_for_transfers) {
            self.core.set_stop_when_stuck(true);
        }
        self.core.set_skip(options.skip);
        let halt = loop {
            let stop = self.core.run(&mut self.system, u64::MAX);
            if stop == armv6m::Stop::Limit
                && let Some((batch, stop_at)) = self.system.take_batch(false)
            {
                sink(batch);
                self.system.lift_pause();
                if self.handler_watched {
                    self.system.pause_at(stop_at);
                }
                if !self.has_stopped() {
                    continue;
                }
            }
            if let Some(halt) = self.heed(stop, debugger) {
                break halt;
            }
        };
        if let Halt::Stop(stop) = halt {
            let over = !matches!(stop, Stop::Limit | Stop::Until);
            self.system.end_run(over, self.core.cycles());
            self.stop = Some(stop);
            self.reached = end.filter(|_| stop == Stop::Limit);
        }
        self.system.show_all_rtt();
        self.system.pins.await_edge(None);
        self.system.console.await_text(None);
        Ok(halt)
    }

    /// Whether there is another reason to stop than a full batch of a trace.
    fn has_stopped(&self) -> bool {
        let wires = &self.system.wires;
        self.core.cycles() >= self.system.stop_at()
            || wires.reset.is_some()
            || wires.event
            || self.system.pins.awaited_edge_came()
            || self.system.console.awaited_text_came()
            || self.system.findings.halts()
    }

    /// Deals with why the core stopped; `None` to run on.
    fn heed(&mut self, stop: armv6m::Stop, debugger: bool) -> Option<Halt> {
        match stop {
            armv6m::Stop::Limit => self.heed_limit(),
            armv6m::Stop::Breakpoint { pc } => Some(Halt::Breakpoint { pc }),
            armv6m::Stop::Watchpoint(hit) => Some(self.heed_watchpoint(hit)),
            armv6m::Stop::Bkpt { comment: 0xAB, .. } if self.serves_semihosting => self.semihost(),
            armv6m::Stop::Bkpt { pc, comment } if debugger => Some(Halt::Bkpt { pc, comment }),
            armv6m::Stop::Bkpt { .. } => {
                self.core.refuse_bkpt(&mut self.system);
                None
            }
            armv6m::Stop::Fault(fault) => {
                self.note_fault(fault, false);
                if self.halts.at_faults {
                    return Some(Halt::Stop(Stop::Fault));
                }
                self.handler_watched = true;
                self.system
                    .pause_at(self.core.cycles().saturating_add(HANDLER_START));
                None
            }
            armv6m::Stop::Lockup(fault) => {
                self.note_fault(fault, true);
                self.report_lockup(fault);
                Some(Halt::Stop(Stop::Lockup))
            }
            armv6m::Stop::ResetRequested => {
                self.reset();
                self.halts.at_resets.then_some(Halt::Reset)
            }
            armv6m::Stop::Stuck { .. } if self.system.has_rtt_to_do() => {
                // Firmware waits for a debugger to read or write; the board will when it looks.
                self.system.rtt.awaited = true;
                self.core.set_stop_when_stuck(false);
                None
            }
            armv6m::Stop::Stuck { .. } if self.system.awaits_transfers() => {
                // Memory that it polls may be written when the world outside does something.
                self.waits_for_transfers = true;
                self.core.set_stop_when_stuck(false);
                None
            }
            armv6m::Stop::Stuck { pc, polled } => {
                self.report_stuck(pc, &polled);
                Some(Halt::Stop(Stop::Stuck))
            }
        }
    }

    /// A watchpoint saw an access; what the access brought about comes first.
    fn heed_watchpoint(&mut self, hit: WatchHit) -> Halt {
        self.serve_requests();
        if self.system.pins.awaited_edge_came() || self.system.console.awaited_text_came() {
            self.watch_hit = Some(hit);
            return Halt::Stop(Stop::Until);
        }
        Halt::Watchpoint(hit)
    }

    /// Remembers a fault, the last one of a run.
    fn note_fault(&mut self, fault: armv6m::Fault, lockup: bool) {
        self.fault = Some(GuestFault {
            message: fault.kind.to_string(),
            pc: fault.pc,
            address: (fault.address != fault.pc).then_some(fault.address),
            cycle: self.core.cycles(),
            lockup,
        });
        self.report_unaligned(fault);
    }

    /// Reports a fault that was an access to an address that is no multiple of its width.
    fn report_unaligned(&mut self, fault: armv6m::Fault) {
        let armv6m::Fault { kind, pc, address } = fault;
        let about = matches!(
            kind,
            armv6m::FaultKind::Unaligned | armv6m::FaultKind::SystemControlSpace
        );
        let Some(code) = self.system.peek(pc, Width::Halfword).filter(|_| about) else {
            return;
        };
        let code = code as u16;
        let width = checks::unaligned::width(code);
        if address.is_multiple_of(width.bytes()) {
            return;
        }
        let system = self.system.finished(self.core.cycles());
        let device = system.device_at(address);
        let register = device.map(|(device, offset)| device.register_name(offset, Width::Byte));
        let rule = &checks::unaligned::RULE;
        let (subject, cycle) = (u64::from(address), self.core.cycles());
        self.system.findings.report(rule, subject, pc, cycle, || {
            checks::unaligned::detail(pc, code, address, register)
        });
    }

    fn report_lockup(&mut self, fault: armv6m::Fault) {
        let exception = self.core.ipsr();
        let stacking = fault.kind == armv6m::FaultKind::Stacking;
        let handling = (exception != 0 && !stacking).then(|| self.system.exception_name(exception));
        let lost = stacking.then(|| self.core.reg(13));
        let rule = &checks::lockup::RULE;
        let cycle = self.core.cycles();
        self.system.findings.report(rule, 0, fault.pc, cycle, || {
            checks::lockup::detail(&fault.kind.to_string(), handling.as_deref(), lost)
        });
    }

    /// Whether the core stands in a HardFault handler that is an endless loop, as the default one of `cortex-m-rt` is.
    fn hangs_in_hard_fault(&self) -> bool {
        /// `B .`
        const BRANCH_TO_SELF: u32 = 0xE7FE;
        self.core.ipsr() == HARD_FAULT
            && self.system.peek(self.core.pc(), Width::Halfword) == Some(BRANCH_TO_SELF)
    }

    /// Does what a peripheral asked of the core: a reset, an event. Whether there was anything.
    pub(crate) fn serve_requests(&mut self) -> bool {
        let reset = self.system.wires.reset.take();
        let event = std::mem::take(&mut self.system.wires.event);
        if reset.is_none() && !event {
            return false;
        }
        self.system.lift_pause();
        if let Some(reset) = reset {
            self.handler_watched = false;
            self.reset_for(reset);
        }
        if event {
            self.core.send_event();
        }
        if self.handler_watched {
            let soon = self.core.cycles().saturating_add(HANDLER_START);
            self.system.pause_at(soon);
        }
        true
    }

    /// Looks into the buffers of Real Time Transfer if it is time to; whether it was.
    fn look_at_rtt(&mut self) -> bool {
        let looked = self.system.look_at_rtt(self.core.cycles());
        if looked && std::mem::take(&mut self.system.rtt.awaited) {
            self.core.set_stop_when_stuck(true);
        }
        looked
    }

    /// The virtual time is over, or the time to look at a HardFault handler has come.
    fn heed_limit(&mut self) -> Option<Halt> {
        let reset = self.system.wires.reset.is_some();
        let served = self.serve_requests();
        let looked = self.look_at_rtt();
        if self.system.pins.awaited_edge_came() || self.system.console.awaited_text_came() {
            return Some(Halt::Stop(Stop::Until));
        }
        if reset && self.halts.at_resets {
            return Some(Halt::Reset);
        }
        if self.system.findings.take_halt() {
            return Some(Halt::Finding);
        }
        if served || looked && self.core.cycles() < self.system.stop_at() {
            return None;
        }
        if std::mem::take(&mut self.handler_watched) {
            if self.hangs_in_hard_fault() {
                return Some(Halt::Stop(Stop::Fault));
            }
            self.system.lift_pause();
            return None;
        }
        if self.system.is_paused(self.core.cycles()) {
            return Some(Halt::Paused);
        }
        if self.core.ipsr() == HARD_FAULT {
            return Some(Halt::Stop(Stop::Fault));
        }
        if self.core.cycles() < self.system.stop_at() {
            // Asleep, without a limit and with nothing planned.
            self.report_stuck(self.core.pc(), &[]);
            return Some(Halt::Stop(Stop::Stuck));
        }
        Some(Halt::Stop(Stop::Limit))
    }

    fn report_stuck(&mut self, pc: u32, polled: &[u32]) {
        let address = polled.first().copied();
        let device = address.and_then(|address| self.system.device_at(address));
        let register = device.map(|(device, offset)| device.register_name(offset, Width::Word));
        let unmodelled = device.is_some_and(|(device, _)| device.model.is_none());
        let (fields, missing) = address.map_or_else(Default::default, |at| self.awaited_fields(at));
        let cycle = self.core.cycles();
        let rule = &checks::stuck_poll::RULE;
        self.system.findings.report(rule, 0, pc, cycle, || {
            checks::stuck_poll::detail(Awaited {
                address,
                register: register.as_deref(),
                fields: &fields,
                unmodelled,
                missing,
            })
        });
    }

    /// Serves the semihosting call that the core stands at.
    fn semihost(&mut self) -> Option<Halt> {
        let (operation, parameter) = (self.core.reg(0), self.core.reg(1));
        let (pc, cycle) = (self.core.pc(), self.core.cycles());
        let nanoseconds = self.system.clock.time_at(cycle).in_attoseconds() / 1_000_000_000;
        let mut guest = Host {
            system: &mut self.system,
            nanoseconds: nanoseconds as u64,
            stored: false,
        };
        let outcome = self.semihosting.call(operation, parameter, &mut guest);
        if guest.stored {
            self.system.code_changed();
        }
        let value = match outcome {
            Outcome::Return(value) => value,
            Outcome::NotServed(value, name) => {
                let rule = &checks::unknown_semihosting::RULE;
                self.system
                    .findings
                    .report(rule, u64::from(operation), pc, cycle, || {
                        checks::unknown_semihosting::detail(operation, name)
                    });
                value
            }
            Outcome::Exit(code) => {
                self.exit_code = Some(code);
                return Some(Halt::Stop(Stop::Exit));
            }
        };
        self.core.set_reg(0, value);
        self.core.skip_bkpt(&mut self.system);
        let came = self.system.console.awaited_text_came();
        came.then_some(Halt::Stop(Stop::Until))
    }
}

/// The board as semihosting sees it.
struct Host<'a> {
    system: &'a mut System,
    nanoseconds: u64,
    stored: bool,
}

impl Guest for Host<'_> {
    fn byte(&self, address: u32) -> Option<u8> {
        self.system
            .memories
            .read(address, Width::Byte)
            .map(|byte| byte as u8)
    }

    fn store(&mut self, address: u32, bytes: &[u8]) -> bool {
        let in_ram = (0..bytes.len() as u32).all(|index| {
            let address = address.checked_add(index);
            address.and_then(|address| self.system.memories.kind_at(address))
                == Some(MemoryKind::Ram)
        });
        self.stored |= in_ram;
        in_ram && self.system.memories.poke(address, bytes) == bytes.len()
    }

    fn nanoseconds(&self) -> u64 {
        self.nanoseconds
    }

    fn print(&mut self, port: &'static str, bytes: &[u8]) {
        self.system.console.print(port, bytes);
    }
}
