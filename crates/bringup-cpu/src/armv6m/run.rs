//! Running: between stretches of the execution loop, the core listens to the world, takes
//! exceptions, sleeps and skips.

use super::cache::Cache;
use super::execute::Exit;
use super::fault::{Fault, FaultKind};
use super::nvic::number;
use super::state::{Sleep, State};
use super::{Core, Stop, unpredictable};
use crate::bus::Bus;
use crate::watch::Guarded;

/// Cycles beyond this are never reached: a limit that leaves room for arithmetic.
pub(super) const FOREVER: u64 = 1 << 62;

/// What one round of listening led to.
enum Settled {
    /// Go on executing.
    Execute,
    /// An exception was entered, or time passed asleep: listen again.
    Again,
    /// Leave.
    Stop(Stop),
}

impl Core {
    /// Runs until the cycle counter reaches `limit` or something happens that the caller should
    /// know. An instruction that is under way when the limit is reached is completed.
    pub fn run<B: Bus>(&mut self, bus: &mut B, limit: u64) -> Stop {
        self.state.limit = limit.min(FOREVER);
        if self.watchpoints.is_empty() {
            return self.run_over(bus);
        }
        let mut watchpoints = core::mem::take(&mut self.watchpoints);
        let stop = self.run_over(&mut Guarded::new(bus, &mut watchpoints));
        self.watchpoints = watchpoints;
        match stop {
            // What stops for another reason as well tells of the access when it runs on.
            Stop::Limit => self.watchpoints.take_hit().map_or(stop, Stop::Watchpoint),
            stop => stop,
        }
    }

    fn run_over<B: Bus>(&mut self, bus: &mut B) -> Stop {
        if let Some(stop) = self.pass_breakpoint(bus) {
            return stop;
        }
        loop {
            match self.settle(bus) {
                Settled::Execute if self.state.taint.is_live() => {
                    if let Some(stop) = self
                        .stop_at_breakpoint()
                        .or_else(|| self.step_following(bus))
                    {
                        return stop;
                    }
                    continue;
                }
                Settled::Execute => {}
                Settled::Again => continue,
                Settled::Stop(stop) => return stop,
            }
            let (base, ops) = self.cache.region(self.state.r[15]);
            let exit = self.state.execute(bus, ops, base);
            if let Some(stop) = self.leave(bus, exit) {
                return stop;
            }
        }
    }

    /// Executes one instruction or enters one exception, whatever the time. A sleeping core sleeps to the
    /// next event, for one cycle if there is none. Breakpoints do not count; a watchpoint that sees an access is the
    /// reason to stop. [`Stop::Limit`] is that of a bus that wants the core to stop before it has done anything
    /// ([`Bus::stop_at`]).
    pub fn step<B: Bus>(&mut self, bus: &mut B) -> Option<Stop> {
        self.state.limit = FOREVER;
        self.passed = None;
        if self.watchpoints.is_empty() {
            return self.step_over(bus);
        }
        let mut watchpoints = core::mem::take(&mut self.watchpoints);
        let seen = watchpoints.take_hit();
        let stop = match seen {
            None => self.step_over(&mut Guarded::new(bus, &mut watchpoints)),
            Some(_) => None,
        };
        self.watchpoints = watchpoints;
        let hit = || Some(Stop::Watchpoint(seen.or(self.watchpoints.take_hit())?));
        stop.or_else(hit)
    }

    fn step_over<B: Bus>(&mut self, bus: &mut B) -> Option<Stop> {
        match self.settle(bus) {
            Settled::Execute if self.state.taint.is_live() => self.step_following(bus),
            Settled::Execute => self.step_instruction(bus),
            Settled::Again => self.stop_after_fault(),
            Settled::Stop(Stop::Limit) if bus.stop_at() > self.state.cycles => {
                self.state.cycles += 1;
                None
            }
            Settled::Stop(stop) => Some(stop),
        }
    }

    /// Executes through the breakpoint that the last run stopped at.
    fn pass_breakpoint<B: Bus>(&mut self, bus: &mut B) -> Option<Stop> {
        let passed = self.passed.take()?;
        if passed != self.state.r[15] || self.state.cycles >= self.state.limit {
            return None;
        }
        match self.settle(bus) {
            Settled::Execute => self.step_instruction(bus),
            Settled::Again => None,
            Settled::Stop(stop) => Some(stop),
        }
    }

    /// The stop for a breakpoint at PC.
    fn stop_at_breakpoint(&mut self) -> Option<Stop> {
        let pc = self.state.r[15];
        self.breakpoints.contains(&pc).then(|| {
            self.passed = Some(pc);
            Stop::Breakpoint { pc }
        })
    }

