//! Low-power timer of the STM32L0, L4, F7, G0 and others: RM0377 chapter 19.
//!
//! | part | modelled |
//! |---|---|
//! | kernel clock | what the RCC selects, through stop mode if that is the LSE or the LSI; `PRESC` |
//! | `CR` | `ENABLE`, `SNGSTRT`, `CNTSTRT`; a start takes no time |
//! | `ARR`, `CMP` | `ARROK` and `CMPOK` two kernel clocks after a write; `PRELOAD` |
//! | `ISR`, `IER`, `ICR` | `ARRM`, `CMPM`, `EXTTRIG`, `ARROK`, `CMPOK` and their interrupts |
//! | output | low up to the compare value, high from there to the end (PWM and one pulse), `WAVE` (set once), `WAVPOL` |
//! | input 1 as the clock (`CKSEL`) or as what is counted (`COUNTMODE`) | rising, falling or both edges |
//! | `TRIGEN` | a start by an edge of the pin `ETR`, and with `TIMOUT` each further one restarts the counter |
//! | encoder mode, filters, triggers other than the pin | not modelled |

use bringup_cpu::Width;

use crate::clock::{Frequency, Time};
use crate::peripheral::{Context, Model, Moment, Reset, Setup};
use crate::pins::{PinId, SignalId};
use crate::registers::RegisterFile;

const ISR: u32 = 0x00;
const ICR: u32 = 0x04;
const IER: u32 = 0x08;
const CFGR: u32 = 0x0C;
const CR: u32 = 0x10;
const CMP: u32 = 0x14;
const ARR: u32 = 0x18;
const CNT: u32 = 0x1C;

const ISR_CMPM: u32 = 1 << 0;
const ISR_ARRM: u32 = 1 << 1;
const ISR_EXTTRIG: u32 = 1 << 2;
const ISR_CMPOK: u32 = 1 << 3;
const ISR_ARROK: u32 = 1 << 4;
/// Flags that `ICR` clears, each by the bit of its own.
const FLAGS: u32 = 0x7F;

const CFGR_CKSEL: u32 = 1 << 0;
const CFGR_TIMOUT: u32 = 1 << 19;
const CFGR_WAVE: u32 = 1 << 20;
const CFGR_WAVPOL: u32 = 1 << 21;
const CFGR_PRELOAD: u32 = 1 << 22;
const CFGR_COUNTMODE: u32 = 1 << 23;

const CR_ENABLE: u32 = 1 << 0;
const CR_SNGSTRT: u32 = 1 << 1;
const CR_CNTSTRT: u32 = 1 << 2;

/// Event: the counter comes to a value at which something happens.
const MATCH: u32 = 0;
/// Event: a written `ARR` has come to the kernel.
const ARR_DONE: u32 = 1;
/// Event: a written `CMP` has come to the kernel.
const CMP_DONE: u32 = 2;

/// Kernel clocks that a write takes to the kernel.
const SYNCHRONISATION: u64 = 2;

/// Inputs, by their tokens.
const IN1: u32 = 0;
const ETR: u32 = 1;

/// How the counter goes on behind the reload value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// It stands at 0.
    Stopped,
    /// It waits for an edge of the trigger, then runs so.
    Waiting {
        single: bool,
    },
    Single,
    Continuous,
}

/// A low-power timer.
#[derive(Debug, Clone)]
pub struct Lptim {
    irq: Option<u32>,
    output: SignalId,
    run: Run,
    /// The counter at the time `since`, where a tick begins.
    count: u32,
    since: Time,
    /// Kernel clock, and what a tick of the counter is after the prescaler; zero if it stands still.
    kernel: Frequency,
    tick: Frequency,
    /// Reload and compare value in effect.
    reload: u32,
    compare: u32,
    /// What is between the compare value and the end of a period.
    high: bool,
    /// Edges of the input since the last tick.
    edges: u32,
}

