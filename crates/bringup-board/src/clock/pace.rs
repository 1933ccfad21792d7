//! Many points in time one after the other, for files that have one in each line: [`Pace`].

use super::{Clock, Time, gcd};

/// Turns cycles into whole units of time as exactly as [`Clock::time_at`] does, and faster for those that follow one another: from
/// one to the next takes additions, and numbers of 64 bits.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Units in a second.
    units: u64,
    /// The cycle that was asked for last, and the last one from which on the clock is another; the first is behind the second
    /// where steps are not possible.
    cycle: u64,
    last: u64,
    /// When the cycle begins: whole units, and parts of one.
    whole: u64,
    rest: u64,
    /// Parts that a unit has, and that a cycle takes.
    parts: u64,
    parts_per_cycle: u64,
    /// The last step: cycles, whole units and parts.
    step: (u64, u64, u64),
}

impl Pace {
    /// For times in units of which a second has so many, a power of ten up to that of attoseconds.
    pub(crate) const fn new(units: u64) -> Self {
        Self {
            units,
            cycle: 1,
            last: 0,
            whole: 0,
            rest: 0,
            parts: 1,
            parts_per_cycle: 0,
            step: (0, 0, 0),
        }
    }

    /// Units from power-on to the beginning of a cycle, rounded down.
    #[inline]
    pub(crate) fn time_at(&mut self, cycle: u64, clock: &Clock) -> u64 {
        let cycles = cycle.wrapping_sub(self.cycle);
        if cycle < self.cycle || cycle > self.last {
            return self.look_up(cycle, clock);
        }
        if cycles != self.step.0 {
            let Some(parts) = cycles.checked_mul(self.parts_per_cycle) else {
                return self.look_up(cycle, clock);
            };
            self.step = (cycles, parts / self.parts, parts % self.parts);
        }
        self.cycle = cycle;
        self.whole = self.whole.wrapping_add(self.step.1);
        self.rest += self.step.2;
        if self.rest >= self.parts {
            self.rest -= self.parts;
            self.whole = self.whole.wrapping_add(1);
        }
        self.whole
    }

    /// The same without what was asked for before; from here on there are steps, where 64 bits suffice for them.
    #[cold]
    fn look_up(&mut self, cycle: u64, clock: &Clock) -> u64 {
        let time = clock.time_at(cycle);
        (self.cycle, self.last) = (1, 0);
        if self.set_out(cycle, time, clock).is_none() {
            let unit = Time::ATTOSECONDS / u128::from(self.units);
            self.whole = (time.in_attoseconds() / unit) as u64;
        }
        self.whole
    }

    fn set_out(&mut self, cycle: u64, time: Time, clock: &Clock) -> Option<()> {
        let (_, last, hclk) = clock.constant_around(cycle);
        let (numerator, denominator) = hclk.fraction();
        let (numerator, units) = (u128::from(numerator.max(1)), u128::from(self.units));
        // A second in parts that both the time and a cycle are whole numbers of, times the units.
        let common = gcd(time.denominator, numerator);
        let parts = time.denominator.checked_mul(numerator / common)?;
        let rest = (time.numerator % time.denominator)
            .checked_mul(parts / time.denominator)?
            .checked_mul(units)?;
        let per_cycle = (parts / numerator)
            .checked_mul(u128::from(denominator))?
            .checked_mul(units)?;
        let whole = (time.numerator / time.denominator)
            .checked_mul(units)?
            .checked_add(rest / parts)?;
        let rest = rest % parts;
        let common = gcd(gcd(per_cycle, parts), rest);
        let narrow = |part: u128| u64::try_from(part / common).ok();
        // The sum of two rests has to fit as well.
        let parts = narrow(parts).filter(|parts| *parts <= u64::MAX / 2)?;
        let (rest, per_cycle) = (narrow(rest)?, narrow(per_cycle)?);
        self.whole = u64::try_from(whole).ok()?;
        (self.rest, self.parts, self.parts_per_cycle) = (rest, parts, per_cycle);
        self.step = (0, 0, 0);
        (self.cycle, self.last) = (cycle, last);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::{ClockTree, Frequency};

    const NANOSECONDS: u64 = 1_000_000_000;
    const PICOSECONDS: u64 = 1_000_000_000_000;

    fn exact(clock: &Clock, cycle: u64, units: u64) -> u64 {
        let unit = Time::ATTOSECONDS / u128::from(units);
        (clock.time_at(cycle).in_attoseconds() / unit) as u64
    }

    /// A clock that is switched three times, last to none.
    fn switched() -> Clock {
        let mut clock = Clock::new(ClockTree::undivided(Frequency::hz(2_097_152)));
        let third = Frequency::hz(64_000_000).divided_by(3);
        clock.switch(1_000_003, ClockTree::undivided(third));
        clock.switch(5_000_000, ClockTree::undivided(Frequency::hz(48_000_000)));
        clock.switch(7_000_000, ClockTree::undivided(Frequency::hz(0)));
        clock
    }

    #[test]
    fn steps_lead_to_the_times_of_the_clock() {
        let clock = switched();
        for units in [NANOSECONDS, PICOSECONDS] {
            for step in [1, 2, 3, 997, 1_000_003] {
                let mut pace = Pace::new(units);
                for cycle in (0..8_000_000).step_by(step).chain([3]) {
                    let expected = exact(&clock, cycle, units);
                    assert_eq!(pace.time_at(cycle, &clock), expected, "{cycle}");
                }
            }
        }
    }

    #[test]
    fn two_thirds_behind_a_third_are_a_second() {
        let third = Frequency::hz(1).divided_by(3);
        let mut clock = Clock::new(ClockTree::undivided(Frequency::hz(3)));
        clock.switch(1, ClockTree::undivided(third.times(9)));
        let mut pace = Pace::new(NANOSECONDS);
        assert_eq!(pace.time_at(1, &clock), 333_333_333);
        assert_eq!(pace.time_at(2, &clock), 666_666_666);
        assert_eq!(pace.time_at(3, &clock), 1_000_000_000);
    }

    proptest! {
        #[test]
        fn any_clock_and_any_steps(
            frequencies in prop::collection::vec((0_u64..200_000_000, 1_u32..4000), 1..5),
            steps in prop::collection::vec(0_u64..10_000_000_000, 1..40),
            again in 1..4_usize,
        ) {
            let tree = |(hertz, divisor): (u64, u32)| {
                ClockTree::undivided(Frequency::hz(hertz).divided_by(divisor))
            };
            let mut clock = Clock::new(tree(frequencies[0]));
            for (index, frequency) in frequencies.iter().enumerate().skip(1) {
                clock.switch(index as u64 * 5_000_000_001, tree(*frequency));
            }
            for units in [NANOSECONDS, PICOSECONDS] {
                let mut pace = Pace::new(units);
                let mut cycle = 0;
                for step in steps.iter().flat_map(|step| std::iter::repeat_n(*step, again)) {
                    cycle += step;
                    prop_assert_eq!(pace.time_at(cycle, &clock), exact(&clock, cycle, units));
                }
            }
        }
    }
}
