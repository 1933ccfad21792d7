//! Times and numbers as text, fast: a trace has a line for every access.

use crate::clock::Clock;

/// Nanoseconds in a second, and attoseconds in a nanosecond.
const GIGA: u64 = 1_000_000_000;

/// Cycles turned into nanoseconds as exactly as the clock does it, and faster: with numbers of 64 bits, from the cycle on at which the
/// clock was switched.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// First and last cycle of a constant clock.
    cycles: (u64, u64),
    /// When the first began: nanoseconds, and attoseconds beyond.
    start: (u64, u64),
    /// Cycles per second as a fraction; zero before the first use.
    numerator: u64,
    denominator: u64,
}

impl Pace {
    /// Nanoseconds from power-on to the beginning of a cycle, rounded down.
    pub(super) fn nanoseconds(&mut self, cycle: u64, clock: &Clock) -> u64 {
        if self.numerator == 0 || !(self.cycles.0..=self.cycles.1).contains(&cycle) {
            let (first, last, hclk) = clock.constant_around(cycle);
            let start = clock.time_at(first).in_attoseconds();
            let start = (
                (start / u128::from(GIGA)) as u64,
                (start % u128::from(GIGA)) as u64,
            );
            let (numerator, denominator) = hclk.fraction();
            (self.cycles, self.start) = ((first, last), start);
            (self.numerator, self.denominator) = (numerator.max(1), denominator);
        }
        self.fast(cycle)
            .unwrap_or_else(|| (clock.time_at(cycle).in_attoseconds() / u128::from(GIGA)) as u64)
    }

    /// `None` where 64 bits are too few.
    fn fast(&self, cycle: u64) -> Option<u64> {
        let scaled = (cycle - self.cycles.0)
            .checked_mul(self.denominator)?
            .checked_mul(GIGA)?;
        let whole = scaled / self.numerator;
        let rest = scaled - whole * self.numerator;
        // Whether the attoseconds of both parts make a nanosecond together, without another division.
        let missing = (GIGA - self.start.1).checked_mul(self.numerator)?;
        let carry = rest.checked_mul(GIGA)? >= missing;
        self.start
            .0
            .checked_add(whole)?
            .checked_add(u64::from(carry))
    }
}

/// `0.000044392 s           93  `.
pub(super) fn time(nanoseconds: u64, cycle: u64, out: &mut Vec<u8>) {
    let (seconds, fraction) = (nanoseconds / GIGA, nanoseconds % GIGA);
    decimal(seconds, 0, out);
    // Parts of a constant length are copied in a few instructions.
    let mut text = *b".000000000 s            0  ";
    fill(fraction, &mut text[1..10]);
    if cycle < 1_000_000_000_000 {
        fill(cycle, &mut text[13..25]);
        out.extend_from_slice(&text);
    } else {
        out.extend_from_slice(&text[..13]);
        decimal(cycle, 0, out);
        out.extend_from_slice(&text[25..]);
    }
}

/// Writes a number at the end of a field that is wide enough; what is before it stays.
#[inline]
fn fill(value: u64, field: &mut [u8]) {
    let mut at = field.len();
    let mut rest = value;
    while rest >= 100 {
        at -= 2;
        field[at..at + 2].copy_from_slice(&PAIRS[(rest % 100) as usize]);
        rest /= 100;
    }
    if rest >= 10 {
        at -= 2;
        field[at..at + 2].copy_from_slice(&PAIRS[rest as usize]);
    } else {
        field[at - 1] = b'0' + rest as u8;
    }
}

/// `00` to `99`.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut value = 0;
    while value < 100 {
        pairs[value] = [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
        value += 1;
    }
    pairs
};

/// A decimal number, at least `width` characters wide.
pub(super) fn decimal(value: u64, width: usize, out: &mut Vec<u8>) {
    if value < 10 && width < 2 {
        out.push(b'0' + value as u8);
        return;
    }
    let mut buffer = [b' '; 20];
    fill(value, &mut buffer);
    let digits = value.checked_ilog10().unwrap_or(0) as usize + 1;
    out.extend_from_slice(&buffer[20 - digits.max(width).min(20)..]);
}

/// A hexadecimal number of so many digits, 8 at most.
pub(super) fn hex(value: u32, digits: u32, out: &mut Vec<u8>) {
    let mut text = *b"0x00000000";
    for (place, byte) in value.to_be_bytes().into_iter().enumerate() {
        text[2 + place * 2..4 + place * 2].copy_from_slice(&HEX_PAIRS[usize::from(byte)]);
    }
    if digits == 8 {
        // A constant length is copied in a few instructions.
        out.extend_from_slice(&text);
    } else {
        out.extend_from_slice(b"0x");
        out.extend_from_slice(&text[10 - digits.min(8) as usize..]);
    }
}

/// `00` to `ff`.
const HEX_PAIRS: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut value = 0;
    while value < 256 {
        pairs[value] = [DIGITS[value / 16], DIGITS[value % 16]];
        value += 1;
    }
    pairs
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ClockTree, Frequency};

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fast_nanoseconds_are_those_of_the_clock() {
        let mut clock = Clock::new(ClockTree::undivided(Frequency::hz(2_097_152)));
        let third = Frequency::hz(64_000_000).divided_by(3);
        clock.switch(1_000_003, ClockTree::undivided(third));
        clock.switch(5_000_000, ClockTree::undivided(Frequency::hz(48_000_000)));
        let mut pace = Pace::default();
        let cycles = (0..6_000_000).step_by(997);
        for cycle in cycles.chain([999_999_999, 1 << 40, 3, u64::MAX / 2]) {
            let exact = clock.time_at(cycle).in_attoseconds() / 1_000_000_000;
            assert_eq!(pace.nanoseconds(cycle, &clock), exact as u64, "{cycle}");
        }
    }

    #[test]
    fn numbers_are_written_as_the_standard_library_does() {
        for value in [0, 7, 10, 99, 100, 12_345, 1_000_000_007, u64::MAX] {
            for width in [0, 2, 3, 12] {
                assert_eq!(
                    text(|out| decimal(value, width, out)),
                    format!("{value:>width$}")
                );
            }
        }
        assert_eq!(text(|out| hex(0xBEEF, 8, out)), "0x0000beef");
        assert_eq!(text(|out| hex(0x5, 2, out)), "0x05");
        assert_eq!(
            text(|out| time(12_000_034_000, 5, out)),
            "12.000034000 s            5  "
        );
        assert_eq!(
            text(|out| time(999_999_999, 1_234_567_890_123, out)),
            "0.999999999 s 1234567890123  "
        );
    }
}
