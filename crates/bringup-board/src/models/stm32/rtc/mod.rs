//! Real-time clock of the STM32L0, F0 and others with a shadowed calendar: RM0377 chapter 22, RM0091 chapter 25.
//!
//! | part | modelled |
//! |---|---|
//! | clock | what the RCC selects, through stop and standby mode; `PRER` |
//! | `TR`, `DR`, `SSR` | the calendar, 24 and 12 hours, `ADD1H`, `SUB1H`; reading one holds the coarser ones until `DR` is read, unless `BYPSHAD` is set |
//! | `ISR` | `INIT`, `INITF`, `INITS`, `RSF`, `WUTWF`, `ALRxWF`, `WUTF`, `ALRxF` |
//! | alarms A and B | date, weekday, hours, minutes, seconds, subseconds, each masked or not |
//! | wake-up timer | both of its clocks, where the chip has it |
//! | interrupts | lines 17 and 20 of the EXTI, and the end of standby mode |
//! | `WPR`, `PWR.CR.DBP` | the key sequence, and no write to the domain without `DBP` |
//! | `BKPxR` | kept through system resets; cleared, as all of the domain, by power-on, `RTCRST` or `BDRST` |
//! | `SHIFTR`, `CALR`, time stamps, tamper detection, outputs, reference clock | kept in the registers, without effect |
//!
//! What a write brings about in the domain of the RTC's clock is there two cycles of it later.

pub mod calendar;

use bringup_cpu::Width;

use crate::clock::{Frequency, Time};
use crate::peripheral::{Context, Model, Moment, Reset, Setup};
use crate::registers::RegisterFile;
use crate::wires::DeepSleep;
use calendar::Calendar;

const TR: u32 = 0x00;
const DR: u32 = 0x04;
const CR: u32 = 0x08;
const ISR: u32 = 0x0C;
const PRER: u32 = 0x10;
const WUTR: u32 = 0x14;
const ALRMAR: u32 = 0x1C;
const ALRMBR: u32 = 0x20;
const WPR: u32 = 0x24;
const SSR: u32 = 0x28;
const SHIFTR: u32 = 0x2C;
const CALR: u32 = 0x3C;
const TAMPCR: u32 = 0x40;
const ALRMASSR: u32 = 0x44;
const ALRMBSSR: u32 = 0x48;
/// `OR`; the backup registers follow.
const OR: u32 = 0x4C;

const CR_BYPSHAD: u32 = 1 << 5;
const CR_FMT: u32 = 1 << 6;
const CR_ALRAE: u32 = 1 << 8;
const CR_WUTE: u32 = 1 << 10;
const CR_WUTIE: u32 = 1 << 14;
const CR_ADD1H: u32 = 1 << 16;
const CR_SUB1H: u32 = 1 << 17;

const ISR_ALRAWF: u32 = 1 << 0;
const ISR_WUTWF: u32 = 1 << 2;
const ISR_INITS: u32 = 1 << 4;
const ISR_RSF: u32 = 1 << 5;
const ISR_INITF: u32 = 1 << 6;
const ISR_INIT: u32 = 1 << 7;
const ISR_ALRAF: u32 = 1 << 8;
const ISR_WUTF: u32 = 1 << 10;
/// Flags that are cleared by writing 0.
const ISR_FLAGS: u32 = ISR_RSF | 0xFF << 8;

/// Lines of the EXTI: alarms, and the wake-up timer (RM0377 section 12.4, RM0091 section 11.2.6).
const LINE_ALARM: u32 = 1 << 17;
const LINE_WAKE_UP: u32 = 1 << 20;

/// Events: the domain has followed `INIT`, `RSF` or `WUTE`; an alarm, the wake-up timer.
const INIT_DONE: u32 = 0;
const SHADOW_DONE: u32 = 1;
const WAKE_UP_OPEN: u32 = 2;
const WAKE_UP: u32 = 3;
const ALARM_A: u32 = 4;
const ALARM_B: u32 = 5;

/// Where firmware is in the key sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock {
    Closed,
    First,
    Open,
}

