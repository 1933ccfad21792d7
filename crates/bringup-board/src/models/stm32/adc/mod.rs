//! Analog-to-digital converter of the STM32L0 and F0: RM0377 and RM0091, chapter "Analog-to-digital converter".
//!
//! | part | modelled |
//! |---|---|
//! | clock | that of the bus by 1, 2 or 4, or its own: the HSI16 by `PRESC` on the L0, the HSI14 on the F0 |
//! | `CR` | calibration (83 clocks), enabling (14 clocks), disabling, start, stop; bits that may not be set at the moment stay 0 |
//! | conversions | sampling time and the time of the resolution; single, continuous, discontinuous; both directions; `WAIT` |
//! | results | resolution, alignment, overrun with `OVRMOD`, oversampling of the L0 |
//! | flags | `ADRDY`, `EOSMP`, `EOC`, `EOS`, `OVR`, `AWD`, `EOCAL`; interrupts; DMA requests |
//! | inputs | pins, with the voltage that the world outside gives them; temperature sensor, reference and battery, when they are switched on |
//! | triggers | `TRGO` of timers |
//! | auto-off, other triggers, noise, sampling times that are too short, start-up of the internal channels, the end of one-shot DMA (`DMACFG`) | not modelled |
//!
//! The supply is 3.3 V and the chip at 30 degrees. Internal channels read what the calibration values in system memory say of it.

mod input;

use bringup_cpu::Width;

use crate::clock::{Frequency, Kernel, Time};
use crate::peripheral::{Context, Model, Reset, Setup};
use crate::pins::PinId;
use crate::registers::RegisterFile;
use crate::requests::Requests;
pub use input::{Calibration, Internal};

const ISR: u32 = 0x00;
const IER: u32 = 0x04;
const CR: u32 = 0x08;
const CFGR1: u32 = 0x0C;
const CFGR2: u32 = 0x10;
const SMPR: u32 = 0x14;
const TR: u32 = 0x20;
const CHSELR: u32 = 0x28;
const DR: u32 = 0x40;
const CALFACT: u32 = 0xB4;
const CCR: u32 = 0x308;

const ADRDY: u32 = 1 << 0;
const EOSMP: u32 = 1 << 1;
const EOC: u32 = 1 << 2;
const EOS: u32 = 1 << 3;
const OVR: u32 = 1 << 4;
const AWD: u32 = 1 << 7;
const EOCAL: u32 = 1 << 11;

const CR_ADEN: u32 = 1 << 0;
const CR_ADDIS: u32 = 1 << 1;
const CR_ADSTART: u32 = 1 << 2;
const CR_ADSTP: u32 = 1 << 4;
const CR_ADVREGEN: u32 = 1 << 28;
const CR_ADCAL: u32 = 1 << 31;
/// Bits that software sets and hardware clears.
const CR_COMMANDS: u32 = CR_ADEN | CR_ADDIS | CR_ADSTART | CR_ADSTP | CR_ADCAL;

const CFGR1_DMAEN: u32 = 1 << 0;
const CFGR1_SCANDIR: u32 = 1 << 2;
const CFGR1_ALIGN: u32 = 1 << 5;
const CFGR1_EXTSEL: u32 = 0b111 << 6;
const CFGR1_EXTEN: u32 = 0b11 << 10;
const CFGR1_OVRMOD: u32 = 1 << 12;
const CFGR1_CONT: u32 = 1 << 13;
const CFGR1_WAIT: u32 = 1 << 14;
const CFGR1_AUTOFF: u32 = 1 << 15;
const CFGR1_DISCEN: u32 = 1 << 16;
const CFGR1_AWDSGL: u32 = 1 << 22;
const CFGR1_AWDEN: u32 = 1 << 23;
const CFGR2_OVSE: u32 = 1 << 0;

/// Clocks of a calibration, and of the start: data sheets, table "ADC characteristics", `tCAL` and `tSTAB`.
const CALIBRATION: u64 = 83;
const STABILISATION: u64 = 14;
/// Clocks to switch off; the manual gives none.
const DISABLING: u64 = 2;
/// What calibration finds; any value will do.
const FACTOR: u32 = 0x40;
/// Half clocks of a conversion behind the sampling, by `CFGR1.RES` (table "tSAR timings depending on resolution").
const CONVERSION: [u64; 4] = [25, 23, 19, 15];

