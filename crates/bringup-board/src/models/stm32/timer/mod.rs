//! Timers of the STM32L0, F0 and most others: RM0377 chapters 16 to 18, RM0091 chapters 17 to 21.
//!
//! | part | modelled |
//! |---|---|
//! | counter | up, down, centre-aligned; worked out from virtual time when somebody looks, with events only where something happens |
//! | `PSC`, `ARR`, `RCR`, `CCRx` | preload as `ARPE` and `OCxPE` say; repetition counter |
//! | `CR1` | `CEN`, `UDIS`, `URS`, `OPM`, `DIR`, `CMS`, `ARPE` |
//! | `SR`, `DIER`, `EGR` | update, compare and capture, over-capture, trigger, break by software; interrupts |
//! | output compare | frozen, active, inactive and toggle on match, forced, PWM 1 and 2, polarity, onto the pins that alternate functions connect |
//! | `BDTR` | `MOE`, `AOE`; complementary outputs without dead time |
//! | input capture | both inputs of a pair, edges, prescaler |
//! | `SMCR` | encoder modes; reset, gated, trigger and external clock mode 1 from the inputs 1 and 2 |
//! | DMA | requests at updates, compare, capture, triggers and commutation, `CCDS`; bursts through `DCR` and `DMAR` |
//! | `TRGO` | reset, update and compare pulse, to the ADC |
//! | ETR, triggers from other timers, other sources of `TRGO`, input filters, break inputs, `OCxCE`, dead time, `CKD`, remaps in `OR` | not modelled |

mod channel;
pub mod counter;
mod inputs;
mod outputs;
mod plan;
mod requests;
mod slave;

use bringup_cpu::Width;

use crate::peripheral::{Context, Model, Moment, Reset, Setup};
use crate::pins::PinId;
use crate::registers::RegisterFile;
use channel::Channel;
use counter::{Counter, Mode};

const CR1: u32 = 0x00;
const CR2: u32 = 0x04;
const SMCR: u32 = 0x08;
const DIER: u32 = 0x0C;
const SR: u32 = 0x10;
const EGR: u32 = 0x14;
const CCMR1: u32 = 0x18;
const CCMR2: u32 = 0x1C;
const CCER: u32 = 0x20;
const CNT: u32 = 0x24;
const PSC: u32 = 0x28;
const ARR: u32 = 0x2C;
const RCR: u32 = 0x30;
const CCR1: u32 = 0x34;
const CCR4: u32 = 0x40;
const CCR: [u32; 4] = [CCR1, 0x38, 0x3C, CCR4];
const BDTR: u32 = 0x44;
const OR: u32 = 0x50;

const DCR: u32 = 0x48;
const DMAR: u32 = 0x4C;

const CR1_CEN: u32 = 1 << 0;
const CR1_UDIS: u32 = 1 << 1;
const CR1_URS: u32 = 1 << 2;
const CR1_OPM: u32 = 1 << 3;
const CR1_DIR: u32 = 1 << 4;
const CR1_CMS: u32 = 0b11 << 5;
const CR1_ARPE: u32 = 1 << 7;

const CR2_CCDS: u32 = 1 << 3;

/// `CR2.MMS`: `TRGO` is `UG`, the update, or the compare pulse.
const MMS_RESET: u32 = 0b000;
const MMS_UPDATE: u32 = 0b010;
const MMS_COMPARE: u32 = 0b011;

const SR_UIF: u32 = 1 << 0;
const SR_COMIF: u32 = 1 << 5;
const SR_TIF: u32 = 1 << 6;
const SR_BIF: u32 = 1 << 7;
/// `CC1IF` to `CC4IF`.
const SR_CC: u32 = 0b1111 << 1;
const DIER_UDE: u32 = 1 << 8;
/// `CC1DE` to `CC4DE`.
const DIER_CCDE: u32 = SR_CC << 8;
const EGR_UG: u32 = 1 << 0;