/// The clock.
#[derive(Debug, Clone)]
pub struct Rtc {
    clock: Frequency,
    lock: Lock,
    /// The calendar at the time `since`, where a tick of the second prescaler begins; `ticks` of them are over in this second.
    calendar: Calendar,
    ticks: u64,
    since: Time,
    /// The calendar stands for initialisation.
    halted: bool,
    /// `DR`, and `TR` as well if `SSR` was read, as they were at the read that holds them.
    held: Option<(u32, u32)>,
    /// Lines of the EXTI that are high.
    lines: u32,
    /// [`crate::wires::Wires::backup_resets`] that the domain has seen.
    resets: u32,
    has_wake_up: bool,
}

impl Rtc {
    /// Makes the model and corrects reset values and rights where the SVD file contradicts the manual.
    pub fn new(setup: &mut Setup<'_>) -> Self {
        let resets = [(DR, 0x2101), (ISR, 0x7), (PRER, 0x7F_00FF), (WUTR, 0xFFFF)];
        for (offset, value) in resets {
            setup.correct(offset, |word| word.reset = value);
        }
        setup.correct(ISR, |word| {
            let flags = word.covered & (ISR_FLAGS | ISR_INIT);
            word.make_read_only(word.covered);
            word.make_read_write(flags);
        });
        setup.correct(CR, |word| {
            word.make_read_write(word.covered);
            word.make_command(CR_ADD1H | CR_SUB1H);
        });
        setup.correct(WPR, |word| word.make_command(0xFF));
        // `REFCKON`, `TSE`, `OSEL`, `COE`; `TAMPxE`.
        setup.leave_out(CR, 1 << 4 | 1 << 11 | 0b111 << 21);
        setup.leave_out(TAMPCR, 1 << 0 | 1 << 3 | 1 << 5);
        setup.leave_out(SHIFTR, u32::MAX);
        setup.leave_out(CALR, u32::MAX);
        Self {
            clock: Frequency::hz(0),
            lock: Lock::Closed,
            calendar: Calendar::decode(0, 0x2101, false),
            ticks: 0,
            since: Time::ZERO,
            halted: false,
            held: None,
            lines: 0,
            resets: 0,
            has_wake_up: setup.layout.word(WUTR).is_some(),
        }
    }

    /// Ticks of the second prescaler in a second.
    fn ticks_in_second(file: &RegisterFile) -> u64 {
        u64::from(file.get(PRER) & 0x7FFF) + 1
    }

    /// The clock of the second prescaler.
    fn tick(&self, file: &RegisterFile) -> Frequency {
        self.clock.divided_by((file.get(PRER) >> 16 & 0x7F) + 1)
    }

    fn is_counting(&self) -> bool {
        !self.halted && !self.clock.is_zero()
    }

    /// The calendar at a time, ticks that are over in its second, and when the one under way began.
    fn at(&self, now: Time, file: &RegisterFile) -> (Calendar, u64, Time) {
        if !self.is_counting() {
            return (self.calendar, self.ticks, now);
        }
        let tick = self.tick(file);
        let passed = now.minus(self.since).whole_cycles(tick);
        let (total, second) = (self.ticks + passed, Self::ticks_in_second(file));
        let calendar = self.calendar.after((total / second) as i64);
        let since = self.since.plus(Time::of_cycles(passed, tick));
        (calendar, total % second, since)
    }

    /// Brings the calendar to now.
    fn sync(&mut self, context: &mut Context<'_>) {
        (self.calendar, self.ticks, self.since) = self.at(context.now(), context.file);
    }

    /// Shows the calendar of now, or what is held of it.
    fn show(&self, context: &mut Context<'_>) {
        let file = &mut *context.file;
        let twelve = file.get(CR) & CR_FMT != 0;
        let now = (
            self.calendar.time_register(twelve),
            self.calendar.date_register(),
        );
        let (tr, dr) = self.held.unwrap_or(now);
        file.set(TR, tr);
        file.set(DR, dr);
        let left = Self::ticks_in_second(file).saturating_sub(self.ticks + 1);
        file.set(SSR, left as u32);
    }