/// Event: what is under way is done.
const DONE: u32 = 0;
/// Event: the sampling is over.
const SAMPLED: u32 = 1;

/// What a family's converter is like.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Half clocks of sampling, by `SMPR`.
    pub sampling: [u64; 8],
    /// Divisors of its own clock, by `CCR.PRESC`; a single one where there is no such field.
    pub prescalers: &'static [u32],
    /// Divisors of the clock of the bus, by `CFGR2.CKMODE` from 1 on.
    pub bus_divisors: &'static [u32],
    /// Channels that are no pins: number, what is there, its enable bit in `CCR`.
    pub internal: &'static [(u32, Internal, u32)],
    /// Where the calibration values are.
    pub calibration: Calibration,
    /// The calibration factor is in `CALFACT`, and not in `DR`.
    pub has_factor: bool,
    /// Names of the triggers, by `CFGR1.EXTSEL`; those of lines that nothing drives never come.
    pub triggers: [&'static str; 8],
}

/// What the converter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Nothing,
    Calibrating,
    Starting,
    Stopping,
    Converting(u32),
}

/// The converter.
#[derive(Debug, Clone)]
pub struct Adc {
    kind: Kind,
    irq: Option<u32>,
    request: Requests,
    /// Trigger lines, by `CFGR1.EXTSEL`.
    triggers: [Requests; 8],
    work: Work,
    /// Channels of the sequence that are to come.
    left: u32,
    /// The next conversion waits until the last result is read.
    held: bool,
    /// Clock that the work under way was planned with.
    kernel: Option<Kernel>,
    /// When the work under way is done, where its clock is no part of the core's: the next begins then.
    due: Option<Time>,
    /// Its clock is off in the RCC.
    gated: bool,
    /// Pins by channel, once they were looked for.
    pins: [Option<PinId>; 16],
}

impl Adc {
    /// Makes the model.
    pub fn new(setup: &mut Setup<'_>, kind: Kind) -> Self {
        let calibrated = if kind.has_factor { EOCAL } else { 0 };
        setup.correct(ISR, |word| {
            word.make_read_only(word.covered);
            word.make_flags(ADRDY | EOSMP | EOC | EOS | OVR | AWD | calibrated);
        });
        setup.correct(DR, |word| word.make_read_only(word.covered));
        // SVD files have other reset values than the manuals.
        setup.correct(TR, |word| word.reset = 0x0FFF_0000);
        setup.correct(CFGR2, |word| word.reset = 0);
        setup.leave_out(CFGR1, CFGR1_AUTOFF);
        if kind.prescalers.len() > 1 {
            let last = kind.prescalers.len() as u32 - 1;
            setup.allow(
                CCR,
                0b1111 << 18,
                0..=last,
                "0 to 11 are divisions by 1 to 256",
            );
        }
        let modes = kind.bus_divisors.len() as u32;
        setup.allow(CFGR2, 0b11 << 30, 0..=modes, "there is no such clock");
        Self {
            irq: setup.interrupt("ADC"),
            request: Requests::find("ADC"),
            triggers: kind.triggers.map(Requests::find),
            work: Work::Nothing,
            left: 0,
            held: false,
            kernel: None,
            due: None,
            gated: false,
            pins: [None; 16],
            kind,
        }
    }

    /// The clock of the converter, `None` if it stands still.
    fn kernel(&self, context: &Context<'_>) -> Option<Kernel> {
        let tree = context.clock.tree();
        if self.gated || tree.stopped {
            return None;
        }
        let mode = (context.file.get(CFGR2) >> 30) as usize;
        let kernel = if mode == 0 {
            let code = (context.file.get(CCR) >> 18 & 0b1111) as usize;
            let last = self.kind.prescalers.len() - 1;
            let divisor = self.kind.prescalers[code.min(last)];
            Kernel::independent(tree.kernels.adc.divided_by(divisor))
        } else {
            let divisor = self.kind.bus_divisors.get(mode - 1)?;
            Kernel::divided(tree.hclk, tree.apb2 * divisor)
        };
        (kernel.frequency != Frequency::hz(0)).then_some(kernel)
    }

