//! Numbers as SVD files write them (`scaledNonNegativeInteger` and `enumeratedValueDataType` of the
//! CMSIS-SVD schema), and as vendors do.

use std::borrow::Cow;

/// A number that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    /// The value, bits that do not matter being 0.
    pub(crate) value: u64,
    /// Bits that do not matter (`x` in a binary number).
    pub(crate) dont_care: u64,
    /// What the standard has against the way it is written, if anything.
    pub(crate) quirk: Option<&'static str>,
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberError {
    /// It does not have the form of one.
    Malformed,
    /// It needs more than 64 bits.
    TooLarge,
    /// It is less than 0.
    Negative,
}

impl NumberError {
    /// The end of the sentence "`-4` …".
    pub(crate) const fn explanation(self) -> &'static str {
        match self {
            Self::Malformed => "is not a number",
            Self::TooLarge => "does not fit into 64 bits",
            Self::Negative => "is negative",
        }
    }
}

/// Reads a number: decimal also with leading zeros, `0x`/`0X` hexadecimal, `0b` and `#` binary with `x`
/// for bits that do not matter, each with an optional `+` before and `k`, `m`, `g` or `t` (powers of 1024) after.
pub(crate) fn parse(text: &str) -> Result<Number, NumberError> {
    if text.starts_with('-') {
        return Err(NumberError::Negative);
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Some(digits) = strip_any(unsigned, &["#", "0b", "0B"]) {
        return binary(digits);
    }
    let (digits, scale) = split_scale(unsigned);
    if let Some(hex) = strip_any(digits, &["0x", "0X"]) {
        return plain(
            &tidy(hex),
            16,
            scale,
            hex.contains(['_', ' '])
                .then_some("has separators between its digits"),
        );
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return plain(digits, 10, scale, None);
    }
    quirky(unsigned)
}

/// Numbers with digits of a base that nothing announces.
fn quirky(text: &str) -> Result<Number, NumberError> {
    if let Some(hex) = text.strip_suffix(['h', 'H']) {
        return plain(
            hex,
            16,
            0,
            Some("is hexadecimal with a suffix in place of `0x`"),
        );
    }
    if text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return plain(text, 16, 0, Some("is hexadecimal without `0x`"));
    }
    let cleaned = tidy(text.trim_end_matches(['u', 'U', 'l', 'L']));
    if cleaned != text {
        let number = parse(&cleaned)?;
        return Ok(Number {
            quirk: Some("is written as in a programming language"),
            ..number
        });
    }
    Err(NumberError::Malformed)
}

/// Drops what people put between digits.
fn tidy(digits: &str) -> Cow<'_, str> {
    if digits.contains(['_', ' ']) {
        Cow::Owned(digits.replace(['_', ' '], ""))
    } else {
        Cow::Borrowed(digits)
    }
}

fn strip_any<'a>(text: &'a str, prefixes: &[&str]) -> Option<&'a str> {
    prefixes.iter().find_map(|prefix| text.strip_prefix(prefix))
}

/// Splits off the scale: the number of bits to shift by.
fn split_scale(text: &str) -> (&str, u32) {
    let scale = match text.as_bytes().last() {
        Some(b'k' | b'K') => 10,
        Some(b'm' | b'M') => 20,
        Some(b'g' | b'G') => 30,
        Some(b't' | b'T') => 40,
        _ => return (text, 0),
    };
    (&text[..text.len() - 1], scale)
}

fn plain(
    digits: &str,
    radix: u32,
    scale: u32,
    quirk: Option<&'static str>,
) -> Result<Number, NumberError> {
    if digits.is_empty() || !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return Err(NumberError::Malformed);
    }
    let value = u64::from_str_radix(digits, radix).map_err(|_| NumberError::TooLarge)?;
    let value = value.checked_mul(1 << scale).ok_or(NumberError::TooLarge)?;
    Ok(Number {
        value,
        dont_care: 0,
        quirk,
    })
}

fn binary(digits: &str) -> Result<Number, NumberError> {
    let (mut value, mut dont_care, mut quirk) = (0_u64, 0_u64, None);
    if digits.is_empty() {
        return Err(NumberError::Malformed);
    }
    for byte in digits.bytes() {
        let (bit, any) = match byte {
            b'0' => (0, 0),
            b'1' => (1, 0),
            b'x' | b'X' => (0, 1),
            b'_' | b' ' => {
                quirk = Some("has separators between its digits");
                continue;
            }
            _ => return Err(NumberError::Malformed),
        };
        if (value | dont_care) >> 63 != 0 {
            return Err(NumberError::TooLarge);
        }
        value = value << 1 | bit;
        dont_care = dont_care << 1 | any;
    }
    Ok(Number {
        value,
        dont_care,
        quirk,
    })
}

/// Reads the digits of `text` as binary, whatever base its prefix announces: what `0x10` means where only
/// two bits are to be had.
pub(crate) fn parse_as_binary(text: &str) -> Option<u64> {
    let digits = strip_any(text, &["0x", "0X"]).unwrap_or(text);
    (!digits.is_empty()
        && digits.len() <= 64
        && digits.bytes().all(|byte| matches!(byte, b'0' | b'1')))
    .then(|| u64::from_str_radix(digits, 2).ok())
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, value: u64, dont_care: u64) {
        assert_eq!(
            parse(text),
            Ok(Number {
                value,
                dont_care,
                quirk: None
            }),
            "{text}"
        );
    }

    #[test]
    fn standard_forms() {
        check("10", 10, 0);
        check("007", 7, 0);
        check("+3", 3, 0);
        check("0x1F", 0x1F, 0);
        check("0X1f", 0x1F, 0);
        check("4k", 4096, 0);
        check("0x10K", 0x4000, 0);
        check("0b101", 5, 0);
        check("#1x0X", 0b1000, 0b0101);
        check("0b1x", 0b10, 0b01);
        check("0xFFFFFFFFFFFFFFFF", u64::MAX, 0);
    }

    #[test]
    fn quirks_are_read_and_named() {
        for (text, value) in [
            ("20h", 0x20),
            ("0A", 10),
            ("0x0000_0010", 16),
            ("#1_0", 2),
            ("10UL", 10),
        ] {
            let number = parse(text).unwrap();
            assert_eq!(number.value, value, "{text}");
            assert!(number.quirk.is_some(), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "0x", "#", "zero", "0b12", "k", "0xG", "é", "0x1.5"] {
            assert_eq!(parse(text), Err(NumberError::Malformed), "{text}");
        }
        assert_eq!(parse("-1"), Err(NumberError::Negative));
        assert_eq!(parse("0x10000000000000000"), Err(NumberError::TooLarge));
        assert_eq!(parse("99999999t"), Err(NumberError::TooLarge));
    }

    #[test]
    fn digits_as_binary() {
        assert_eq!(parse_as_binary("0x10"), Some(2));
        assert_eq!(parse_as_binary("110"), Some(6));
        assert_eq!(parse_as_binary("0x12"), None);
    }
}