    /// Executes the instruction at PC without looking for breakpoints; the world hears if it is UNPREDICTABLE.
    pub(super) fn step_instruction<B: Bus>(&mut self, bus: &mut B) -> Option<Stop> {
        let pc = self.state.r[15];
        let decoded = match Cache::decode_one(bus, &self.state.config.timing, pc) {
            Ok(decoded) => decoded,
            Err(fault) => {
                self.fault(bus, fault);
                return self.stop_after_fault();
            }
        };
        if decoded.unpredictable {
            unpredictable::report_encoding(bus, self.state.now());
        }
        let limit = core::mem::replace(&mut self.state.limit, 0);
        self.state.until = 0;
        let exit = self
            .state
            .execute(bus, core::slice::from_ref(&decoded.op), pc);
        self.state.limit = limit;
        if exit == Exit::Loop {
            self.state.loops.interrupted(self.state.r[15]);
            return None;
        }
        self.leave(bus, exit).or_else(|| self.stop_after_fault())
    }

    /// Executes the instruction at PC, whatever happens meanwhile.
    fn complete_instruction<B: Bus>(&mut self, bus: &mut B) -> Option<Stop> {
        self.state.next_event_at = u64::MAX;
        self.step_instruction(bus)
    }

    /// Something happens while the LDM, STM, PUSH, POP or slow MULS at PC is under way. If that brings an exception, the
    /// instruction is broken off: it stays the next one, to which the exception returns, and begins anew then
    /// (Cortex-M0+ TRM, DDI 0484C, section 3.6.1). Otherwise it goes on.
    fn go_on_or_break_off<B: Bus>(&mut self, bus: &mut B) -> Option<Stop> {
        let start = self.state.cycles;
        let event = self.state.next_event(bus.deadline());
        if event > self.state.next_event_at {
            // An access since has put off what was planned: the instruction is looked at anew.
            return None;
        }
        self.state.cycles = event.max(start);
        let spent = self.state.cycles - start;
        self.state.catch_up(bus);
        if self.state.exception_to_take().is_some() {
            return None;
        }
        let stop = self.complete_instruction(bus);
        // What was spent before the event is a part of its cost.
        self.state.cycles -= spent.min(self.state.cycles);
        stop
    }

    /// Goes on behind the BKPT at PC, as a debugger that has served it does. Does nothing if there is none.
    pub fn skip_bkpt<B: Bus>(&mut self, bus: &mut B) {
        let pc = self.state.r[15];
        if bus.fetch(pc).is_ok_and(|halfword| halfword >> 8 == 0xBE) {
            self.state.r[15] = pc.wrapping_add(2);
            self.state.instructions += 1;
            self.state.cycles += 1;
        }
    }

    /// Lets the BKPT at PC do what it does without a debugger: HardFault, or lockup in HardFault.
    pub fn refuse_bkpt<B: Bus>(&mut self, bus: &mut B) {
        let pc = self.state.r[15];
        self.fault(
            bus,
            Fault {
                kind: FaultKind::Breakpoint,
                pc,
                address: pc,
            },
        );
    }

    fn fault<B: Bus>(&mut self, bus: &mut B, fault: Fault) {
        self.state.fault(bus, fault);
        self.fault_entered = true;
    }

    /// The stop for a fault that nobody has been told of.
    fn stop_after_fault(&mut self) -> Option<Stop> {
        let entered = core::mem::take(&mut self.fault_entered);
        if let Some(fault) = self.state.lockup {
            return Some(Stop::Lockup(fault));
        }
        let fault = self.state.last_fault.filter(|_| entered)?;
        self.state
            .config
            .stop_on_hard_fault
            .then_some(Stop::Fault(fault))
    }

    /// Deals with everything that is due before the next instruction.
    fn settle<B: Bus>(&mut self, bus: &mut B) -> Settled {
        self.drop_stale_code(bus);
        if self.state.taint.has_news() {
            self.follow_loaded(bus);
        }
        let state = &mut self.state;
        state.catch_up(bus);
        if core::mem::take(&mut state.reset_request) {
            return Settled::Stop(Stop::ResetRequested);
        }
        if state.lockup.is_some() && state.exception_to_take() == Some(number::NMI) {
            state.lockup = None;
        }
        if let Some(stop) = self.stop_after_fault() {
            return Settled::Stop(stop);
        }
        let state = &mut self.state;
        if state.cycles >= state.limit.min(bus.stop_at()) {
            return Settled::Stop(Stop::Limit);
        }
        let exception = state.exception_to_take();
        if state.clock_stopped && (exception.is_some() || state.sleep.is_none()) {
            state.start_clock(bus);
        }
        if let Some(exception) = exception {
            self.enter(bus, exception);
            return Settled::Again;
        }
        if let Some(sleep) = state.sleep {
            return self.doze(bus, sleep);
        }
        if !state.thumb {
            let pc = state.r[15];
            self.fault(
                bus,
                Fault {
                    kind: FaultKind::NotThumb,
                    pc,
                    address: pc,
                },
            );
            return Settled::Again;
        }
        state.next_event_at = state.next_event(bus.deadline());
        state.until = state.limit.min(bus.stop_at()).min(state.next_event_at);
        Settled::Execute
    }