const BDTR_AOE: u32 = 1 << 14;
const BDTR_MOE: u32 = 1 << 15;

/// First address of the second peripheral bus (RM0377 section 2.2.2, RM0091 section 2.2.2).
const SECOND_BUS: u32 = 0x4001_0000;

/// The bus whose clock a timer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bus {
    First,
    Second,
}

/// The clock is off in the RCC.
const GATED: u8 = 1 << 0;
/// The clock stands still in stop mode.
const STOPPED: u8 = 1 << 1;

/// The one event of a timer: the next moment at which something changes.
const NEXT: u32 = 0;

/// A timer.
#[derive(Debug, Clone)]
pub struct Timer {
    channels: Vec<Channel>,
    /// It has `BDTR` and `RCR`: outputs need `MOE`, and updates may be left out.
    advanced: bool,
    bus: Bus,
    /// Why its clock is off and the counter stands: `GATED`, `STOPPED`.
    off: u8,
    update_irq: Option<u32>,
    compare_irq: Option<u32>,
    /// The counter at the core cycle `at`, where a tick begins.
    counter: Counter,
    at: u64,
    /// Prescaler in effect.
    prescaler: u32,
    /// Pulses of an input since the counter counted last: the prescaler divides them.
    pulses: u32,
    /// The trigger input is high, which lets a counter in gated mode count.
    gate: bool,
    /// Updates that are left out before the next one counts.
    repeat: u32,
    /// Core cycles per cycle of the timer's clock.
    divisor: u32,
    requests: requests::Lines,
    /// The core cycle that the event is planned for.
    planned: Option<u64>,
}

impl Timer {
    /// Makes the model of a timer whose counter has 16 bits, or 32 if `wide`. How many channels it has and whether it
    /// has `BDTR` is what the SVD file says.
    pub fn new(setup: &mut Setup<'_>, wide: bool) -> Self {
        let largest = if wide { u32::MAX } else { 0xFFFF };
        let count = CCR
            .iter()
            .take_while(|offset| setup.layout.word(**offset).is_some())
            .count();
        let advanced = setup.layout.word(BDTR).is_some();
        let mut channels = Vec::new();
        for index in 0..count {
            let signal = setup.signal(&format!("CH{}", index + 1), index as u32);
            let complement = advanced.then(|| {
                let name = format!("{}_CH{}N", setup.name, index + 1);
                setup.pins.signal(&name)
            });
            channels.push(Channel {
                signal,
                mode: 0,
                enable: 0,
                complement,
                compare: 0,
                next_compare: 0,
                reference: false,
                edges: 0,
                followed: false,
            });
        }
        for offset in [CNT, ARR].into_iter().chain(CCR) {
            setup.correct(offset, |word| {
                // SVD files give all of them 32 bits, and the reload value the reset value 0.
                *word = crate::registers::Word::default();
                word.reset = if offset == ARR { largest } else { 0 };
                word.covered = u32::MAX;
                word.detailed = true;
                word.make_read_write(largest);
            });
        }
        setup.correct(SR, |word| word.make_zero_flags(word.writable));
        // `CKD`: RM0377 and RM0091, `TIMx_CR1`.
        let divisions = "0, 1 and 2 are divisions by 1, 2 and 4";
        setup.allow(CR1, 0b11 << 8, 0..=2, divisions);
        setup.correct(EGR, |word| word.make_command(word.covered & 0xFF));
        // `TI1S`; `ECE`; `BKE` and the dead time; remaps.
        for (offset, bits) in [
            (CR2, 1 << 7),
            (SMCR, 1 << 14),
            (BDTR, 0x10FF),
            (OR, u32::MAX),
        ] {
            setup.leave_out(offset, bits);
        }
        let compare = format!("{}_CC", setup.name);
        let exact = setup.interrupts.iter().find(|(name, _)| *name == compare);
        let compare_irq = exact.map(|(_, number)| *number);
        let update_irq = setup.interrupt(setup.name);
        Self {
            channels,
            advanced,
            bus: if setup.base >= SECOND_BUS {
                Bus::Second
            } else {
                Bus::First
            },
            off: 0,
            update_irq,
            compare_irq: compare_irq.or(update_irq),
            counter: Counter {
                mode: Mode::Up,
                value: 0,
                reload: largest,
                largest,
                down: false,
            },
            at: 0,
            prescaler: 0,
            pulses: 0,
            gate: false,
            repeat: 0,
            divisor: 1,
            requests: requests::Lines::new(setup),
            planned: None,
        }
    }