    /// Half clocks that the work takes, and those after which it has sampled.
    fn duration(&self, file: &RegisterFile) -> (u64, u64) {
        match self.work {
            Work::Nothing => (0, 0),
            Work::Calibrating => (2 * CALIBRATION, 0),
            Work::Starting => (2 * STABILISATION, 0),
            Work::Stopping => (2 * DISABLING, 0),
            Work::Converting(_) => {
                let sampling = self.kind.sampling[(file.get(SMPR) & 0b111) as usize];
                let conversion = CONVERSION[(file.get(CFGR1) >> 3 & 0b11) as usize];
                let samples = u64::from(samples(file));
                let last = samples * (sampling + conversion) - conversion;
                (last + conversion, last)
            }
        }
    }

    /// Begins some work at a moment, or now.
    fn begin(&mut self, work: Work, from: Option<Time>, context: &mut Context<'_>) {
        self.work = work;
        self.kernel = self.kernel(context);
        self.due = None;
        context.cancel(DONE);
        context.cancel(SAMPLED);
        let (whole, sampled) = self.duration(context.file);
        let Some(kernel) = self.kernel.filter(|_| whole > 0) else {
            return;
        };
        // Nobody sees a flag set that is set.
        let sees = sampled > 0 && context.file.get(ISR) & EOSMP == 0;
        let events = [(SAMPLED, sampled, sees), (DONE, whole, true)];
        for (token, halves, _) in events.into_iter().filter(|(.., wanted)| *wanted) {
            if let Some(cycles) = kernel.cycles {
                let span = (halves * u64::from(cycles)).div_ceil(2);
                context.at_cycle(token, context.cycle.saturating_add(span));
            } else {
                let begin = from.unwrap_or_else(|| context.now());
                let due = begin.plus(Time::of_cycles(halves, kernel.frequency.times(2)));
                context.at_time(token, due);
                self.due = Some(due);
            }
        }
    }

    /// Converts the next channel of the sequence.
    fn convert(&mut self, from: Option<Time>, context: &mut Context<'_>) {
        if self.left == 0 {
            self.left = context.file.get(CHSELR) & 0x7_FFFF;
        }
        if self.left == 0 {
            return;
        }
        let channel = if context.file.get(CFGR1) & CFGR1_SCANDIR == 0 {
            self.left.trailing_zeros()
        } else {
            self.left.ilog2()
        };
        self.begin(Work::Converting(channel), from, context);
    }

    /// A conversion ended: result, flags, and what follows.
    fn converted(&mut self, channel: u32, context: &mut Context<'_>) {
        let (due, cfgr1) = (self.due, context.file.get(CFGR1));
        let raw = self.measure(channel, context);
        let isr = context.file.get(ISR);
        let mut flags = EOSMP | EOC;
        if isr & EOC != 0 {
            flags |= OVR;
        }
        if isr & EOC == 0 || cfgr1 & CFGR1_OVRMOD != 0 {
            context.file.set(DR, result(raw, context.file));
        }
        if is_outside(raw, channel, context.file) {
            flags |= AWD;
        }
        self.left &= !(1 << channel);
        if self.left == 0 {
            flags |= EOS;
        }
        context.file.set(ISR, isr | flags);
        self.begin(Work::Nothing, None, context);
        let goes_on = if self.left == 0 {
            cfgr1 & CFGR1_CONT != 0
        } else {
            cfgr1 & CFGR1_DISCEN == 0
        };
        if goes_on && cfgr1 & CFGR1_WAIT != 0 {
            self.held = true;
        } else if goes_on {
            self.convert(due, context);
        } else if cfgr1 & CFGR1_EXTEN == 0 {
            context.file.set(CR, context.file.get(CR) & !CR_ADSTART);
        }
    }

    /// Commands are written to `CR`; those that may not be given now do nothing.
    fn command(&mut self, before: u32, context: &mut Context<'_>) {
        let written = context.file.get(CR);
        let mut cr = written & !CR_COMMANDS | before & CR_COMMANDS;
        let given = |bit: u32| written & !before & bit != 0;
        let busy = before & CR_COMMANDS != 0;
        if given(CR_ADCAL) && !busy {
            cr |= CR_ADCAL;
        } else if given(CR_ADEN) && !busy {
            cr |= CR_ADEN;
        }
        let enabled = before & (CR_ADEN | CR_ADDIS) == CR_ADEN;
        if given(CR_ADSTP) && enabled && before & CR_ADSTART != 0 {
            cr &= !CR_ADSTART;
        } else if given(CR_ADSTART) && enabled {
            cr |= CR_ADSTART;
        } else if given(CR_ADDIS) && enabled && before & CR_ADSTART == 0 {
            cr |= CR_ADDIS;
        }
        let set = cr & !before;
        if self.kind.has_factor && set & (CR_ADCAL | CR_ADEN) != 0 {
            // The regulator is switched on by them.
            cr |= CR_ADVREGEN;
        }
        context.file.set(CR, cr);
        if set & CR_ADCAL != 0 {
            self.begin(Work::Calibrating, None, context);
        } else if set & CR_ADEN != 0 {
            self.begin(Work::Starting, None, context);
        } else if set & CR_ADDIS != 0 {
            self.begin(Work::Stopping, None, context);
        } else if set & CR_ADSTART != 0 {
            self.start(context);
        } else if before & !cr & CR_ADSTART != 0 {
            (self.left, self.held) = (0, false);
            self.begin(Work::Nothing, None, context);
        }
    }