impl Lptim {
    /// Makes the model.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        // Files of chips with one such timer call it `LPTIM`, signals are numbered all the same.
        let name = setup.name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = setup.name[name.len()..].parse().unwrap_or(1_u32);
        let mut signal = |signal: &str| setup.pins.signal(&format!("{name}{number}_{signal}"));
        let (output, in1, etr) = (signal("OUT"), signal("IN1"), signal("ETR"));
        setup.pins.listen(in1, setup.device.0, IN1);
        setup.pins.listen(etr, setup.device.0, ETR);
        setup.correct(ICR, |word| word.make_command(FLAGS));
        setup.correct(CR, |word| word.make_command(CR_SNGSTRT | CR_CNTSTRT));
        // `TRIGSEL` other than the pin, `ENC`.
        setup.leave_out(CFGR, 0b111 << 13 | 1 << 24);
        Self {
            irq: setup.interrupt(&format!("{name}{number}")),
            output,
            run: Run::Stopped,
            count: 0,
            since: Time::ZERO,
            kernel: Frequency::hz(0),
            tick: Frequency::hz(0),
            reload: 1,
            compare: 0,
            high: false,
            edges: 0,
        }
    }

    fn is_running(&self) -> bool {
        matches!(self.run, Run::Single | Run::Continuous)
    }

    /// Whether edges of input 1 make it count, and not time.
    fn counts_edges(file: &RegisterFile) -> bool {
        file.get(CFGR) & (CFGR_CKSEL | CFGR_COUNTMODE) != 0
    }

    /// The counter at a time, and when its tick there began.
    fn at(&self, now: Time, file: &RegisterFile) -> (u32, Time) {
        if !self.is_running() || self.tick.is_zero() || Self::counts_edges(file) {
            return (self.count, now);
        }
        let ticks = now.minus(self.since).whole_cycles(self.tick);
        let place = (u64::from(self.count) + ticks) % (u64::from(self.reload) + 1);
        let since = self.since.plus(Time::of_cycles(ticks, self.tick));
        (place as u32, since)
    }

    /// Brings the counter to now. What happened on the way has had its events.
    fn sync(&mut self, context: &mut Context<'_>) {
        (self.count, self.since) = self.at(context.now(), context.file);
        context.file.set(CNT, self.count);
    }

    /// Plans the next moment at which the counter is where something happens.
    fn plan(&self, context: &mut Context<'_>) {
        let timed = !self.tick.is_zero() && !Self::counts_edges(context.file);
        if !self.is_running() || !timed {
            context.cancel(MATCH);
            return;
        }
        let isr = context.file.get(ISR);
        let length = u64::from(self.reload) + 1;
        let to = |value: u32| {
            let distance = u64::from(value) + length - u64::from(self.count);
            (distance - 1) % length + 1
        };
        let driving = !context.pins.connected(self.output).is_empty();
        let seen = |flag: u32| isr & flag == 0 || driving;
        let preloaded = self.reload != context.file.get(ARR) & 0xFFFF
            || self.compare != context.file.get(CMP) & 0xFFFF;
        let end = (seen(ISR_ARRM) || preloaded || self.run == Run::Single).then(|| to(self.reload));
        let compare = (seen(ISR_CMPM) && self.compare <= self.reload).then(|| to(self.compare));
        match end.into_iter().chain(compare).min() {
            Some(ticks) => {
                let due = self.since.plus(Time::of_cycles(ticks, self.tick));
                context.at_time(MATCH, due);
            }
            None => context.cancel(MATCH),
        }
    }

    /// What happens where the counter is now.
    fn arrived(&mut self, context: &mut Context<'_>) {
        if self.count == self.compare {
            Self::set_flags(ISR_CMPM, context);
            self.high = true;
        }
        if self.count == self.reload {
            Self::set_flags(ISR_ARRM, context);
            self.high = context.file.get(CFGR) & CFGR_WAVE != 0 && self.high;
            if self.run == Run::Single {
                (self.run, self.count) = (Run::Stopped, 0);
            }
            self.load(context.file);
        }
    }

    /// Written values come into effect.
    fn load(&mut self, file: &RegisterFile) {
        self.reload = (file.get(ARR) & 0xFFFF).max(1);
        self.compare = file.get(CMP) & 0xFFFF;
        if self.count > self.reload {
            self.count = 0;
        }
    }

    fn set_flags(flags: u32, context: &mut Context<'_>) {
        context.file.set(ISR, context.file.get(ISR) | flags);
    }

    /// After anything was changed.
    fn settle(&self, context: &mut Context<'_>) {
        context.file.set(CNT, self.count);
        let enabled = context.file.get(CR) & CR_ENABLE != 0;
        let inverted = context.file.get(CFGR) & CFGR_WAVPOL != 0;
        let level = enabled.then_some(self.high != inverted);
        context.pins.set_signal(self.output, level, context.cycle);
        if let Some(irq) = self.irq {
            let active = context.file.get(ISR) & context.file.get(IER);
            context.set_line(irq, active != 0);
        }
        self.plan(context);
    }

    /// Takes over the clock that the RCC selects.
    fn refresh_clock(&mut self, context: &mut Context<'_>) {
        self.kernel = context.clock.tree().kernels.lptim1.frequency;
        let prescaler = 1 << ((context.file.get(CFGR) >> 9) & 0b111);
        self.tick = self.kernel.divided_by(prescaler);
    }

    fn write_cr(&mut self, before: u32, raw: u32, context: &mut Context<'_>) {
        if raw & CR_ENABLE == 0 {
            (self.run, self.count, self.high) = (Run::Stopped, 0, false);
            context.cancel(ARR_DONE);
            context.cancel(CMP_DONE);
            return;
        }
        if before & CR_ENABLE == 0 {
            self.load(context.file);
        }
        let single = raw & CR_SNGSTRT != 0;
        if !single && raw & CR_CNTSTRT == 0 {
            return;
        }
        let by_pin = context.file.get(CFGR) >> 17 & 0b11 != 0;
        let start = if single { Run::Single } else { Run::Continuous };
        self.run = match self.run {
            Run::Stopped | Run::Waiting { .. } if by_pin => Run::Waiting { single },
            // Of a running counter only the way it ends is changed.
            _ => start,
        };
    }

    /// Plans that a written value comes to the kernel.
    fn synchronise(&self, token: u32, context: &mut Context<'_>) {
        if context.file.get(CR) & CR_ENABLE != 0 && !self.kernel.is_zero() {
            context.after(token, Time::of_cycles(SYNCHRONISATION, self.kernel));
        }
    }

    /// Whether an edge to `level` is one of those that the code asks for.
    const fn is_wanted(rising: bool, falling: bool, level: bool) -> bool {
        if level { rising } else { falling }
    }

    /// An edge of input 1.
    fn count_edge(&mut self, level: bool, context: &mut Context<'_>) {
        let cfgr = context.file.get(CFGR);
        let polarity = (cfgr >> 1) & 0b11;
        let wanted = Self::is_wanted(polarity != 0b01, polarity != 0b00, level);
        if !self.is_running() || !wanted || !Self::counts_edges(context.file) {
            return;
        }
        self.edges += 1;
        if self.edges >> ((cfgr >> 9) & 0b111) != 0 {
            self.edges = 0;
            self.count = if self.count >= self.reload {
                0
            } else {
                self.count + 1
            };
            self.arrived(context);
        }
    }

    /// An edge of the trigger.
    fn trigger(&mut self, level: bool, context: &mut Context<'_>) {
        let cfgr = context.file.get(CFGR);
        let enabled = (cfgr >> 17) & 0b11;
        // Trigger 0 is the pin.
        let wanted = Self::is_wanted(enabled & 1 != 0, enabled & 2 != 0, level);
        if !wanted || (cfgr >> 13) & 0b111 != 0 {
            return;
        }
        match self.run {
            Run::Waiting { single } => {
                self.run = if single { Run::Single } else { Run::Continuous };
                Self::set_flags(ISR_EXTTRIG, context);
            }
            Run::Single | Run::Continuous if cfgr & CFGR_TIMOUT != 0 => {
                (self.count, self.since) = (0, context.now());
                Self::set_flags(ISR_EXTTRIG, context);
            }
            _ => {}
        }
    }
}

