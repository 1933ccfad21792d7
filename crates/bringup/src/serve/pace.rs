//! How virtual time passes beside that of the host.

use std::str::FromStr;
use std::time::{Duration, Instant};

/// How fast a board runs, as long as the host keeps up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    /// This many seconds of virtual time in one of the host.
    Times(f64),
    /// As fast as the host can.
    Most,
}

/// Slowest and fastest that make sense: a day in a second, and a second in a day.
const SPEEDS: std::ops::RangeInclusive<f64> = 1e-5..=1e5;

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Most);
        }
        let factor = text.parse().ok().filter(|factor| SPEEDS.contains(factor));
        factor
            .map(Self::Times)
            .ok_or_else(|| "a factor such as `1` or `0.1`, or `max`".into())
    }
}

/// Time of the host between two turns of a board that runs.
const TURN: Duration = Duration::from_millis(1);
/// Time of the host that is made up for at most: what a busy host or a suspended process loses is lost.
const BEHIND: Duration = Duration::from_millis(50);
/// Time of the host that a run at full speed should take.
const SLICE: Duration = Duration::from_millis(5);
/// Shortest and longest run at full speed, in virtual time.
const SHORTEST: Duration = Duration::from_micros(100);
const LONGEST: Duration = Duration::from_secs(1);

/// The clock of the host, and what the board owes it.
#[derive(Debug)]
pub(super) struct Pace {
    speed: Speed,
    /// When the last run was due.
    last: Instant,
    /// When the run that is under way began.
    began: Instant,
    /// Length of the runs at full speed.
    slice: Duration,
}

impl Pace {
    pub(super) fn new(speed: Speed) -> Self {
        let now = Instant::now();
        Self {
            speed,
            last: now,
            began: now,
            slice: Duration::from_millis(10),
        }
    }

    /// How long to wait for clients before the board runs on.
    pub(super) fn wait(&self) -> Duration {
        match self.speed {
            Speed::Times(_) => TURN.saturating_sub(self.last.elapsed()),
            Speed::Most => Duration::ZERO,
        }
    }

    /// Virtual time that the board is to run for now; a board that stood still owes nothing.
    pub(super) fn due(&mut self, ran: bool) -> Duration {
        self.began = Instant::now();
        let passed = self.began - std::mem::replace(&mut self.last, self.began);
        match self.speed {
            _ if !ran => SHORTEST,
            Speed::Times(factor) => passed.min(BEHIND).mul_f64(factor),
            Speed::Most => self.slice,
        }
    }

    /// The run has ended: the next one is to be as long as clients can wait.
    pub(super) fn ran(&mut self) {
        let took = self.began.elapsed();
        if took > SLICE * 2 {
            self.slice = (self.slice / 2).max(SHORTEST);
        } else if took < SLICE / 2 {
            self.slice = (self.slice * 2).min(LONGEST);
        }
    }
}