    /// Core cycles per tick of the counter.
    fn tick(&self) -> u64 {
        u64::from(self.divisor) * (u64::from(self.prescaler) + 1)
    }

    /// Whether time makes the counter count, and not an input.
    fn is_running(&self, file: &RegisterFile) -> bool {
        self.off == 0 && file.get(CR1) & CR1_CEN != 0 && self.is_clocked_by_bus(file)
    }

    /// Ticks from `at` to a cycle.
    fn ticks(&self, file: &RegisterFile, cycle: u64) -> u64 {
        if !self.is_running(file) {
            return 0;
        }
        let cycles = cycle.saturating_sub(self.at);
        match self.tick() {
            // The divisor of most timers whose registers are written often.
            1 => cycles,
            tick => cycles / tick,
        }
    }

    /// In which directions of the centre-aligned mode matches set the flag: `CMS` 01 only down, 10 only up.
    fn flagged_ways(file: &RegisterFile) -> (bool, bool) {
        let cms = (file.get(CR1) & CR1_CMS) >> 5;
        (cms != 0b01, cms != 0b10)
    }

    /// Brings the counter to a cycle. What happened on the way has had its events, or nobody could have seen it.
    fn sync(&mut self, context: &mut Context<'_>) {
        let ticks = self.ticks(context.file, context.cycle);
        if ticks > 0 {
            self.at += ticks * self.tick();
            let (counter, ends) = self.counter.after(ticks);
            self.counter = counter;
            if ends > 0 && self.advanced {
                self.count_repeats(ends, context.file);
            }
        }
    }

    /// Counts ends of periods down; whether one of them is an update.
    fn count_repeats(&mut self, ends: u64, file: &RegisterFile) -> bool {
        let repeat = u64::from(self.repeat);
        if ends <= repeat {
            self.repeat = (repeat - ends) as u32;
            return false;
        }
        let turn = u64::from(file.get(RCR) & 0xFF) + 1;
        self.repeat = (turn - 1 - (ends - repeat - 1) % turn) as u32;
        true
    }

    /// Counts, with everything that happens on the way.
    fn advance(&mut self, ticks: u64, context: &mut Context<'_>) {
        let before = self.counter;
        let (after, ends) = before.after(ticks);
        self.counter = after;
        let (up, down) = Self::flagged_ways(context.file);
        let mut flags = 0;
        for (index, channel) in self.channels.iter_mut().enumerate() {
            if !channel.is_output() {
                continue;
            }
            let within = |distance: Option<u64>| distance.is_some_and(|needed| needed <= ticks);
            if within(before.to_value(channel.compare, up, down)) {
                flags |= 1 << (index + 1);
            }
            if within(before.to_value(channel.compare, true, true)) {
                channel.reference = match channel.compare_mode() {
                    0b001 => true,
                    0b010 => false,
                    0b011 => !channel.reference,
                    _ => channel.reference,
                };
            }
        }
        if flags != 0 {
            self.raise(flags, context);
        }
        if ends > 0 {
            self.on_end(ends, context);
        }
        self.refresh_outputs(context);
    }

    /// The counter came to the end of a period: an update, unless the repetition counter holds it back.
    fn on_end(&mut self, ends: u64, context: &mut Context<'_>) {
        if !self.count_repeats(ends, context.file) {
            return;
        }
        if context.file.get(CR1) & CR1_UDIS == 0 {
            self.load(context);
            self.raise(SR_UIF, context);
            if context.file.get(CR1) & CR1_OPM != 0 {
                let cr1 = context.file.get(CR1);
                context.file.set(CR1, cr1 & !CR1_CEN);
            }
        }
    }

