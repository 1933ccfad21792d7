//! Running, forwards and backwards.
//!
//! A run is cut into slices, so that the connection is looked at between them. A slice ends with a pause, which the run does not
//! notice.

use std::fmt::Write as _;
use std::ops::Range;

use bringup_board::{Finding, Halt, Location, RunOptions, Severity, Stop, WatchHit};
use gdbstub::common::Signal;
use gdbstub::stub::SingleThreadStopReason;
use gdbstub::target::ext::base::reverse_exec::ReplayLogPosition;

use super::Target;

type Reason = SingleThreadStopReason<u32>;

/// Core cycles that the board runs before the connection is looked at again: some milliseconds of the host at most.
const SLICE: u64 = 1 << 17;

/// Instructions stepped within a range before the connection is looked at again.
const STEPS: u32 = 100_000;

/// Cycles before a state that is gone back to from which on it is stepped.
const NEAR: u64 = 256;

/// The exception number of HardFault.
const HARD_FAULT: u32 = 3;

/// Nothing is known of what was before.
const THE_BEGINNING: Reason = Reason::ReplayLog {
    tid: None,
    pos: ReplayLogPosition::Begin,
};

/// When a run ends, if nothing ends it earlier.
#[derive(Debug, Clone)]
pub(crate) enum Until {
    /// At a breakpoint, an end or Ctrl-C.
    Stopped,
    /// After one instruction.
    NextInstruction,
    /// When the program counter leaves the range.
    Outside(Range<u32>),
    /// Before the instruction that was executed last.
    LastInstruction,
    /// At the last breakpoint or watchpoint before this core cycle.
    Before(u64),
}

/// Something on the way that stops a run backwards.
enum Found {
    /// A breakpoint, reached at this cycle.
    Breakpoint(u64),
    /// An access that was over at this cycle.
    Access(u64, Reason),
}

impl Target {
    /// Says how far the next run goes.
    pub(crate) fn set_out(&mut self, until: Until) {
        if self.history.settle(&self.board) {
            // Another future prints other things.
            let ports = self.board.console().ports();
            let lengths = ports.iter().map(|port| port.bytes.len());
            let printed = self.printed.iter().copied();
            self.printed = lengths
                .zip(printed)
                .map(|(now, then)| now.min(then))
                .collect();
        }
        self.told = self.told.min(self.board.findings().len());
        self.until = until;
    }

    /// Runs a little; `None` to run on.
    pub(crate) fn run_for_a_while(&mut self) -> Option<Reason> {
        let reason = match self.until.clone() {
            Until::Stopped => self.run_on(),
            Until::NextInstruction => Some(self.step().unwrap_or(Reason::DoneStep)),
            Until::Outside(range) => self.step_within(&range),
            Until::LastInstruction => Some(self.step_back()),
            Until::Before(cycle) => self.run_back(cycle),
        };
        self.hand_over_console();
        reason
    }

    /// Runs on to the end of the run without a debugger.
    pub(crate) fn run_out(&mut self) {
        // The only error is a pin that is waited for and does not exist, and that was looked at before.
        let _ = match &mut self.trace {
            Some(sink) => self.board.run_traced(&self.options, sink.as_mut()),
            None => self.board.run(&self.options),
        };
        self.hand_over_console();
    }

    /// Whether the board can go back in time.
    pub(crate) fn goes_back(&self) -> bool {
        self.trace.is_none()
    }
}

/// Forwards.
impl Target {
    /// Runs the board for [`SLICE`], through the access that was told of last if it comes first.
    fn run_on(&mut self) -> Option<Reason> {
        if self.told_access == Some(self.board.cycles())
            && let Some(reason) = self.step()
        {
            return Some(reason);
        }
        self.run_slice()
    }

    /// Runs the board for [`SLICE`].
    fn run_slice(&mut self) -> Option<Reason> {
        let start = self.board.cycles();
        let pause = self.history.next_given(start);
        let options = RunOptions {
            stop_on_fault: true,
            stop_on_finding: self.stops_on_findings,
            pause_at: Some(pause.unwrap_or(u64::MAX).min(start.saturating_add(SLICE))),
            ..self.options.clone()
        };
        let in_hard_fault = self.in_hard_fault();
        let halt = self.debug(&options);
        self.arrive(start);
        // A run whose time is over in the handler of a fault says so; here it is news only if the fault is.
        if in_hard_fault && halt == Halt::Stop(Stop::Fault) {
            return self.reason(Halt::Stop(Stop::Limit));
        }
        self.reason(halt)
    }

    /// Lets the board run.
    fn debug(&mut self, options: &RunOptions) -> Halt {
        let halt = match &mut self.trace {
            Some(sink) => self.board.debug_traced(options, sink.as_mut()),
            None => self.board.debug(options),
        };
        // The only error is a pin that is waited for and does not exist, and that was looked at before.
        halt.unwrap_or(Halt::Stop(Stop::Limit))
    }