impl Model for Lptim {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        (self.run, self.count, self.high, self.edges) = (Run::Stopped, 0, false, 0);
        self.load(context.file);
        self.refresh_clock(context);
        self.settle(context);
    }

    fn read(&mut self, offset: u32, width: Width, context: &mut Context<'_>) -> Option<u32> {
        if offset & !3 == CNT {
            self.sync(context);
        }
        context.file.read(offset, width)
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        self.sync(context);
        let cr = context.file.get(CR);
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        match offset & !3 {
            ICR => context
                .file
                .set(ISR, context.file.get(ISR) & !(raw & FLAGS)),
            CR => self.write_cr(cr, raw, context),
            CFGR => self.refresh_clock(context),
            ARR => self.synchronise(ARR_DONE, context),
            CMP => self.synchronise(CMP_DONE, context),
            _ => {}
        }
        self.settle(context);
        true
    }

    fn event(&mut self, token: u32, context: &mut Context<'_>) {
        self.sync(context);
        if token == MATCH {
            self.arrived(context);
        } else {
            let flag = if token == ARR_DONE {
                ISR_ARROK
            } else {
                ISR_CMPOK
            };
            Self::set_flags(flag, context);
            if context.file.get(CFGR) & CFGR_PRELOAD == 0 || !self.is_running() {
                self.load(context.file);
            }
        }
        self.settle(context);
    }

    fn input_changed(&mut self, token: u32, _: PinId, level: bool, context: &mut Context<'_>) {
        self.sync(context);
        match token {
            IN1 => self.count_edge(level, context),
            _ => self.trigger(level, context),
        }
        self.settle(context);
    }

    fn clock_changed(&mut self, context: &mut Context<'_>) {
        if context.clock.tree().kernels.lptim1.frequency != self.kernel {
            self.sync(context);
            self.refresh_clock(context);
            self.since = context.now();
            self.settle(context);
        }
    }

    fn peek(&self, offset: u32, width: Width, file: &RegisterFile, at: Moment<'_>) -> Option<u32> {
        if offset & !3 != CNT {
            return file.peek(offset, width);
        }
        let (count, _) = self.at(at.time(), file);
        Some((count >> ((offset & 3) * 8)) & width.mask())
    }

    fn stable_until(&self, offset: u32, _: &RegisterFile, cycle: u64) -> u64 {
        if offset & !3 == CNT && self.is_running() {
            cycle
        } else {
            u64::MAX
        }
    }

    fn awaits_outside(&self, offset: u32, file: &RegisterFile) -> bool {
        let outside = Self::counts_edges(file) || file.get(CFGR) >> 17 & 0b11 != 0;
        matches!(offset & !3, ISR | CNT) && outside
    }

    fn raised(&self, irq: u32, file: &RegisterFile) -> Option<(u32, u32)> {
        (self.irq == Some(irq)).then(|| (ISR, file.get(ISR) & file.get(IER)))
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