    /// Holds what is coarser than the register that is read, or lets go of it.
    fn hold(&mut self, word: u32, context: &Context<'_>) {
        if context.file.get(CR) & CR_BYPSHAD != 0 || word == DR {
            self.held = None;
        } else if self.held.is_none() {
            self.held = Some((context.file.get(TR), context.file.get(DR)));
        }
    }

    /// Plans what follows a write in the domain of the clock.
    fn follow(&self, token: u32, context: &mut Context<'_>) {
        if !self.clock.is_zero() {
            context.after(token, Time::of_cycles(2, self.clock));
        }
    }

    /// Seconds and ticks from `since` to the next moment, after now, at which an alarm goes off.
    fn to_alarm(&self, alarm: u32, subseconds: u32, context: &Context<'_>) -> Option<u64> {
        let length = Self::ticks_in_second(context.file);
        let twelve = context.file.get(CR) & CR_FMT != 0;
        // The subsecond counter goes down: so many of its low bits are compared, all of a second's ticks if there are none.
        let compared = subseconds >> 24 & 0xF;
        let step = 1_u64 << compared;
        let wanted = u64::from(subseconds & 0x7FFF) % step;
        let first = if compared == 0 {
            0
        } else {
            (length - 1 + step - wanted) % step
        };
        let stride = if compared == 0 { length } else { step };
        let in_second = |from: u64| {
            let rounds = from.saturating_sub(first).div_ceil(stride);
            Some(first + rounds * stride).filter(|tick| *tick < length)
        };
        if self.calendar.to_alarm(alarm, twelve) == Some(0)
            && let Some(tick) = in_second(self.ticks + 1)
        {
            return Some(tick - self.ticks);
        }
        let seconds = 1 + self.calendar.after(1).to_alarm(alarm, twelve)?;
        Some(seconds * length - self.ticks + in_second(0)?)
    }

    fn plan_alarms(&self, context: &mut Context<'_>) {
        let alarms = [
            (ALARM_A, 0, ALRMAR, ALRMASSR),
            (ALARM_B, 1, ALRMBR, ALRMBSSR),
        ];
        for (token, index, alarm, subseconds) in alarms {
            let on = context.file.get(CR) & CR_ALRAE << index != 0;
            let open = context.file.get(ISR) & ISR_ALRAF << index == 0;
            let (alarm, subseconds) = (context.file.get(alarm), context.file.get(subseconds));
            let ticks = (on && open && self.is_counting())
                .then(|| self.to_alarm(alarm, subseconds, context))
                .flatten();
            match ticks {
                Some(ticks) => {
                    let span = Time::of_cycles(ticks, self.tick(context.file));
                    context.at_time(token, self.since.plus(span));
                }
                None => context.cancel(token),
            }
        }
    }

    /// Starts a period of the wake-up timer now.
    fn start_wake_up(&self, context: &mut Context<'_>) {
        let cr = context.file.get(CR);
        if !self.has_wake_up || cr & CR_WUTE == 0 || self.clock.is_zero() {
            context.cancel(WAKE_UP);
            return;
        }
        let reload = u64::from(context.file.get(WUTR) & 0xFFFF);
        if cr & 0b100 == 0 {
            let clock = self.clock.divided_by(16 >> (cr & 0b11));
            context.after(WAKE_UP, Time::of_cycles(reload + 1, clock));
            return;
        }
        // Seconds of the calendar, the one under way included.
        let more = if cr & 0b010 == 0 { 0 } else { 1 << 16 };
        let second = Self::ticks_in_second(context.file);
        let ticks = (reload + more + 1) * second - self.ticks;
        let span = Time::of_cycles(ticks, self.tick(context.file));
        context.at_time(WAKE_UP, self.since.plus(span));
    }

