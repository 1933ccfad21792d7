//! The counter of a timer: where it is after some ticks, and how far it is to a value, without counting.

/// How the counter runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// From 0 to the reload value, and again from 0.
    Up,
    /// From the reload value to 0, and again from the reload value.
    Down,
    /// From 0 to the reload value and back.
    Centre,
}

/// A counter at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// How it runs.
    pub mode: Mode,
    /// Its value.
    pub value: u32,
    /// Auto-reload value in effect; at 0 the counter stands.
    pub reload: u32,
    /// The largest value it can have: 2^16 - 1 or 2^32 - 1.
    pub largest: u32,
    /// It counts down: always, or in this half of the centre-aligned mode.
    pub down: bool,
}

impl Counter {
    /// Ticks from the start of a period to now, and ticks of a period.
    fn position(&self) -> (u64, u64) {
        let (value, reload) = (u64::from(self.value), u64::from(self.reload));
        match self.mode {
            Mode::Up => (value, reload + 1),
            Mode::Down => (reload.saturating_sub(value), reload + 1),
            // At 0 it turns, whatever way it came, or was put there.
            Mode::Centre if self.down && value > 0 => {
                ((2 * reload).saturating_sub(value), 2 * reload)
            }
            Mode::Centre => (value.min(reload), 2 * reload),
        }
    }

    /// Ticks until an edge-aligned counter beyond its reload value is back at the start of a period.
    fn way_back(&self) -> Option<u64> {
        let beyond = self.value > self.reload;
        match self.mode {
            Mode::Up if beyond => Some(u64::from(self.largest - self.value) + 1),
            Mode::Down if beyond => Some(u64::from(self.value) + 1),
            _ => None,
        }
    }

    /// The counter after `ticks`, and how often it came to the end of a period, or of half of one if centre-aligned.
    pub fn after(mut self, ticks: u64) -> (Self, u64) {
        if self.reload == 0 || ticks == 0 {
            return (self, 0);
        }
        let mut ends = 0;
        let (start, length) = match self.way_back() {
            Some(way) if ticks < way => {
                let ticks = ticks as u32;
                self.value = match self.mode {
                    Mode::Down => self.value - ticks,
                    _ => self.value + ticks,
                };
                return (self, 0);
            }
            Some(way) => {
                ends = 1;
                self.value = if self.mode == Mode::Down {
                    self.reload
                } else {
                    0
                };
                let (_, length) = self.position();
                return {
                    let (after, more) = self.moved(0, ticks - way, length);
                    (after, ends + more)
                };
            }
            None => self.position(),
        };
        let (after, more) = self.moved(start, ticks, length);
        ends += more;
        (after, ends)
    }

    /// Moves from `start` in a period of `length`.
    fn moved(mut self, start: u64, ticks: u64, length: u64) -> (Self, u64) {
        let total = start + ticks;
        let reload = u64::from(self.reload);
        // Most looks at a counter are within a period: a comparison is cheaper than a division.
        let quotient = |by: u64| {
            if total < by {
                0
            } else if total - by < by {
                1
            } else {
                total / by
            }
        };
        let periods = quotient(length);
        let place = total - periods * length;
        let ends = match self.mode {
            Mode::Up => {
                self.value = place as u32;
                periods
            }
            Mode::Down => {
                self.value = (reload - place) as u32;
                periods
            }
            Mode::Centre => {
                self.down = place >= reload;
                self.value = if self.down { 2 * reload - place } else { place } as u32;
                quotient(reload) - u64::from(start >= reload)
            }
        };
        (self, ends)
    }

    /// Ticks until the next end of a period, or of half of one if centre-aligned; `None` if it stands.
    pub fn to_end(&self) -> Option<u64> {
        if self.reload == 0 {
            return None;
        }
        if let Some(way) = self.way_back() {
            return Some(way);
        }
        let (place, length) = self.position();
        let half = match self.mode {
            Mode::Centre => u64::from(self.reload),
            Mode::Up | Mode::Down => length,
        };
        Some(if place < half { half } else { length } - place)
    }

    /// Ticks until the counter next comes to `value`, going up, down, or either way; `None` if it never does.
    pub fn to_value(&self, value: u32, up: bool, down: bool) -> Option<u64> {
        if self.reload == 0 || value > self.reload {
            return None;
        }
        let (value, reload) = (u64::from(value), u64::from(self.reload));
        if let Some(way) = self.way_back() {
            return Some(match self.mode {
                Mode::Down => u64::from(self.value) - value,
                _ => way + value,
            });
        }
        let (place, length) = self.position();
        let distance = |target: u64| {
            if target > place {
                target - place
            } else {
                target + length - place
            }
        };
        match self.mode {
            Mode::Up => Some(distance(value)),
            Mode::Down => Some(distance(reload - value)),
            Mode::Centre => {
                let rising = up.then(|| distance(value));
                let falling = down.then(|| distance(if value == 0 { 0 } else { length - value }));
                rising.into_iter().chain(falling).min()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One tick, as the manual words it.
    fn tick(mut counter: Counter) -> (Counter, u64) {
        if counter.reload == 0 {
            return (counter, 0);
        }
        match counter.mode {
            Mode::Up if counter.value == counter.reload || counter.value == counter.largest => {
                counter.value = 0;
                (counter, 1)
            }
            Mode::Up => {
                counter.value += 1;
                (counter, 0)
            }
            Mode::Down if counter.value == 0 => {
                counter.value = counter.reload;
                (counter, 1)
            }
            Mode::Down => {
                counter.value -= 1;
                (counter, 0)
            }
            Mode::Centre => {
                counter.down &= counter.value > 0;
                if counter.down {
                    counter.value -= 1;
                } else {
                    counter.value += 1;
                }
                let turned = counter.value == if counter.down { 0 } else { counter.reload };
                counter.down ^= turned;
                (counter, u64::from(turned))
            }
        }
    }

    #[test]
    fn jumping_gives_what_counting_gives() {
        for mode in [Mode::Up, Mode::Down, Mode::Centre] {
            for reload in [0, 1, 2, 5, 9] {
                for value in 0..12 {
                    for down in [false, true] {
                        let fits = match mode {
                            Mode::Centre if down => value <= reload,
                            Mode::Centre => value < reload,
                            _ => down == (mode == Mode::Down),
                        };
                        if fits {
                            compare(Counter {
                                mode,
                                value,
                                reload,
                                largest: 15,
                                down,
                            });
                        }
                    }
                }
            }
        }
    }

    fn compare(start: Counter) {
        let (mut counted, mut ends, mut first_end) = (start, 0, None);
        let mut first_at = [None; 12];
        for ticks in 1..80_u64 {
            let (next, end) = tick(counted);
            counted = next;
            ends += end;
            if end > 0 {
                first_end = first_end.or(Some(ticks));
            }
            assert_eq!(start.after(ticks), (counted, ends), "{start:?} {ticks}");
            if let Some(first) = first_at.get_mut(counted.value as usize)
                && counted != start
                && first.is_none()
            {
                *first = Some(ticks);
            }
        }
        assert_eq!(
            start.to_end(),
            first_end.filter(|_| start.reload > 0),
            "{start:?}"
        );
        for value in 0..=start.reload {
            if value != start.value && start.reload > 0 {
                assert_eq!(
                    start.to_value(value, true, true),
                    first_at[value as usize],
                    "{start:?} to {value}"
                );
            }
        }
    }
}