    /// An update: preloaded values come into effect.
    fn load(&mut self, context: &mut Context<'_>) {
        self.prescaler = context.file.get(PSC) & 0xFFFF;
        let reload = context.file.get(ARR);
        if self.counter.mode == Mode::Down && self.counter.value == self.counter.reload {
            self.counter.value = reload;
        }
        self.counter.reload = reload;
        for channel in &mut self.channels {
            channel.compare = channel.next_compare;
        }
        if self.advanced && context.file.get(BDTR) & BDTR_AOE != 0 {
            context.file.set(BDTR, context.file.get(BDTR) | BDTR_MOE);
        }
    }

    fn update_lines(&self, context: &mut Context<'_>) {
        let active = context.file.get(SR) & context.file.get(DIER) & 0xFF;
        let compare = active & SR_CC != 0;
        let update = active & !SR_CC != 0;
        match (self.update_irq, self.compare_irq) {
            (Some(first), Some(second)) if first == second => {
                context.set_line(first, update || compare);
            }
            (first, second) => {
                if let Some(irq) = first {
                    context.set_line(irq, update);
                }
                if let Some(irq) = second {
                    context.set_line(irq, compare);
                }
            }
        }
    }

    /// After anything was changed.
    fn settle(&mut self, context: &mut Context<'_>) {
        self.refresh_outputs(context);
        self.plan(context);
        self.update_lines(context);
    }

    /// Starts a period anew, as an update by software or by a trigger does.
    fn restart(&mut self, context: &mut Context<'_>) {
        (self.at, self.pulses) = (context.cycle, 0);
        let silent = context.file.get(CR1) & CR1_UDIS != 0;
        if !silent {
            self.load(context);
            self.repeat = context.file.get(RCR) & 0xFF;
            if context.file.get(CR1) & CR1_URS == 0 {
                self.raise(SR_UIF, context);
            }
        }
        self.counter.value = match self.counter.mode {
            Mode::Down => self.counter.reload,
            Mode::Up | Mode::Centre => 0,
        };
        self.counter.down = self.counter.mode == Mode::Down;
    }

    fn generate(&mut self, events: u32, context: &mut Context<'_>) {
        for index in 0..self.channels.len() {
            if events & 1 << (index + 1) != 0 {
                if self.channels[index].is_output() {
                    self.raise(1 << (index + 1), context);
                } else {
                    self.capture(index, context);
                }
            }
        }
        self.raise(events & (SR_COMIF | SR_TIF | SR_BIF), context);
        if events & SR_BIF != 0 {
            context.file.set(BDTR, context.file.get(BDTR) & !BDTR_MOE);
        }
        if events & EGR_UG != 0 {
            if mms(context.file) == MMS_RESET {
                context.trigger(self.requests.trigger);
            }
            self.restart(context);
        }
    }

    fn write_cr1(&mut self, before: u32, context: &mut Context<'_>) {
        let mut cr1 = context.file.get(CR1);
        if Self::is_encoder(context.file) {
            // `DIR` is read-only there.
            cr1 = cr1 & !CR1_DIR | before & CR1_DIR;
            context.file.set(CR1, cr1);
        }
        let mode = match (cr1 & CR1_CMS != 0, cr1 & CR1_DIR != 0) {
            (true, _) => Mode::Centre,
            (false, true) => Mode::Down,
            (false, false) => Mode::Up,
        };
        if mode == Mode::Centre {
            // `DIR` is read-only there.
            let stays = self.counter.mode == Mode::Centre && self.counter.down;
            let turned = self.counter.value >= self.counter.reload;
            self.counter.down = (stays || turned) && self.counter.value > 0;
            cr1 &= !CR1_DIR;
            context.file.set(CR1, cr1);
        } else {
            self.counter.down = mode == Mode::Down;
        }
        self.counter.mode = mode;
        if cr1 & !before & CR1_CEN != 0 {
            self.at = context.cycle;
        }
        self.preload(context.file);
    }

