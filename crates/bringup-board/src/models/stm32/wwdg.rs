//! Window watchdog of the STM32L0 and F0: RM0377 and RM0091, chapter "System window watchdog".
//!
//! | part | modelled |
//! |---|---|
//! | `CR` | `T` counts down with PCLK1 / 4096 / the prescaler once `WDGA` is set; reaching `0x3F` resets the chip |
//! | `CFR.W` | a refresh while the counter is above the window resets the chip |
//! | `CFR.EWI`, `SR.EWIF` | the early wake-up interrupt at `0x40` |
//! | freeze by the debugger | not modelled |

use bringup_cpu::Width;

use crate::peripheral::{Context, Model, Moment, Reset, Setup};
use crate::registers::RegisterFile;

const CR: u32 = 0x00;
const CFR: u32 = 0x04;
const SR: u32 = 0x08;

const CR_WDGA: u32 = 1 << 7;
const COUNT: u32 = 0x7F;
const CFR_EWI: u32 = 1 << 9;
/// The counter's last value; below it is the reset.
const LAST: u32 = 0x40;

/// Event: the counter reaches `0x40`.
const EARLY: u32 = 0;
/// Event: the counter goes below.
const END: u32 = 1;

/// The watchdog.
#[derive(Debug, Clone)]
pub struct Wwdg {
    irq: Option<u32>,
    /// Core cycle at which the counter had the value that `CR` holds.
    since: u64,
    /// Core cycles per cycle of PCLK1.
    divisor: u64,
    /// Its clock stands still: stop mode.
    stopped: bool,
}

impl Wwdg {
    /// Makes the model.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        setup.correct(SR, |word| word.make_zero_flags(1));
        Self {
            irq: setup.interrupt("WWDG"),
            since: 0,
            divisor: 1,
            stopped: false,
        }
    }

    /// Core cycles per step of the counter.
    fn step(&self, file: &RegisterFile) -> u64 {
        (4096 << ((file.get(CFR) >> 7) & 0b11)) * self.divisor
    }

    fn count(&self, file: &RegisterFile, cycle: u64) -> u32 {
        let cr = file.get(CR);
        let passed = if cr & CR_WDGA == 0 || self.stopped {
            0
        } else {
            cycle.saturating_sub(self.since) / self.step(file)
        };
        (cr & COUNT).saturating_sub(passed.min(u64::from(COUNT)) as u32)
    }

    /// Makes `CR` hold the counter of now.
    fn sync(&mut self, context: &mut Context<'_>) {
        let cr = context.file.get(CR);
        let count = self.count(context.file, context.cycle);
        let steps = u64::from((cr & COUNT) - count);
        self.since += steps * self.step(context.file);
        context.file.set(CR, cr & !COUNT | count);
    }

    fn plan(&self, context: &mut Context<'_>) {
        let cr = context.file.get(CR);
        if cr & CR_WDGA == 0 {
            return;
        }
        if self.stopped {
            context.cancel(EARLY);
            context.cancel(END);
            return;
        }
        let step = self.step(context.file);
        let left = u64::from((cr & COUNT).saturating_sub(LAST));
        let early = self.since + left * step;
        if early > context.cycle {
            context.at_cycle(EARLY, early);
        } else {
            context.cancel(EARLY);
        }
        context.at_cycle(END, early + step);
    }

    fn update_line(&self, context: &mut Context<'_>) {
        let level = context.file.get(SR) & 1 != 0 && context.file.get(CFR) & CFR_EWI != 0;
        if let Some(irq) = self.irq {
            context.set_line(irq, level);
        }
    }
}

impl Model for Wwdg {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        self.since = context.cycle;
        self.divisor = u64::from(context.clock.tree().apb1);
        self.update_line(context);
    }

    fn read(&mut self, offset: u32, width: Width, context: &mut Context<'_>) -> Option<u32> {
        self.sync(context);
        context.file.read(offset, width)
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        self.sync(context);
        let (cr, cfr, sr) = (
            context.file.get(CR),
            context.file.get(CFR),
            context.file.get(SR),
        );
        if !context.file.write(offset, width, value) {
            return false;
        }
        match offset & !3 {
            CR => {
                let new = context.file.get(CR) | cr & CR_WDGA;
                context.file.set(CR, new);
                let too_early = cr & CR_WDGA != 0 && cr & COUNT > cfr & COUNT;
                if too_early || (new & CR_WDGA != 0 && new & LAST == 0) {
                    context.request_reset(Reset::WindowWatchdog);
                    return true;
                }
                self.since = context.cycle;
            }
            // Only clearing is possible.
            SR => context.file.set(SR, context.file.get(SR) & sr),
            // The interrupt cannot be switched off again.
            CFR => context.file.set(CFR, context.file.get(CFR) | cfr & CFR_EWI),
            _ => {}
        }
        self.plan(context);
        self.update_line(context);
        true
    }

    fn event(&mut self, token: u32, context: &mut Context<'_>) {
        if token == EARLY {
            context.file.set(SR, 1);
            self.update_line(context);
        } else {
            context.request_reset(Reset::WindowWatchdog);
        }
    }

    fn clock_changed(&mut self, context: &mut Context<'_>) {
        self.sync(context);
        let tree = context.clock.tree();
        let (apb1, stopped) = (u64::from(tree.apb1), tree.stopped);
        if stopped != self.stopped {
            // The step under way begins anew with the clock.
            self.since = context.cycle;
        }
        (self.divisor, self.stopped) = (apb1, stopped);
        self.plan(context);
    }

    fn stable_until(&self, offset: u32, file: &RegisterFile, cycle: u64) -> u64 {
        let cr = file.get(CR);
        if offset & !3 != CR || cr & CR_WDGA == 0 {
            return u64::MAX;
        }
        let step = self.step(file);
        let passed = cycle.saturating_sub(self.since) / step;
        self.since + (passed + 1) * step
    }

    fn peek(&self, offset: u32, width: Width, file: &RegisterFile, at: Moment<'_>) -> Option<u32> {
        if offset & !3 != CR {
            return file.peek(offset, width);
        }
        let value = file.get(CR) & !COUNT | self.count(file, at.cycle);
        Some((value >> ((offset & 3) * 8)) & width.mask())
    }

    fn raised(&self, irq: u32, file: &RegisterFile) -> Option<(u32, u32)> {
        (self.irq == Some(irq)).then(|| (SR, file.get(SR)))
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
