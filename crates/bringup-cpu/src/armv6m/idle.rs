//! Jumping over the turns of loops that only wait: what [`skip`](crate::skip) leaves to the core.

use alloc::vec::Vec;

use super::execute::Exit;
use super::run::FOREVER;
use super::state::{State, SystemWatch};
use super::{Core, Stop};
use crate::bus::Bus;
use crate::skip::Watched;

/// Cycles a loop may take to come back to where it was.
const BUDGET: u64 = 1 << 14;
/// Turns to look at before giving up.
const TURNS: u32 = 16;

/// What one turn of a waiting loop leaves as it was, memory apart.
#[derive(Debug, PartialEq, Eq)]
struct Snapshot {
    r: [u32; 16],
    msp: u32,
    psp: u32,
    xpsr: u32,
    control: u32,
    primask: bool,
    event: bool,
}

impl State {
    fn snapshot(&self) -> Snapshot {
        Snapshot {
            r: self.r,
            msp: self.msp(),
            psp: self.psp(),
            xpsr: self.xpsr(),
            control: self.control(),
            primask: self.primask,
            event: self.event,
        }
    }
}

/// The moment a watched turn is compared with.
struct Mark {
    snapshot: Snapshot,
    cycles: u64,
    instructions: u64,
}

impl Core {
    /// Executes the loop that begins at PC, watched, until it is clear whether it only waits;
    /// then jumps over as many whole turns as fit before anything can change.
    pub(super) fn look_at_loop<B: Bus>(&mut self, bus: &mut B) -> Option<Stop> {
        let head = self.state.r[15];
        if !self.state.config.skip {
            self.state.loops.failed(head);
            return None;
        }
        let until = self.state.until;
        if self.state.cycles >= until {
            self.state.loops.interrupted(head);
            return None;
        }
        self.state.until = until.min(self.state.cycles + BUDGET);
        let mut mark = self.mark();
        // Brent's method: comparing with the state 1, 2, 4, … turns back finds a period
        // of several turns as well as one that begins only after some.
        let (mut turns, mut power) = (0, 1);
        while turns < TURNS && self.state.cycles < self.state.until {
            self.state.loops.arm(head);
            let (base, ops) = self.cache.region(self.state.r[15]);
            let mut watched = Watched::new(bus, &mut self.record);
            match self.state.execute(&mut watched, ops, base) {
                Exit::Loop if self.state.r[15] != head => {
                    self.state.loops.interrupted(self.state.r[15]);
                    continue;
                }
                Exit::Loop => {}
                Exit::Until => break,
                Exit::Restartable => {
                    self.state.loops.interrupted(head);
                    return self.leave(bus, Exit::Restartable);
                }
                // Decoding what a call leads to is no event.
                Exit::Fetch => {
                    self.fetch(bus);
                    if self.fault_entered {
                        break;
                    }
                    continue;
                }
                exit => {
                    self.state.loops.failed(head);
                    return self.leave(bus, exit);
                }
            }
            turns += 1;
            if self.state.snapshot() == mark.snapshot && self.record.is_undone(bus) {
                return self.jump(bus, &mark);
            }
            if turns == power {
                power *= 2;
                mark = self.mark();
            }
        }
        if self.state.cycles >= until {
            self.state.loops.interrupted(head);
        } else {
            self.state.loops.failed(head);
        }
        None
    }

    /// Starts watching anew.
    fn mark(&mut self) -> Mark {
        self.record.clear();
        self.state.watch = SystemWatch::NONE;
        Mark {
            snapshot: self.state.snapshot(),
            cycles: self.state.cycles,
            instructions: self.state.instructions,
        }
    }

    /// The loop at PC came back to `mark` with nothing changed: jumps over its turns.
    fn jump<B: Bus>(&mut self, bus: &mut B, mark: &Mark) -> Option<Stop> {
        let state = &mut self.state;
        let head = state.r[15];
        let stable = self.record.stable_until().min(state.watch.stable_until);
        let event = state.next_event(bus.deadline()).min(stable);
        if state.watch.touched || event <= state.cycles {
            state.loops.failed(head);
            return None;
        }
        state.loops.again(head);
        if event == u64::MAX && state.config.stop_when_stuck {
            let polled = self.polled();
            let endless = self.state.limit.min(bus.ends_at()) >= FOREVER;
            if endless || !polled.is_empty() {
                return Some(Stop::Stuck { pc: head, polled });
            }
        }
        let state = &mut self.state;
        let period = (state.cycles - mark.cycles).max(1);
        let end = event.min(state.limit).min(bus.ends_at());
        let turns = end.saturating_sub(state.cycles) / period;
        state.cycles += turns * period;
        state.instructions += turns * (state.instructions - mark.instructions);
        self.record.repeat(bus, turns);
        None
    }

    /// What the loop just watched looks at: devices and system registers, then memory that is
    /// neither written by it nor a literal beside its code.
    fn polled(&self) -> Vec<u32> {
        /// How far behind its instruction a literal can lie.
        const LITERALS: u32 = 1024;
        let code = self.state.code_length.saturating_add(LITERALS);
        let start = self.state.code_start;
        let is_data = |address: &u32| address.wrapping_sub(start) >= code;
        let mut polled: Vec<u32> = self.record.devices().collect();
        polled.dedup();
        polled.extend(self.state.watch.polled);
        polled.extend(self.record.memory().filter(is_data));
        polled
    }
}