    /// The board came from cycle `start` to where it is: what a debugger had done by then is done, and the state may be worth
    /// keeping.
    fn arrive(&mut self, start: u64) {
        let cycle = self.board.cycles();
        if !self.goes_back() || cycle == start {
            return;
        }
        match self.history.given_at(cycle) {
            Some(state) => self.board.restore(state),
            None => self.history.keep(&self.board),
        }
    }

    /// Executes an instruction or takes an exception; `None` if nothing but that happened, and an access that was told of.
    fn step(&mut self) -> Option<Reason> {
        let start = self.board.cycles();
        let halt = match &mut self.trace {
            Some(sink) => self.board.step_traced(self.options.deadline, sink.as_mut()),
            None => self.board.step_before(self.options.deadline),
        };
        let told = self.told_access.take() == Some(start);
        let halt = match halt {
            Halt::Watchpoint(_) if told => Halt::Paused,
            halt => halt,
        };
        self.arrive(start);
        if halt == Halt::Paused && self.stops_on_findings && self.has_news() {
            return self.reason(Halt::Finding);
        }
        self.reason(halt)
    }

    /// Steps until the program counter is outside `range` or at a breakpoint.
    fn step_within(&mut self, range: &Range<u32>) -> Option<Reason> {
        for _ in 0..STEPS {
            let stopped = self.step();
            let pc = self.board.core().pc();
            if let Some(reason) = stopped.or_else(|| self.points.breakpoint_at(pc)) {
                return Some(reason);
            }
            if !range.contains(&pc) {
                return Some(Reason::DoneStep);
            }
        }
        None
    }

    fn in_hard_fault(&self) -> bool {
        self.board.core().ipsr() == HARD_FAULT
    }

    /// What the debugger is told of why the board halted; `None` if it only paused.
    fn reason(&mut self, halt: Halt) -> Option<Reason> {
        self.tell_findings();
        Some(match halt {
            Halt::Paused => return None,
            Halt::Stop(Stop::Limit) => {
                self.say("the virtual time of the run is over");
                Reason::Signal(Signal::SIGXCPU)
            }
            Halt::Stop(Stop::Until) => {
                self.say("what the run waits for has come");
                Reason::Signal(Signal::SIGTRAP)
            }
            // The exit status of a process, which gdb shows, has eight bits.
            Halt::Stop(Stop::Exit) => Reason::Exited(self.board.exit_code().unwrap_or(0) as u8),
            Halt::Stop(Stop::Fault) => {
                self.tell_fault();
                Reason::Signal(Signal::SIGSEGV)
            }
            Halt::Stop(Stop::Lockup) => {
                self.tell_fault();
                Reason::Signal(Signal::SIGABRT)
            }
            // Waits for what never comes: nothing to do but look at it.
            Halt::Stop(Stop::Stuck) => Reason::Signal(Signal::SIGSTOP),
            Halt::Breakpoint { pc } => self
                .points
                .breakpoint_at(pc)
                .unwrap_or(Reason::Signal(Signal::SIGTRAP)),
            Halt::Bkpt { .. } | Halt::Reset => Reason::Signal(Signal::SIGTRAP),
            Halt::Watchpoint(hit) => self.stop_before_access(hit),
            Halt::Finding => Reason::Signal(Signal::SIGEMT),
        })
    }

    /// A watchpoint saw an access. gdb expects a core of Arm's to stop before it, takes the watchpoint away and steps over it
    /// before it looks at what has changed. Cores of the M profile stop after it, and gdb shows one instruction too many
    /// of them; here the board goes back to where gdb expects it, if it can.
    fn stop_before_access(&mut self, hit: WatchHit) -> Reason {
        let after = self.board.cycles();
        if self.goes_back() && self.go_before(after) {
            self.told_access = Some(self.board.cycles());
        }
        self.watched(hit)
    }

    fn watched(&self, hit: WatchHit) -> Reason {
        let (kind, addr) = self.points.watched_by(hit);
        Reason::Watch {
            tid: (),
            kind,
            addr,
        }
    }
}

/// Backwards.
impl Target {
    /// Goes back to before the last instruction or exception.
    fn step_back(&mut self) -> Reason {
        if self.go_before(self.board.cycles()) {
            Reason::DoneStep
        } else {
            THE_BEGINNING
        }
    }

    /// Looks for what stops a run backwards between the last state that is kept and `end`; `None` to look further.
    fn run_back(&mut self, end: u64) -> Option<Reason> {
        let Some(state) = self.history.before(end) else {
            return Some(THE_BEGINNING);
        };
        let start = state.cycles();
        self.board.restore(state);
        // The access that was told of last does not stop again.
        let told = self.told_access.take();
        match self.last_before(end, told) {
            Some(Found::Breakpoint(cycle)) => {
                if let Some(state) = self.history.before(end) {
                    self.board.restore(state);
                }
                self.replay_to(cycle);
                let pc = self.board.core().pc();
                let reason = self.points.breakpoint_at(pc);
                Some(reason.unwrap_or(Reason::Signal(Signal::SIGTRAP)))
            }
            Some(Found::Access(cycle, reason)) => {
                // gdb steps back over it.
                if let Some(state) = self.history.before(end) {
                    self.board.restore(state);
                }
                self.replay_to(cycle);
                self.told_access = Some(cycle);
                Some(reason)
            }
            None => {
                if let Some(state) = self.history.before(end) {
                    self.board.restore(state);
                }
                self.until = Until::Before(start);
                None
            }
        }
    }

