//! Virtual time: core cycles turned into seconds by the chip's own clock tree, exactly.
//!
//! The board counts core cycles (cycles of HCLK, which clocks the core on every supported chip). How long a cycle
//! takes changes when firmware switches the clock, so the past is kept as segments of constant frequency, each with
//! the exact time it began at. Times are fractions of 128-bit integers: nothing is rounded however often the clock
//! is switched.

mod pace;

pub(crate) use pace::Pace;

/// A frequency as an exact fraction of hertz: a third of 64 MHz is one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frequency {
    numerator: u64,
    denominator: u64,
}

impl Frequency {
    /// A whole number of hertz. Zero stands for a stopped clock.
    pub const fn hz(hertz: u64) -> Self {
        Self {
            numerator: hertz,
            denominator: 1,
        }
    }

    /// This frequency times `factor`, as a PLL makes it. Saturates at 2^64 - 1 Hz.
    #[must_use]
    pub const fn times(self, factor: u32) -> Self {
        Self {
            numerator: self.numerator.saturating_mul(factor as u64),
            denominator: self.denominator,
        }
    }

    /// This frequency divided by `divisor`, as a prescaler makes it. A divisor of 0 divides by 1.
    #[must_use]
    pub const fn divided_by(self, divisor: u32) -> Self {
        let divisor = if divisor == 0 { 1 } else { divisor as u64 };
        if self.numerator.is_multiple_of(divisor) {
            Self {
                numerator: self.numerator / divisor,
                denominator: self.denominator,
            }
        } else {
            Self {
                numerator: self.numerator,
                denominator: self.denominator.saturating_mul(divisor),
            }
        }
    }

    /// In hertz, as a fraction.
    pub(crate) const fn fraction(self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// In hertz, rounded down.
    pub const fn as_hz(self) -> u64 {
        self.numerator / self.denominator
    }

    /// Whether the clock stands still.
    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }
}

/// A point in virtual time, or a span of it: an exact fraction of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    numerator: u128,
    denominator: u128,
}

impl Time {
    /// Attoseconds in a second: the denominator of fractions that would outgrow 128 bits.
    const ATTOSECONDS: u128 = 1_000_000_000_000_000_000;

    /// Power-on.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };

    /// A span of whole nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self::fraction(nanos as u128, 1_000_000_000)
    }

    /// A host-side duration, exactly.
    pub const fn from_duration(duration: core::time::Duration) -> Self {
        Self::fraction(duration.as_nanos(), 1_000_000_000)
    }

    /// The time `cycles` cycles of `clock` take. A stopped clock counts as 1 Hz, so that time does not end.
    pub const fn of_cycles(cycles: u64, clock: Frequency) -> Self {
        let hertz = if clock.numerator == 0 {
            1
        } else {
            clock.numerator
        };
        Self::fraction(cycles as u128 * clock.denominator as u128, hertz as u128)
    }

    const fn fraction(numerator: u128, denominator: u128) -> Self {
        let divisor = gcd(numerator, denominator);
        Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        }
    }

    /// The sum; exact unless the common denominator outgrows 128 bits, in which case both sides are rounded down to
    /// attoseconds first.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.exact_sum(other).unwrap_or_else(|| {
            let sum = self.in_attoseconds().saturating_add(other.in_attoseconds());
            Self::fraction(sum, Self::ATTOSECONDS)
        })
    }

    fn exact_sum(self, other: Self) -> Option<Self> {
        let divisor = gcd(self.denominator, other.denominator);
        let mine = other.denominator / divisor;
        let theirs = self.denominator / divisor;
        let denominator = self.denominator.checked_mul(mine)?;
        let left = self.numerator.checked_mul(mine)?;
        let right = other.numerator.checked_mul(theirs)?;
        Some(Self::fraction(left.checked_add(right)?, denominator))
    }

    /// This time less `other`, zero if that would be negative.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        let divisor = gcd(self.denominator, other.denominator);
        let mine = other.denominator / divisor;
        let theirs = self.denominator / divisor;
        let exact = || {
            let denominator = self.denominator.checked_mul(mine)?;
            let left = self.numerator.checked_mul(mine)?;
            let right = other.numerator.checked_mul(theirs)?;
            Some(Self::fraction(left.saturating_sub(right), denominator))
        };
        exact().unwrap_or_else(|| {
            let difference = self.in_attoseconds().saturating_sub(other.in_attoseconds());
            Self::fraction(difference, Self::ATTOSECONDS)
        })
    }

    /// Whole attoseconds, rounded down; saturates.
    pub fn in_attoseconds(self) -> u128 {
        if let (Ok(numerator), Ok(denominator)) = (
            u64::try_from(self.numerator),
            u64::try_from(self.denominator),
        ) {
            // The same with divisions of 64 bits, where they do.
            let (whole, rest) = (numerator / denominator, numerator % denominator);
            let part = u128::from(rest) * Self::ATTOSECONDS / u128::from(denominator);
            return u128::from(whole) * Self::ATTOSECONDS + part;
        }
        let whole = (self.numerator / self.denominator).saturating_mul(Self::ATTOSECONDS);
        let rest = self.numerator % self.denominator;
        let part = match rest.checked_mul(Self::ATTOSECONDS) {
            Some(scaled) => scaled / self.denominator,
            None => rest / (self.denominator / Self::ATTOSECONDS).max(1),
        };
        whole.saturating_add(part)
    }

    /// In seconds, to the nearest double.
    pub fn as_secs_f64(self) -> f64 {
        if self.numerator < 1 << 53 && self.denominator < 1 << 53 {
            // Both exact as doubles: one correctly rounded division. Of 64 bits, as conversions of more are slow.
            return self.numerator as u64 as f64 / self.denominator as u64 as f64;
        }
        let whole = self.numerator / self.denominator;
        let rest = self.numerator % self.denominator;
        whole as f64 + rest as f64 / self.denominator as f64
    }

    /// How many cycles of `clock` are over after this span; `u64::MAX` if more than fit.
    pub fn whole_cycles(self, clock: Frequency) -> u64 {
        let cycles = self.in_cycles(clock);
        if clock.is_zero() || Self::of_cycles(cycles, clock) == self {
            cycles
        } else {
            cycles.saturating_sub(1)
        }
    }

    /// How many cycles of `clock` this span holds, rounded up; `u64::MAX` if more than fit.
    pub fn in_cycles(self, clock: Frequency) -> u64 {
        let Some(divisor) = self.denominator.checked_mul(u128::from(clock.denominator)) else {
            return u64::MAX;
        };
        match self.numerator.checked_mul(u128::from(clock.numerator)) {
            Some(cycles) => u64::try_from(cycles.div_ceil(divisor)).unwrap_or(u64::MAX),
            None => u64::MAX,
        }
    }
}