    /// `ADSTART` was set: conversions begin at once, as soon as the converter is ready, or with a trigger.
    fn start(&mut self, context: &mut Context<'_>) {
        let cfgr1 = context.file.get(CFGR1);
        if cfgr1 & CFGR1_DISCEN == 0 {
            self.left = 0;
        }
        let triggered = cfgr1 & CFGR1_EXTEN != 0;
        if triggered && self.trigger(cfgr1).is_empty() {
            context.left_out(CFGR1, CFGR1_EXTSEL);
        } else if !triggered && self.work == Work::Nothing {
            self.convert(None, context);
        }
    }

    /// The line of the trigger that is selected, none if nothing drives that.
    fn trigger(&self, cfgr1: u32) -> Requests {
        self.triggers[((cfgr1 & CFGR1_EXTSEL) >> 6) as usize]
    }

    fn done(&mut self, context: &mut Context<'_>) {
        let (cr, isr) = (context.file.get(CR), context.file.get(ISR));
        match self.work {
            Work::Nothing => {}
            Work::Converting(channel) => self.converted(channel, context),
            Work::Calibrating => {
                context.file.set(CR, cr & !CR_ADCAL);
                if self.kind.has_factor {
                    context.file.set(CALFACT, FACTOR);
                    context.file.set(ISR, isr | EOCAL);
                } else {
                    context.file.set(DR, FACTOR);
                }
                self.begin(Work::Nothing, None, context);
            }
            Work::Starting => {
                context.file.set(ISR, isr | ADRDY);
                self.begin(Work::Nothing, None, context);
                if cr & CR_ADSTART != 0 {
                    self.start(context);
                }
            }
            Work::Stopping => {
                context.file.set(CR, cr & !(CR_ADEN | CR_ADDIS));
                self.begin(Work::Nothing, None, context);
            }
        }
    }

    /// The last result was read, or its flag cleared: a conversion that waits for that begins.
    fn release(&mut self, context: &mut Context<'_>) {
        if self.held && context.file.get(ISR) & EOC == 0 {
            self.held = false;
            self.convert(None, context);
        }
    }

    /// Interrupt and request follow the flags.
    fn update(&self, context: &mut Context<'_>) {
        let isr = context.file.get(ISR);
        if let Some(irq) = self.irq {
            context.set_line(irq, isr & context.file.get(IER) != 0);
        }
        let on = context.file.get(CFGR1) & CFGR1_DMAEN != 0;
        context.request(self.request, on && isr & (EOC | OVR) == EOC);
    }

    /// The clock is another one: the work under way begins anew with it.
    fn settle_clock(&mut self, context: &mut Context<'_>) {
        if self.work != Work::Nothing && self.kernel(context) != self.kernel {
            self.begin(self.work, None, context);
        }
    }
}

/// Conversions that make a result: `CFGR2.OVSR` if oversampling is on.
fn samples(file: &RegisterFile) -> u32 {
    let cfgr2 = file.get(CFGR2);
    if cfgr2 & CFGR2_OVSE == 0 {
        1
    } else {
        2 << (cfgr2 >> 2 & 0b111)
    }
}

/// What `DR` shows of a measurement of 12 bits.
fn result(raw: u32, file: &RegisterFile) -> u32 {
    let (cfgr1, cfgr2) = (file.get(CFGR1), file.get(CFGR2));
    let resolution = cfgr1 >> 3 & 0b11;
    let value = raw >> (2 * resolution);
    if cfgr2 & CFGR2_OVSE != 0 {
        let shift = (cfgr2 >> 5 & 0b1111).min(8);
        (value * samples(file)) >> shift & 0xFFFF
    } else if cfgr1 & CFGR1_ALIGN == 0 {
        value
    } else if resolution == 3 {
        // Six bits are aligned in a byte.
        value << 2
    } else {
        value << (4 + 2 * resolution)
    }
}