    /// Runs from here to `end` and returns the last thing on the way that stops a run backwards, other than the access that was
    /// over at cycle `told`.
    fn last_before(&mut self, end: u64, told: Option<u64>) -> Option<Found> {
        let mut found = None;
        self.replay(end, |target, halt| {
            let cycle = target.board.cycles();
            match halt {
                Halt::Breakpoint { .. } if cycle < end => found = Some(Found::Breakpoint(cycle)),
                Halt::Watchpoint(hit) if cycle <= end && Some(cycle) != told => {
                    found = Some(Found::Access(cycle, target.watched(hit)));
                }
                _ => {}
            }
        });
        found
    }

    /// Goes to the last state before `cycle`; false if there is none.
    fn go_before(&mut self, cycle: u64) -> bool {
        let Some(state) = self.history.nearest_before(cycle) else {
            return false;
        };
        self.board.restore(state);
        let near = cycle.saturating_sub(NEAR);
        if self.board.cycles() < near {
            self.replay_to(near);
        }
        if self.board.cycles() >= cycle {
            // An instruction or a sleep that is longer: from where it began there is nothing in between.
            if let Some(state) = self.history.nearest_before(cycle) {
                self.board.restore(state);
            }
        } else {
            self.history.keep_near(&self.board);
        }
        let start = self.board.clone();
        let mut steps = 0_u64;
        while self.advance() && self.board.cycles() < cycle {
            steps += 1;
        }
        self.board.restore(&start);
        for _ in 0..steps {
            self.advance();
        }
        true
    }

    /// Executes an instruction or takes an exception, whatever there is about it; false if nothing happens any more.
    fn advance(&mut self) -> bool {
        let before = self.board.cycles();
        // What a watchpoint saw before does not count as a step, and a reset takes no time.
        for _ in 0..4 {
            self.board.step();
            if self.board.cycles() > before {
                return true;
            }
        }
        false
    }

    /// Runs on to a cycle as the board did before; `heed` hears why it stops on the way.
    fn replay(&mut self, end: u64, mut heed: impl FnMut(&mut Self, Halt)) {
        self.board.core_mut().set_stop_when_stuck(false);
        let options = RunOptions {
            pause_at: Some(end),
            ..RunOptions::default()
        };
        let mut idle = 0;
        while self.board.cycles() < end && idle < 4 {
            let before = self.board.cycles();
            let halt = self.board.debug(&options).unwrap_or(Halt::Paused);
            idle = if self.board.cycles() > before {
                0
            } else {
                idle + 1
            };
            heed(self, halt);
        }
        self.board.core_mut().set_stop_when_stuck(true);
    }

    fn replay_to(&mut self, end: u64) {
        self.replay(end, |_, _| ());
    }
}

/// Words beside signals.
impl Target {
    /// Whether checks found something that the debugger was not told of.
    fn has_news(&self) -> bool {
        self.board.findings().len() > self.told
    }

    fn say(&mut self, text: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.messages, "{text}");
    }

    fn tell_findings(&mut self) {
        if !self.has_news() {
            return;
        }
        let findings = self.board.findings();
        let mut text = String::new();
        for finding in findings.get(self.told..).unwrap_or_default() {
            let place = self.board.locate(finding.pc);
            text.push_str(&told(finding, place.as_ref()));
        }
        self.told = findings.len();
        self.messages.push_str(&text);
    }

    fn tell_fault(&mut self) {
        if let Some(fault) = self.board.fault() {
            let place = place(self.board.locate(fault.pc).as_ref(), fault.pc);
            let what = if fault.lockup { "lockup" } else { "HardFault" };
            self.say(&format!("{what}: {} ({place})", fault.message));
        }
    }
}

/// A finding as the debugger's console shows it.
fn told(finding: &Finding, location: Option<&Location>) -> String {
    let mut text = format!(
        "{}[{}]: {} ({})\n",
        match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        finding.rule,
        finding.message,
        place(location, finding.pc)
    );
    if let Some(hint) = &finding.hint {
        let _ = writeln!(text, "hint: {hint}");
    }
    text
}

/// Where an instruction comes from.
pub(crate) fn place(location: Option<&Location>, pc: u32) -> String {
    match location {
        Some(Location { file, line, .. }) => format!("{file}:{line}, pc {pc:#010x}"),
        None => format!("pc {pc:#010x}"),
    }
}