const fn gcd(mut a: u128, mut b: u128) -> u128 {
    const NARROW: u128 = u64::MAX as u128;
    while b != 0 && (a > NARROW || b > NARROW) {
        (a, b) = (b, a % b);
    }
    if b == 0 {
        return if a == 0 { 1 } else { a };
    }
    // The rest with divisions of 64 bits, which take a fraction of the time.
    let (mut a, mut b) = (a as u64, b as u64);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a as u128
}

/// The clocks that are derived from the system clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockTree {
    /// System clock, before the AHB prescaler.
    pub sysclk: Frequency,
    /// AHB clock, which is the core's: what [`Clock`] counts.
    pub hclk: Frequency,
    /// Clock of the first peripheral bus.
    pub pclk1: Frequency,
    /// Clock of the second peripheral bus.
    pub pclk2: Frequency,
    /// The clocks of core and buses stand still: stop mode. Cycles of `hclk` stand for the time that passes.
    pub stopped: bool,
    /// Core cycles per cycle of the first peripheral bus.
    pub apb1: u32,
    /// Core cycles per cycle of the second peripheral bus.
    pub apb2: u32,
    /// Core cycles per cycle of the timers on the first peripheral bus.
    pub timer1: u32,
    /// Core cycles per cycle of the timers on the second peripheral bus.
    pub timer2: u32,
    /// Kernel clocks of the serial ports that can choose one.
    pub kernels: Kernels,
}

/// Kernel clocks of peripherals that can choose one; the others run on the clock of their bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernels {
    /// Of `USART1`.
    pub usart1: Kernel,
    /// Of `USART2`.
    pub usart2: Kernel,
    /// Of `LPUART1`.
    pub lpuart1: Kernel,
    /// Of `LPTIM1`.
    pub lptim1: Kernel,
    /// Of the ADC in its asynchronous mode, zero while it stands still.
    pub adc: Frequency,
    /// Of the RTC, zero while it is off.
    pub rtc: Frequency,
}

/// A clock that a peripheral runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel {
    /// How fast it is; zero if it stands still.
    pub frequency: Frequency,
    /// Core cycles per cycle of it, where it is derived from the core's clock by dividing.
    pub cycles: Option<u32>,
}

impl Kernel {
    /// A clock of its own, which the core's does not change.
    pub const fn independent(frequency: Frequency) -> Self {
        Self {
            frequency,
            cycles: None,
        }
    }

