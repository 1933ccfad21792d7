//! Independent watchdog of the STM32L0 and F0: RM0377 and RM0091, chapter "Independent watchdog".
//!
//! | part | modelled |
//! |---|---|
//! | `KR` | start, reload, unlock |
//! | `PR`, `RLR`, `WINR` | written when unlocked; a write to `WINR` reloads the counter |
//! | `SR` | `PVU`, `RVU` and `WVU` for five cycles of the LSI, while the update crosses over |
//! | window, running out | a reset with `IWDGRSTF` |
//! | LSI | runs at its typical frequency whatever the RCC says, as the hardware forces it on; `LSIRDY` does not show that |
//! | freeze by the debugger, start by option byte | not modelled |

use bringup_cpu::Width;

use crate::clock::{Frequency, Time};
use crate::peripheral::{Context, Model, Reset, Setup};

const KR: u32 = 0x00;
const PR: u32 = 0x04;
const RLR: u32 = 0x08;
const SR: u32 = 0x0C;
const WINR: u32 = 0x10;

const KEY_RELOAD: u32 = 0xAAAA;
const KEY_UNLOCK: u32 = 0x5555;
const KEY_START: u32 = 0xCCCC;

/// Event: the counter reaches its end.
const END: u32 = 0;
/// Events 1 to 3: an update of `PR`, `RLR`, `WINR` is through; the token is 1 and the bit of `SR`.
const UPDATE: u32 = 1;
/// Cycles of the LSI that an update takes at most.
const UPDATE_CYCLES: u64 = 5;

/// The watchdog.
#[derive(Debug, Clone)]
pub struct Iwdg {
    lsi: Frequency,
    unlocked: bool,
    running: bool,
    /// When the counter was at its reload value, and that value.
    loaded: (Time, u64),
}

impl Iwdg {
    /// Makes the model; `lsi_hz` is the typical frequency of the chip's LSI.
    pub fn new(setup: &mut Setup<'_>, lsi_hz: u64) -> Self {
        setup.correct(KR, |word| word.make_command(0xFFFF));
        setup.correct(SR, |word| word.make_read_only(0b111));
        Self {
            lsi: Frequency::hz(lsi_hz),
            unlocked: false,
            running: false,
            loaded: (Time::ZERO, 0xFFF),
        }
    }

    /// Frequency of the counter: codes 110 and 111 of `PR` both divide by 256.
    fn counter_clock(&self, context: &Context<'_>) -> Frequency {
        let code = context.file.get(PR).min(6);
        self.lsi.divided_by(4 << code)
    }

    /// Loads the counter and plans its end: it counts the reload value down to 0, and 0 itself.
    fn load(&mut self, context: &mut Context<'_>) {
        let reload = u64::from(context.file.get(RLR));
        self.loaded = (context.now(), reload);
        self.plan(context);
    }

    fn plan(&self, context: &mut Context<'_>) {
        if self.running {
            let (since, count) = self.loaded;
            let end = since.plus(Time::of_cycles(count + 1, self.counter_clock(context)));
            let now = context.now();
            context.after(END, end.minus(now));
        }
    }

    /// Where the counter stands.
    fn count(&self, context: &Context<'_>) -> u64 {
        let (since, from) = self.loaded;
        let passed = context.now().minus(since);
        let clock = self.counter_clock(context);
        // `in_cycles` rounds up; a step that is not complete has not been made.
        let up = passed.in_cycles(clock);
        let whole = Time::of_cycles(up, clock).minus(passed) == Time::ZERO;
        from.saturating_sub(if whole { up } else { up.saturating_sub(1) })
    }

    fn reload(&mut self, context: &mut Context<'_>) {
        let too_early = self.running
            && context.file.get(WINR) < 0xFFF
            && self.count(context) > u64::from(context.file.get(WINR));
        if too_early {
            context.request_reset(Reset::IndependentWatchdog);
        }
        self.load(context);
    }
}

impl Model for Iwdg {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        (self.unlocked, self.running) = (false, false);
        self.loaded = (context.now(), 0xFFF);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let word = offset & !3;
        if word == KR {
            self.unlocked = value == KEY_UNLOCK;
            match value {
                KEY_START if !self.running => {
                    self.running = true;
                    self.load(context);
                }
                KEY_RELOAD => self.reload(context),
                _ => {}
            }
            return true;
        }
        let bit = match word {
            PR => 0,
            RLR => 1,
            WINR => 2,
            _ => return context.file.write(offset, width, value),
        };
        // Without the key the write is lost.
        if !self.unlocked {
            return true;
        }
        if word == PR {
            // The counter goes on from where it is, in other steps.
            self.loaded = (context.now(), self.count(context));
        }
        if !context.file.write(offset, width, value) {
            return false;
        }
        context.file.set(SR, context.file.get(SR) | 1 << bit);
        context.after(UPDATE + bit, Time::of_cycles(UPDATE_CYCLES, self.lsi));
        match word {
            PR => self.plan(context),
            WINR => self.load(context),
            _ => {}
        }
        true
    }

    fn event(&mut self, token: u32, context: &mut Context<'_>) {
        if token == END {
            context.request_reset(Reset::IndependentWatchdog);
        } else {
            let done = 1 << (token - UPDATE);
            context.file.set(SR, context.file.get(SR) & !done);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
