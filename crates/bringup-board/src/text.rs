//! Times and numbers as text, fast: a trace has a line for every access, a value change dump one for every edge.

/// Nanoseconds in a second.
pub(crate) const GIGA: u64 = 1_000_000_000;

/// `0.000044392 s           93  `.
#[inline]
pub(crate) fn time(nanoseconds: u64, cycle: u64, out: &mut Vec<u8>) {
    const FORM: &[u8; 28] = b"0.000000000 s            0  ";
    let (seconds, fraction) = (nanoseconds / GIGA, nanoseconds % GIGA);
    if seconds >= 10 {
        decimal(seconds, out);
        // The last digit of the seconds stands in the form again.
        out.pop();
    }
    // Filled in where it is to be: what is put together elsewhere in small pieces is slow to copy as one.
    let start = out.len();
    out.extend_from_slice(FORM);
    if let Some(text) = out.get_mut(start..start + FORM.len()) {
        text[0] = b'0' + (seconds % 10) as u8;
        text[2] = b'0' + (fraction / EIGHT_DIGITS) as u8;
        text[3..11].copy_from_slice(&eight_digits((fraction % EIGHT_DIGITS) as u32));
        pad(cycle % TWELVE_DIGITS, &mut text[14..26]);
    }
    if cycle >= TWELVE_DIGITS {
        out.truncate(start + 14);
        decimal(cycle, out);
        out.extend_from_slice(b"  ");
    }
}

const EIGHT_DIGITS: u64 = 100_000_000;
const TWELVE_DIGITS: u64 = 1_000_000_000_000;

/// The digits of a number below a hundred million, each in a byte, the first one in the lowest. They are made in halves of
/// halves, all of a size at once: dividing by 100 and by 10 is multiplying and shifting for numbers that small.
#[inline]
const fn digits(value: u32) -> u64 {
    let fours = (value / 10_000) as u64 | ((value % 10_000) as u64) << 32;
    let hundreds = (fours * 10_486) >> 20 & 0x0000_007F_0000_007F;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = (twos * 103) >> 10 & 0x000F_000F_000F_000F;
    tens | (twos - tens * 10) << 8
}

/// The same as text.
#[inline]
const fn eight_digits(value: u32) -> [u8; 8] {
    (digits(value) | 0x3030_3030_3030_3030).to_le_bytes()
}

/// The same with spaces before the first digit that is not zero, which is the last one at the latest.
#[inline]
const fn eight_padded(value: u32) -> [u8; 8] {
    let digits = digits(value);
    let spaces = (digits | 1 << 56).trailing_zeros() / 8 * 8;
    let spaces = 0x1010_1010_1010_1010 & ((1 << spaces) - 1);
    ((digits | 0x3030_3030_3030_3030) ^ spaces).to_le_bytes()
}

/// Writes a number of twelve digits at most, with spaces before it, into a field of twelve bytes of which the first four are spaces.
#[inline]
fn pad(value: u64, field: &mut [u8]) {
    let (high, low) = (value / EIGHT_DIGITS, (value % EIGHT_DIGITS) as u32);
    if high == 0 {
        field[4..12].copy_from_slice(&eight_padded(low));
    } else {
        field[..4].copy_from_slice(&eight_padded(high as u32)[4..]);
        field[4..12].copy_from_slice(&eight_digits(low));
    }
}

/// A decimal number.
pub(crate) fn decimal(value: u64, out: &mut Vec<u8>) {
    if value < 10 {
        out.push(b'0' + value as u8);
        return;
    }
    let mut buffer = [0; 20];
    let mut at = buffer.len();
    let mut rest = value;
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&buffer[at..]);
}

/// Writes a number in hexadecimal into a field, a digit for each byte of it, 8 at most.
#[inline]
pub(crate) fn hex(value: u32, field: &mut [u8]) {
    let digits = hex_digits(value);
    match field.len() {
        // A constant length is copied in one instruction.
        8 => field.copy_from_slice(&digits),
        length => field.copy_from_slice(&digits[8 - length.min(8)..]),
    }
}

/// The eight digits: each digit in a byte by halving three times, then all of them made letters at once.
#[inline]
const fn hex_digits(value: u32) -> [u8; 8] {
    let halves = (value as u64 & 0xFFFF) << 32 | value as u64 >> 16;
    let bytes = (halves & 0x0000_00FF_0000_00FF) << 16 | (halves & 0x0000_FF00_0000_FF00) >> 8;
    let digits = (bytes & 0x000F_000F_000F_000F) << 8 | (bytes & 0x00F0_00F0_00F0_00F0) >> 4;
    // From 10 on a digit is a letter, which stands 39 places behind where the next digit would.
    let letters = (digits + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (digits + 0x3030_3030_3030_3030 + letters * (b'a' - b'0' - 10) as u64).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_written_as_the_standard_library_does() {
        for value in [0, 7, 10, 99, 100, 12_345, 1_000_000_007, u64::MAX] {
            assert_eq!(text(|out| decimal(value, out)), value.to_string());
        }
        for value in [0, 7, 10, 99, 12_345, 99_999_999] {
            assert_eq!(
                str::from_utf8(&eight_digits(value)),
                Ok(&*format!("{value:08}"))
            );
        }
        for value in [0, 7, 10, 12_345, 99_999_999, 100_000_000, 999_999_999_999] {
            let mut field = *b"    ????????";
            pad(value, &mut field);
            assert_eq!(str::from_utf8(&field), Ok(&*format!("{value:>12}")));
        }
        for value in [0, 0x0123_4567, 0x89AB_CDEF, u32::MAX] {
            assert_eq!(
                str::from_utf8(&hex_digits(value)),
                Ok(&*format!("{value:08x}"))
            );
        }
        let mut field = [0; 2];
        hex(0xBEEF, &mut field);
        assert_eq!(&field, b"ef");
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