    /// Values without preload come into effect at once.
    fn preload(&mut self, file: &RegisterFile) {
        if file.get(CR1) & CR1_ARPE == 0 {
            self.counter.reload = file.get(ARR);
        }
        for (channel, offset) in self.channels.iter_mut().zip(CCR) {
            channel.next_compare = file.get(offset);
            if channel.mode & 1 << 3 == 0 {
                channel.compare = channel.next_compare;
            }
        }
    }

    /// What the channels are told to do.
    fn decode(&mut self, file: &RegisterFile) {
        let modes = [file.get(CCMR1), file.get(CCMR2)];
        let ccer = file.get(CCER);
        for (index, channel) in self.channels.iter_mut().enumerate() {
            channel.mode = modes[index / 2 % 2] >> (8 * (index % 2)) & 0xFF;
            channel.enable = ccer >> (4 * index) & 0b1111;
        }
    }

    /// `CR1` with the direction of now.
    fn shown_cr1(file: &RegisterFile, counter: Counter) -> u32 {
        let cr1 = file.get(CR1);
        if counter.mode == Mode::Centre && counter.down {
            cr1 | CR1_DIR
        } else {
            cr1
        }
    }
}

/// What `TRGO` is.
fn mms(file: &RegisterFile) -> u32 {
    file.get(CR2) >> 4 & 0b111
}

