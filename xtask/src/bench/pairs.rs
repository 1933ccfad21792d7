//! Paired measurements: ours, theirs, ours, theirs.

use crate::measure::Cost;

/// What is counted of a run.
pub(super) type Count = fn(&Cost) -> f64;

/// Processor time in seconds.
pub(super) const SECONDS: Count = |cost| cost.cpu.as_secs_f64();

/// Peak memory in megabytes (10^6 bytes).
pub(super) const MEGABYTES: Count = |cost| cost.peak as f64 / 1e6;

/// Costs of runs that alternated, each pair taken one right after the other.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    runs: Vec<(Cost, Cost)>,
}

/// The middle of several figures, and the ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Pairs {
    /// Runs both in turn, `count` times.
    pub(super) fn measure(
        count: usize,
        mut ours: impl FnMut() -> Result<Cost, String>,
        mut theirs: impl FnMut() -> Result<Cost, String>,
    ) -> Result<Self, String> {
        let runs = (0..count.max(1))
            .map(|_| Ok((ours()?, theirs()?)))
            .collect::<Result<_, String>>()?;
        Ok(Self { runs })
    }

    pub(super) fn ours(&self, count: Count) -> Spread {
        Spread::of(self.runs.iter().map(|(ours, _)| count(ours)).collect())
    }

    pub(super) fn theirs(&self, count: Count) -> Spread {
        Spread::of(self.runs.iter().map(|(_, theirs)| count(theirs)).collect())
    }

    /// Theirs over ours, pair by pair.
    pub(super) fn ratio(&self, count: Count) -> Spread {
        let ratio = |(ours, theirs): &(Cost, Cost)| count(theirs) / count(ours);
        Spread::of(self.runs.iter().map(ratio).collect())
    }
}

impl Spread {
    fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |place: usize| figures.get(place).copied().unwrap_or(f64::NAN);
        let last = figures.len().saturating_sub(1);
        Self {
            median: f64::midpoint(at(last / 2), at(last.div_ceil(2))),
            least: at(0),
            most: at(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn cost(seconds: u64) -> Cost {
        Cost {
            cpu: Duration::from_secs(seconds),
            peak: 0,
        }
    }

    #[test]
    fn ratios_are_taken_pair_by_pair() {
        let (mut ours, mut theirs) = ([1, 2, 10].into_iter(), [4, 4, 30].into_iter());
        let pairs = Pairs::measure(
            3,
            || Ok(cost(ours.next().unwrap())),
            || Ok(cost(theirs.next().unwrap())),
        )
        .unwrap();
        let ratio = pairs.ratio(SECONDS);
        assert_eq!((ratio.least, ratio.median, ratio.most), (2.0, 3.0, 4.0));
        assert_eq!(
            (pairs.ours(SECONDS).median, pairs.theirs(SECONDS).median),
            (2.0, 4.0)
        );
    }

    #[test]
    fn the_median_of_two_is_between_them() {
        let spread = Spread::of(vec![4.0, 1.0]);
        assert_eq!((spread.least, spread.median), (1.0, 2.5));
    }
}