/// Whether the analog watchdog sees a measurement outside of its window.
fn is_outside(raw: u32, channel: u32, file: &RegisterFile) -> bool {
    let (cfgr1, tr) = (file.get(CFGR1), file.get(TR));
    let guarded = cfgr1 & CFGR1_AWDSGL == 0 || cfgr1 >> 26 & 0b1_1111 == channel;
    let unresolved = (1 << (2 * (cfgr1 >> 3 & 0b11))) - 1;
    let window = (tr & 0xFFF)..=(tr >> 16 & 0xFFF);
    cfgr1 & CFGR1_AWDEN != 0 && guarded && !window.contains(&(raw & !unresolved))
}

impl Model for Adc {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        (self.left, self.held) = (0, false);
        self.begin(Work::Nothing, None, context);
        self.update(context);
    }

    fn read(&mut self, offset: u32, width: Width, context: &mut Context<'_>) -> Option<u32> {
        let value = context.file.read(offset, width);
        let isr = context.file.get(ISR);
        if offset & !3 == DR && isr & EOC != 0 {
            context.file.set(ISR, isr & !EOC);
            self.release(context);
            self.update(context);
        }
        value
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let word = offset & !3;
        let before = context.file.get(word);
        if !context.file.write(offset, width, value) {
            return false;
        }
        match word {
            CR => self.command(before, context),
            ISR => self.release(context),
            CFGR2 | CCR => self.settle_clock(context),
            _ => {}
        }
        self.update(context);
        true
    }

    fn event(&mut self, token: u32, context: &mut Context<'_>) {
        if token == SAMPLED {
            context.file.set(ISR, context.file.get(ISR) | EOSMP);
        } else {
            self.done(context);
        }
        self.update(context);
    }

    fn gated(&mut self, off: bool, context: &mut Context<'_>) {
        self.gated = off;
        self.settle_clock(context);
    }

    fn clock_changed(&mut self, context: &mut Context<'_>) {
        self.settle_clock(context);
    }

    fn triggered(&mut self, lines: Requests, context: &mut Context<'_>) {
        let (cr, cfgr1) = (context.file.get(CR), context.file.get(CFGR1));
        let waits = cr & CR_ADSTART != 0 && self.work == Work::Nothing && !self.held;
        // What comes from a timer is a short pulse: its falling edge is as good.
        if waits && cfgr1 & CFGR1_EXTEN != 0 && !lines.within(self.trigger(cfgr1)).is_empty() {
            self.convert(None, context);
            self.update(context);
        }
    }

    fn stable_until(&self, offset: u32, file: &RegisterFile, cycle: u64) -> u64 {
        if offset & !3 == DR && file.get(ISR) & EOC != 0 {
            cycle
        } else {
            u64::MAX
        }
    }

    fn raised(&self, irq: u32, file: &RegisterFile) -> Option<(u32, u32)> {
        (self.irq == Some(irq)).then(|| (ISR, file.get(ISR) & file.get(IER)))
    }

    fn missing(&self, offset: u32, bits: u32, file: &RegisterFile) -> Option<String> {
        let (cr, cfgr1) = (file.get(CR), file.get(CFGR1));
        let result = bits & (EOSMP | EOC | EOS) != 0;
        let text = if self.work != Work::Nothing && self.kernel.is_none() {
            "the converter has no clock: start its oscillator, the HSI16 or HSI14, or choose the clock of the bus by `CFGR2.CKMODE`"
        } else if offset != ISR || bits & (ADRDY | EOSMP | EOC | EOS) == 0 {
            return None;
        } else if cr & CR_ADEN == 0 {
            "set `CR.ADEN`, and wait for `ISR.ADRDY`"
        } else if result && cr & CR_ADSTART == 0 {
            "set `CR.ADSTART`"
        } else if result && file.get(CHSELR) == 0 {
            "select a channel in `CHSELR`"
        } else if result && cfgr1 & CFGR1_EXTEN != 0 {
            "the trigger that `CFGR1.EXTSEL` selects does not come: start its timer, with its `TRGO` chosen by `CR2.MMS`"
        } else {
            return None;
        };
        Some(text.to_owned())
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