    /// Tells the EXTI of interrupts that began, and the power controller if they end standby mode.
    fn settle(&mut self, context: &mut Context<'_>) {
        let (cr, isr) = (context.file.get(CR), context.file.get(ISR));
        // Enables are four bits above their flags.
        let alarm = cr >> 12 & isr >> 8 & 0b11 != 0;
        let wake_up = cr & CR_WUTIE != 0 && isr & ISR_WUTF != 0;
        let mut lines = 0;
        for (high, line) in [(alarm, LINE_ALARM), (wake_up, LINE_WAKE_UP)] {
            if high {
                lines |= line;
            }
        }
        let began = lines & !self.lines;
        self.lines = lines;
        context.wires.exti_raised |= began;
        context.wires.standby_ends |= began != 0 && context.wires.asleep == DeepSleep::Standby;
        let year = self.calendar.date_register() >> 16;
        let isr = isr & !ISR_INITS | if year == 0 { 0 } else { ISR_INITS };
        context.file.set(ISR, isr);
        self.show(context);
        self.plan_alarms(context);
    }

    /// Whether a write reaches a register.
    fn is_writable(&self, word: u32, context: &Context<'_>) -> bool {
        let allowed = context.wires.backup_writable;
        match word {
            // The flags of `ISR` are not protected by the key.
            WPR | ISR | TAMPCR => allowed,
            _ if word >= OR => allowed,
            TR | DR | PRER => allowed && self.lock == Lock::Open && self.halted,
            _ => allowed && self.lock == Lock::Open,
        }
    }

    fn write_key(&mut self, key: u32) {
        self.lock = match (self.lock, key & 0xFF) {
            (_, 0xCA) => Lock::First,
            (Lock::First, 0x53) => Lock::Open,
            _ => Lock::Closed,
        };
    }

    fn write_isr(&mut self, before: u32, context: &mut Context<'_>) {
        let written = context.file.get(ISR);
        let mut isr = before & !ISR_FLAGS | before & written & ISR_FLAGS;
        if self.lock == Lock::Open {
            isr = isr & !ISR_INIT | written & ISR_INIT;
        }
        context.file.set(ISR, isr);
        if before & !isr & ISR_RSF != 0 {
            self.follow(SHADOW_DONE, context);
        }
        if isr & !before & ISR_INIT != 0 {
            self.follow(INIT_DONE, context);
        } else if before & !isr & ISR_INIT != 0 {
            context.cancel(INIT_DONE);
            context.file.set(ISR, isr & !(ISR_INITF | ISR_RSF));
            if self.halted {
                (self.halted, self.ticks, self.since) = (false, 0, context.now());
                self.follow(SHADOW_DONE, context);
            }
        }
    }

    fn write_cr(&mut self, before: u32, raw: u32, context: &mut Context<'_>) {
        let cr = context.file.get(CR);
        let hour = |command: u32| i64::from(raw & command != 0) * 3_600;
        self.calendar = self.calendar.after(hour(CR_ADD1H) - hour(CR_SUB1H));
        for index in 0..2 {
            // A value of an alarm can be written while the alarm is off.
            let isr = context.file.get(ISR) & !(ISR_ALRAWF << index);
            let open = if cr & CR_ALRAE << index == 0 {
                ISR_ALRAWF << index
            } else {
                0
            };
            context.file.set(ISR, isr | open);
        }
        if (before ^ cr) & CR_WUTE != 0 {
            if cr & CR_WUTE == 0 {
                context.cancel(WAKE_UP);
                self.follow(WAKE_UP_OPEN, context);
            } else {
                context.cancel(WAKE_UP_OPEN);
                context.file.set(ISR, context.file.get(ISR) & !ISR_WUTWF);
                self.start_wake_up(context);
            }
        }
    }

    /// The whole domain as after power-on.
    fn reset_domain(&mut self, context: &mut Context<'_>) {
        context.file.reset();
        for token in INIT_DONE..=ALARM_B {
            context.cancel(token);
        }
        self.lock = Lock::Closed;
        self.calendar = Calendar::decode(0, 0x2101, false);
        (self.ticks, self.since) = (0, context.now());
        (self.halted, self.held, self.lines) = (false, None, 0);
    }
}