    /// The core's clock divided.
    pub const fn divided(hclk: Frequency, divisor: u32) -> Self {
        Self {
            frequency: hclk.divided_by(divisor),
            cycles: Some(divisor),
        }
    }
}

impl Kernel {
    /// The clock in stop mode: it stands still if it is derived from the core's.
    const fn in_stop_mode(self) -> Self {
        match self.cycles {
            Some(_) => Self::independent(Frequency::hz(0)),
            None => self,
        }
    }
}

impl ClockTree {
    /// The clocks in stop mode: those derived from the system clock stand still.
    #[must_use]
    pub const fn in_stop_mode(mut self) -> Self {
        self.stopped = true;
        self.kernels.usart1 = self.kernels.usart1.in_stop_mode();
        self.kernels.usart2 = self.kernels.usart2.in_stop_mode();
        self.kernels.lpuart1 = self.kernels.lpuart1.in_stop_mode();
        self.kernels.lptim1 = self.kernels.lptim1.in_stop_mode();
        self
    }

    /// All clocks at one frequency: no prescaler divides.
    pub const fn undivided(sysclk: Frequency) -> Self {
        Self::divided(sysclk, 1, 1, 1)
    }

    /// Clocks by the divisors of the AHB and the two APB prescalers, the kernel clocks being those of the buses.
    /// Timers run at twice the clock of their bus where that is divided.
    pub const fn divided(sysclk: Frequency, ahb: u32, apb1: u32, apb2: u32) -> Self {
        let hclk = sysclk.divided_by(ahb);
        let first = Kernel::divided(hclk, apb1);
        let second = Kernel::divided(hclk, apb2);
        Self {
            sysclk,
            hclk,
            pclk1: first.frequency,
            pclk2: second.frequency,
            stopped: false,
            apb1,
            apb2,
            timer1: if apb1 > 1 { apb1 / 2 } else { 1 },
            timer2: if apb2 > 1 { apb2 / 2 } else { 1 },
            kernels: Kernels {
                usart1: second,
                usart2: first,
                lpuart1: first,
                lptim1: first,
                adc: Frequency::hz(0),
                rtc: Frequency::hz(0),
            },
        }
    }
}

/// A stretch of time in which a core cycle always takes the same time.
#[derive(Debug, Clone, Copy)]
struct Segment {
    cycle: u64,
    time: Time,
    hclk: Frequency,
}

/// The clock of a board: which cycle is when.
#[derive(Debug, Clone)]
pub struct Clock {
    tree: ClockTree,
    /// In the order of time; the last one is the present. Never empty.
    segments: Vec<Segment>,
}

impl Clock {
    /// A clock at power-on.
    pub fn new(tree: ClockTree) -> Self {
        Self {
            tree,
            segments: vec![Segment {
                cycle: 0,
                time: Time::ZERO,
                hclk: tree.hclk,
            }],
        }
    }

    /// How often the length of a core cycle changed.
    #[inline]
    pub(crate) fn switches(&self) -> usize {
        self.segments.len()
    }

    /// The clocks as they are now.
    pub const fn tree(&self) -> &ClockTree {
        &self.tree
    }

    /// Switches the clock tree from `cycle` on, or from the last switch on if that came later. Returns whether the
    /// length of a core cycle changed.
    pub fn switch(&mut self, cycle: u64, tree: ClockTree) -> bool {
        let cycle = self
            .segments
            .last()
            .map_or(cycle, |last| cycle.max(last.cycle));
        let changed = tree.hclk != self.tree.hclk;
        self.tree = tree;
        if changed {
            let time = self.time_at(cycle);
            match self.segments.last_mut() {
                Some(last) if last.cycle == cycle => last.hclk = tree.hclk,
                _ => self.segments.push(Segment {
                    cycle,
                    time,
                    hclk: tree.hclk,
                }),
            }
        }
        changed
    }

    fn segment_of(&self, cycle: u64) -> Segment {
        let after = self
            .segments
            .partition_point(|segment| segment.cycle <= cycle);
        self.segments[after.saturating_sub(1)]
    }

    /// First and last cycle of the time around `cycle` in which the clock was the same, and its frequency.
    pub(crate) fn constant_around(&self, cycle: u64) -> (u64, u64, Frequency) {
        let segment = self.segment_of(cycle);
        let after = self.segments.iter().find(|other| other.cycle > cycle);
        let last = after.map_or(u64::MAX, |after| after.cycle - 1);
        (segment.cycle, last, segment.hclk)
    }