    /// Enters an exception; the fault that may come of it is noted.
    fn enter<B: Bus>(&mut self, bus: &mut B, exception: u32) {
        let before = self.state.last_fault.take();
        // What is stacked is not followed.
        self.state.taint.forget();
        self.state.enter(bus, exception);
        self.note_fault(before);
    }

    /// Notes whether exception handling faulted; `before` is the fault known until then.
    fn note_fault(&mut self, before: Option<Fault>) {
        if self.state.last_fault.is_some() {
            self.fault_entered = true;
        } else {
            self.state.last_fault = before;
        }
    }

    /// Forgets decoded code that has changed.
    fn drop_stale_code<B: Bus>(&mut self, bus: &mut B) {
        let generation = bus.code_generation();
        if generation != self.state.generation {
            self.state.generation = generation;
            self.cache.clear();
        }
        if let Some((low, high)) = self.state.code_written.take() {
            self.cache.invalidate(low, high);
        }
    }

    /// Sleeps to the next event, unless something wakes the core.
    fn doze<B: Bus>(&mut self, bus: &mut B, sleep: Sleep) -> Settled {
        let state = &mut self.state;
        if state.wakes(sleep) {
            state.sleep = None;
            return Settled::Again;
        }
        if !state.clock_stopped && state.scr & 4 != 0 && bus.sleep_deep(state.cycles) {
            state.stop_clock();
            return Settled::Again;
        }
        let next = state
            .limit
            .min(bus.ends_at())
            .min(state.next_event(bus.deadline()));
        if next >= FOREVER {
            return Settled::Stop(Stop::Limit);
        }
        state.cycles = next.max(state.cycles);
        Settled::Again
    }

    /// Deals with what ended a stretch of execution.
    pub(super) fn leave<B: Bus>(&mut self, bus: &mut B, exit: Exit) -> Option<Stop> {
        let before = self.state.last_fault;
        match exit {
            Exit::Until => {}
            Exit::Loop => return self.look_at_loop(bus),
            Exit::Fetch => self.fetch(bus),
            Exit::Breakpoint => {
                let pc = self.state.r[15];
                self.passed = Some(pc);
                return Some(Stop::Breakpoint { pc });
            }
            Exit::Bkpt(comment) => {
                return Some(Stop::Bkpt {
                    pc: self.state.r[15],
                    comment,
                });
            }
            Exit::Unpredictable => return self.complete_instruction(bus),
            Exit::Restartable => return self.go_on_or_break_off(bus),
            Exit::Fault(fault) => self.fault(bus, fault),
            Exit::Svc(pc) => {
                self.state.last_fault = None;
                self.state.supervisor_call(bus, pc);
                self.note_fault(before);
            }
            Exit::Wfi => self.state.sleep = Some(Sleep::Interrupt),
            Exit::Wfe => {
                if !core::mem::take(&mut self.state.event) {
                    self.state.sleep = Some(Sleep::Event);
                }
            }
            Exit::ExceptionReturn { pc, value } => {
                self.state.last_fault = None;
                self.state.exception_return(bus, value, pc);
                self.note_fault(before);
            }
        }
        None
    }

    /// Decodes at PC.
    pub(super) fn fetch<B: Bus>(&mut self, bus: &mut B) {
        let pc = self.state.r[15];
        if let Err(fault) = self
            .cache
            .fill(bus, &self.state.config.timing, pc, &self.breakpoints)
        {
            self.fault(bus, fault);
        }
        (self.state.code_start, self.state.code_length) = self.cache.extent();
    }
}

impl State {
    /// The world has stopped the clock of the sleeping core.
    fn stop_clock(&mut self) {
        self.clock_stopped = true;
        self.sync_systick(self.cycles);
        if let Some(systick) = &mut self.systick {
            systick.pause(self.cycles, true);
        }
    }

    /// The core wakes up from a sleep without a clock.
    fn start_clock<B: Bus>(&mut self, bus: &mut B) {
        self.clock_stopped = false;
        if let Some(systick) = &mut self.systick {
            systick.pause(self.cycles, false);
        }
        bus.wake(self.cycles);
    }

    /// Whether a sleeping core wakes up now (sections B1.5.17 and B1.5.18). WFI looks at what
    /// would be taken were PRIMASK clear. WFE needs an event; an exception to take
    /// wakes it by being taken.
    fn wakes(&mut self, sleep: Sleep) -> bool {
        match sleep {
            Sleep::Interrupt => self
                .nvic
                .highest_pending()
                .is_some_and(|pending| self.nvic.priority(pending) < self.nvic.active_priority()),
            Sleep::Event => core::mem::take(&mut self.event),
        }
    }
}