impl Model for Rtc {
    fn reset(&mut self, reset: Reset, context: &mut Context<'_>) {
        self.resets = context.wires.backup_resets;
        if reset == Reset::PowerOn {
            self.clock = Frequency::hz(0);
            self.reset_domain(context);
            return;
        }
        // The domain goes on; what was planned was forgotten with the reset.
        self.sync(context);
        self.held = None;
        let isr = context.file.get(ISR);
        if isr & ISR_INIT != 0 {
            self.follow(INIT_DONE, context);
        }
        context.file.set(ISR, isr & !ISR_RSF);
        self.follow(SHADOW_DONE, context);
        if isr & ISR_WUTWF == 0 && context.file.get(CR) & CR_WUTE == 0 {
            self.follow(WAKE_UP_OPEN, context);
        }
        self.start_wake_up(context);
        self.settle(context);
    }

    fn read(&mut self, offset: u32, width: Width, context: &mut Context<'_>) -> Option<u32> {
        let word = offset & !3;
        if matches!(word, TR | DR | SSR) {
            self.sync(context);
            self.show(context);
            self.hold(word, context);
        }
        context.file.read(offset, width)
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let word = offset & !3;
        if context.file.layout().word(word).is_none() {
            return false;
        }
        self.sync(context);
        if !self.is_writable(word, context) {
            return true;
        }
        let before = context.file.get(word);
        if !context.file.write(offset, width, value) {
            return false;
        }
        let raw = value << ((offset & 3) * 8);
        match word {
            WPR => self.write_key(raw),
            ISR => self.write_isr(before, context),
            CR => self.write_cr(before, raw, context),
            TR | DR => {
                let twelve = context.file.get(CR) & CR_FMT != 0;
                let (tr, dr) = (context.file.get(TR), context.file.get(DR));
                (self.calendar, self.held) = (Calendar::decode(tr, dr, twelve), None);
            }
            _ => {}
        }
        self.settle(context);
        true
    }

    fn event(&mut self, token: u32, context: &mut Context<'_>) {
        self.sync(context);
        let flags = match token {
            INIT_DONE => {
                self.halted = true;
                ISR_INITF
            }
            SHADOW_DONE => ISR_RSF,
            WAKE_UP_OPEN => ISR_WUTWF,
            WAKE_UP => {
                self.start_wake_up(context);
                ISR_WUTF
            }
            ALARM_A => ISR_ALRAF,
            _ => ISR_ALRAF << 1,
        };
        context.file.set(ISR, context.file.get(ISR) | flags);
        self.settle(context);
    }

    fn clock_changed(&mut self, context: &mut Context<'_>) {
        if context.wires.backup_resets != self.resets {
            self.resets = context.wires.backup_resets;
            self.reset_domain(context);
        }
        let clock = context.clock.tree().kernels.rtc;
        if clock != self.clock {
            self.sync(context);
            (self.clock, self.since) = (clock, context.now());
            if context.file.get(ISR) & ISR_INIT != 0 && !self.halted {
                self.follow(INIT_DONE, context);
            }
            if context.file.get(ISR) & ISR_RSF == 0 {
                self.follow(SHADOW_DONE, context);
            }
            self.start_wake_up(context);
            self.settle(context);
        }
    }

    fn peek(&self, offset: u32, width: Width, file: &RegisterFile, at: Moment<'_>) -> Option<u32> {
        let (calendar, ticks, _) = self.at(at.time(), file);
        let value = match (offset & !3, self.held) {
            (TR, None) => calendar.time_register(file.get(CR) & CR_FMT != 0),
            (DR, None) => calendar.date_register(),
            (SSR, _) => Self::ticks_in_second(file).saturating_sub(ticks + 1) as u32,
            _ => return file.peek(offset, width),
        };
        Some((value >> ((offset & 3) * 8)) & width.mask())
    }

    fn stable_until(&self, offset: u32, _: &RegisterFile, cycle: u64) -> u64 {
        if matches!(offset & !3, TR | DR | SSR) {
            cycle
        } else {
            u64::MAX
        }
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}