    /// When `cycle` begins.
    pub fn time_at(&self, cycle: u64) -> Time {
        let segment = self.segment_of(cycle);
        segment
            .time
            .plus(Time::of_cycles(cycle - segment.cycle, segment.hclk))
    }

    /// When `cycle` begins, in seconds to the nearest double: what [`Clock::time_at`] gives, without reducing the fraction, which takes
    /// longest.
    pub fn seconds_at(&self, cycle: u64) -> f64 {
        self.short_seconds_at(cycle)
            .unwrap_or_else(|| self.time_at(cycle).as_secs_f64())
    }

    /// `None` where the parts of the fraction are not exact as doubles.
    fn short_seconds_at(&self, cycle: u64) -> Option<f64> {
        let segment = self.segment_of(cycle);
        let (time, hclk) = (segment.time, segment.hclk);
        let narrow = |part: u128| u64::try_from(part).ok();
        let (numerator, denominator) = (narrow(time.numerator)?, narrow(time.denominator)?);
        let since = (cycle - segment.cycle).checked_mul(hclk.denominator)?;
        let sum = numerator
            .checked_mul(hclk.numerator)?
            .checked_add(since.checked_mul(denominator)?)?;
        let parts = denominator.checked_mul(hclk.numerator)?;
        let exact = |part: u64| part < 1 << 53;
        // A quotient of two exact doubles is that of the reduced fraction as well.
        (parts != 0 && exact(sum) && exact(parts)).then(|| sum as f64 / parts as f64)
    }

    /// The first cycle that does not begin before `time`, if the clock stays as it is; `u64::MAX` if that is
    /// further than cycles are counted. Times before the last switch give the cycle of the switch.
    pub fn cycle_at(&self, time: Time) -> u64 {
        let Some(present) = self.segments.last() else {
            return u64::MAX;
        };
        present
            .cycle
            .saturating_add(time.minus(present.time).in_cycles(present.hclk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_those_of_the_exact_time() {
        let mut clock = Clock::new(ClockTree::undivided(Frequency::hz(2_097_152)));
        let third = Frequency::hz(64_000_000).divided_by(3);
        clock.switch(1_000_003, ClockTree::undivided(third));
        clock.switch(5_000_000, ClockTree::undivided(Frequency::hz(48_000_000)));
        clock.switch(7_000_000, ClockTree::undivided(Frequency::hz(0)));
        let cycles = (0..8_000_000).step_by(997);
        for cycle in cycles.chain([999_999_999, 1 << 40, 1 << 52, 1 << 60, u64::MAX]) {
            let exact = clock.time_at(cycle).as_secs_f64();
            assert_eq!(
                clock.seconds_at(cycle).to_bits(),
                exact.to_bits(),
                "{cycle}"
            );
        }
    }

    #[test]
    fn three_clocks_later_not_an_attosecond_is_lost() {
        let third = Frequency::hz(64_000_000).divided_by(3);
        let mut clock = Clock::new(ClockTree::undivided(Frequency::hz(2_097_152)));
        assert!(clock.switch(2_097_152, ClockTree::undivided(third)));
        assert!(clock.switch(
            2_097_152 + 64_000_000,
            ClockTree::undivided(Frequency::hz(16_000_000))
        ));
        let end = 2_097_152 + 64_000_000 + 8_000_000;
        assert_eq!(
            clock.time_at(end).in_attoseconds(),
            4_500_000_000_000_000_000
        );
        assert_eq!(clock.cycle_at(Time::from_nanos(4_500_000_000)), end);
        assert_eq!(clock.cycle_at(Time::from_nanos(4_500_000_001)), end + 1);
    }

    #[test]
    fn a_limit_and_its_cycle_are_inverse() {
        let clock = Clock::new(ClockTree::undivided(Frequency::hz(2_097_152)));
        for cycle in [0, 1, 2, 3, 1_000_003, u64::from(u32::MAX)] {
            assert_eq!(clock.cycle_at(clock.time_at(cycle)), cycle);
        }
    }

    #[test]
    fn fractions_that_outgrow_128_bits_are_rounded_and_not_lost() {
        let mut time = Time::ZERO;
        for hertz in [
            999_999_937_u64,
            999_999_929,
            999_999_893,
            999_999_883,
            999_999_797,
            999_999_761,
        ] {
            time = time.plus(Time::of_cycles(hertz, Frequency::hz(hertz)));
            time = time.plus(Time::of_cycles(1, Frequency::hz(hertz)));
        }
        assert!(
            (6_000_000_005_000_000_000..=6_000_000_006_500_000_000)
                .contains(&time.in_attoseconds())
        );
    }
}