impl Model for Timer {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        self.counter = Counter {
            mode: Mode::Up,
            value: 0,
            reload: context.file.get(ARR),
            largest: self.counter.largest,
            down: false,
        };
        (self.at, self.prescaler, self.repeat) = (context.cycle, 0, 0);
        (self.pulses, self.gate) = (0, false);
        self.planned = None;
        self.withdraw(context);
        self.decode(context.file);
        for channel in &mut self.channels {
            (channel.compare, channel.next_compare) = (0, 0);
            (channel.reference, channel.edges) = (false, 0);
        }
        self.settle(context);
    }

    fn read(&mut self, offset: u32, width: Width, context: &mut Context<'_>) -> Option<u32> {
        let word = offset & !3;
        if let Some(target) = self.burst(word, context) {
            return self.read(target | offset & 3, width, context);
        }
        if word == CNT || word == CR1 {
            let at = Moment::new(context.cycle, context.clock);
            return self.peek(offset, width, context.file, at);
        }
        let value = context.file.read(offset, width);
        if let Some(index) = CCR.iter().position(|offset| *offset == word)
            && self
                .channels
                .get(index)
                .is_some_and(|channel| !channel.is_output())
        {
            // Reading what was captured clears the flag.
            let sr = context.file.get(SR);
            if sr & 1 << (index + 1) != 0 {
                context.file.set(SR, sr & !(1 << (index + 1)));
                self.update_lines(context);
            }
        }
        value
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let word = offset & !3;
        if let Some(target) = self.burst(word, context) {
            return self.write(target | offset & 3, width, value, context);
        }
        let compare = (CCR1..=CCR4).contains(&word);
        if compare {
            if !context.file.write(offset, width, value) {
                return false;
            }
            if self.write_preloaded(word, context) {
                return true;
            }
        }
        let raw = value << ((offset & 3) * 8);
        let lanes = width.mask() << ((offset & 3) * 8);
        if word == SR && context.file.get(SR) & lanes & !raw == 0 {
            // No flag is cleared that was set.
            return context.file.layout().word(SR).is_some();
        }
        self.sync(context);
        let (cr1, sr) = (context.file.get(CR1), context.file.get(SR));
        if word == CNT {
            context.file.set(CNT, self.counter.value);
        }
        if !compare && !context.file.write(offset, width, value) {
            return false;
        }
        match word {
            CR1 => self.write_cr1(cr1, context),
            // Flags are cleared by writing 0.
            SR => {
                context.file.set(SR, sr & (raw | !lanes));
                // Outputs do not depend on flags.
                self.plan(context);
                self.update_lines(context);
                return true;
            }
            EGR => self.generate(raw, context),
            CNT => {
                self.counter.value = context.file.get(CNT);
                self.at = context.cycle;
            }
            PSC => {}
            DIER => self.withdraw(context),
            CCR1..=CCR4 => self.write_compare((word - CCR1) as usize / 4, context.file),
            CCMR1 | CCMR2 | CCER => {
                self.decode(context.file);
                self.preload(context.file);
                self.follow_gate(context);
            }
            SMCR => self.set_slave_mode(context),
            _ => self.preload(context.file),
        }
        self.settle(context);
        true
    }

    fn event(&mut self, _: u32, context: &mut Context<'_>) {
        self.planned = None;
        let ticks = self.ticks(context.file, context.cycle);
        self.at += ticks * self.tick();
        self.advance(ticks, context);
        self.plan(context);
        self.update_lines(context);
    }

    fn input_changed(&mut self, token: u32, _: PinId, level: bool, context: &mut Context<'_>) {
        self.sync(context);
        self.edge(token as usize, level, context);
        self.settle(context);
    }

    fn gated(&mut self, off: bool, context: &mut Context<'_>) {
        self.sync(context);
        self.off = self.off & !GATED | if off { GATED } else { 0 };
        self.at = context.cycle;
        self.plan(context);
    }

    fn clock_changed(&mut self, context: &mut Context<'_>) {
        let tree = context.clock.tree();
        let divisor = match self.bus {
            Bus::First => tree.timer1,
            Bus::Second => tree.timer2,
        };
        let off = self.off & !STOPPED | if tree.stopped { STOPPED } else { 0 };
        if (divisor, off) != (self.divisor, self.off) {
            self.sync(context);
            (self.divisor, self.off) = (divisor, off);
            self.at = context.cycle;
            self.settle(context);
        }
    }

    fn stable_until(&self, offset: u32, file: &RegisterFile, cycle: u64) -> u64 {
        let word = offset & !3;
        let captured = CCR.iter().position(|offset| *offset == word);
        if word == CNT || (word == CR1 && self.counter.mode == Mode::Centre) {
            if !self.is_running(file) {
                return u64::MAX;
            }
            let next = self.ticks(file, cycle) + 1;
            return self.at.saturating_add(next.saturating_mul(self.tick()));
        }
        match captured {
            Some(index)
                if self
                    .channels
                    .get(index)
                    .is_some_and(|channel| !channel.is_output()) =>
            {
                cycle
            }
            _ => u64::MAX,
        }
    }

    fn peek(&self, offset: u32, width: Width, file: &RegisterFile, at: Moment<'_>) -> Option<u32> {
        let word = offset & !3;
        if word != CNT && word != CR1 {
            return file.peek(offset, width);
        }
        let (counter, _) = self.counter.after(self.ticks(file, at.cycle));
        let value = if word == CNT {
            counter.value
        } else {
            Self::shown_cr1(file, counter)
        };
        Some((value >> ((offset & 3) * 8)) & width.mask())
    }

    fn awaits_outside(&self, offset: u32, file: &RegisterFile) -> bool {
        let capturing = |channel: &Channel| !channel.is_output() && channel.enable & 1 != 0;
        let captures = self.channels.iter().any(capturing);
        let triggered = file.get(SMCR) & 0b111 != 0;
        matches!(offset & !3, SR | CNT | CR1) && (captures || triggered)
    }

    fn raised(&self, irq: u32, file: &RegisterFile) -> Option<(u32, u32)> {
        let mut flags = 0;
        if self.update_irq == Some(irq) {
            flags |= !SR_CC;
        }
        if self.compare_irq == Some(irq) {
            flags |= SR_CC;
        }
        Some((SR, file.get(SR) & file.get(DIER) & 0xFF & flags))
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
