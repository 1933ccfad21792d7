//! From bytes to commands, and from results to answers.

use std::fmt::Write as _;

/// Longest command between `!` and `#`, in bytes: the buffer of the probe.
pub(super) const LONGEST: usize = 1024;

/// A command was longer than the probe takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Collects bytes until they are a command.
#[derive(Debug, Default)]
pub(super) struct Framer {
    /// The command so far; `None` between commands.
    command: Option<Vec<u8>>,
}

impl Framer {
    /// Takes a byte; gives what stands between `!` and `#` once it is whole. What stands elsewhere is noise.
    pub(super) fn push(&mut self, byte: u8) -> Option<Result<Vec<u8>, TooLong>> {
        match byte {
            // Another beginning: the end of the command before was lost.
            b'!' => self.command = Some(Vec::new()),
            b'#' => {
                let command = self.command.take()?;
                let fits = command.len() <= LONGEST;
                return Some(if fits { Ok(command) } else { Err(TooLong) });
            }
            _ => {
                if let Some(command) = &mut self.command
                    && command.len() <= LONGEST
                {
                    command.push(byte);
                }
            }
        }
        None
    }
}

/// The parameters of a command, taken from the front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    digits: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) const fn new(digits: &'a [u8]) -> Self {
        Self { digits }
    }

    /// A number of so many hexadecimal digits.
    fn number(&mut self, digits: usize) -> Option<u64> {
        let (number, rest) = self.digits.split_at_checked(digits)?;
        self.digits = rest;
        hexadecimal(number)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.number(2).map(|number| number as u8)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.number(4).map(|number| number as u16)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.number(8).map(|number| number as u32)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.number(16)
    }

    /// The number that all that is left makes.
    pub(super) fn last(self) -> Option<u64> {
        hexadecimal(self.digits)
    }

    /// `0` or `1`, and nothing behind it.
    pub(super) fn switch(self) -> Option<bool> {
        match self.digits {
            b"0" => Some(false),
            b"1" => Some(true),
            _ => None,
        }
    }

    /// So many bytes, two digits each, and nothing behind them.
    pub(super) fn bytes(mut self, count: usize) -> Option<Vec<u8>> {
        let bytes: Option<Vec<u8>> = (0..count).map(|_| self.u8()).collect();
        bytes.filter(|_| self.is_empty())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.digits.is_empty()
    }
}

/// A hexadecimal number of 1 to 16 digits.
fn hexadecimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0, |value, &digit| {
        Some(value << 4 | u64::from(char::from(digit).to_digit(16)?))
    })
}

/// Two digits for each byte.
fn hexadecimal_digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// How a command went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is done; its result is a number.
    Done(u64),
    /// It is done; its result is bytes, the first one first. A word is four of them, the lowest first.
    Bytes(Vec<u8>),
    /// It is done; its result is a text.
    Text(String),
    /// It could not be done, and why.
    Error(u64),
    /// Its parameters are wrong.
    Parameter,
    /// This probe cannot do it.
    NotSupported,
}

impl Answer {
    pub(super) const OK: Self = Self::Done(0);
    /// There is no such command.
    pub(super) const UNRECOGNISED: Self = Self::Error(1);
    /// The debug port has answered with FAULT: code 3, and in the next byte the acknowledge it gave.
    pub(super) const FAULT: Self = Self::Error(4 << 8 | 3);

    /// The bytes of a word.
    pub(super) fn word(value: u32) -> Self {
        Self::Bytes(value.to_le_bytes().into())
    }

    /// Appends the answer as it is sent.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let (letter, result) = match self {
            Self::Done(value) => ('K', format!("{value:x}")),
            Self::Bytes(bytes) => ('K', hexadecimal_digits(bytes)),
            Self::Text(text) => ('K', text.clone()),
            Self::Error(code) => ('E', format!("{code:x}")),
            Self::Parameter => ('P', "0".into()),
            Self::NotSupported => ('N', "0".into()),
        };
        out.extend(format!("&{letter}{result}#").bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(bytes: &[u8]) -> Vec<Result<Vec<u8>, TooLong>> {
        let mut framer = Framer::default();
        bytes.iter().filter_map(|&byte| framer.push(byte)).collect()
    }

    #[test]
    fn commands_among_noise() {
        let expected = [Ok(b"GA".to_vec()), Ok(b"HC".to_vec()), Ok(Vec::new())];
        assert_eq!(commands(b"+#!GA# \0!Am00!HC#K#!#"), expected);
    }

    #[test]
    fn a_command_may_fill_the_buffer_and_no_more() {
        for (length, fits) in [(LONGEST, true), (LONGEST + 1, false), (3 * LONGEST, false)] {
            let bytes = [&b"!"[..], &vec![b'0'; length], b"#!GV#"].concat();
            let commands = commands(&bytes);
            assert_eq!(commands[0].is_ok(), fits, "{length}");
            assert_eq!(commands[1], Ok(b"GV".to_vec()));
        }
    }

    #[test]
    fn parameters_are_of_fixed_width() {
        let mut fields = Fields::new(b"7fABCD0000000112");
        assert_eq!(
            (fields.u8(), fields.u16(), fields.u32()),
            (Some(0x7F), Some(0xABCD), Some(1))
        );
        assert_eq!(fields.last(), Some(0x12));
        assert_eq!(fields.u16(), None);
        assert_eq!(Fields::new(b"0g").u8(), None);
        assert_eq!(Fields::new(b"+1").u8(), None);
        assert_eq!(Fields::new(b"0102").bytes(2), Some(vec![1, 2]));
        assert_eq!(Fields::new(b"010203").bytes(2), None);
        assert_eq!(Fields::new(b"11").switch(), None);
    }
}
