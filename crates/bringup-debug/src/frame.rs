//! From bytes to packets: framing, checksums and sizes, checked before anything looks at the content.
//!
//! Source: *Debugging with GDB*, appendix "GDB Remote Serial Protocol", sections "Overview" and "Packets".

/// Longest packet, from `$` to the last digit of the checksum, in bytes. gdb is told, and keeps to it.
pub(crate) const PACKET_SIZE: usize = 4096;

/// Longest read or write of memory in one packet, in bytes: more than any chip here has, little enough to answer.
const MEMORY_LIMIT: u64 = 0x1_0000;

/// What came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The other side asks for the last answer again.
    Nack,
    /// Ctrl-C.
    Interrupt,
    /// A whole packet, `$` and checksum included.
    Packet(Vec<u8>),
    /// A packet that arrived damaged: to be asked for again.
    Damaged,
    /// A packet that arrived as it was sent but asks for what nobody can do: too long, or an
    /// address beyond the end of memory.
    Refused,
}

/// Collects bytes until they are a [`Frame`].
#[derive(Debug, Default)]
pub(crate) struct Framer {
    state: State,
    /// The packet so far.
    bytes: Vec<u8>,
    /// The packet was longer than [`PACKET_SIZE`]; the excess is dropped.
    too_long: bool,
    sum: u8,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    #[default]
    Between,
    Body,
    Checksum,
    LastDigit,
}

impl Framer {
    /// Takes a byte. Acknowledgements and noise between packets yield nothing.
    pub(crate) fn push(&mut self, byte: u8) -> Option<Frame> {
        match self.state {
            State::Between => match byte {
                b'$' => self.begin(),
                b'-' => return Some(Frame::Nack),
                0x03 => return Some(Frame::Interrupt),
                _ => {}
            },
            State::Body => match byte {
                // A new packet begins: the end of the last one was lost.
                b'$' => {
                    self.begin();
                    return Some(Frame::Damaged);
                }
                b'#' => {
                    self.keep(byte);
                    self.state = State::Checksum;
                }
                _ => {
                    self.sum = self.sum.wrapping_add(byte);
                    self.keep(byte);
                }
            },
            State::Checksum => {
                self.keep(byte);
                self.state = State::LastDigit;
            }
            State::LastDigit => {
                self.keep(byte);
                self.state = State::Between;
                return Some(self.finish());
            }
        }
        None
    }

    fn begin(&mut self) {
        self.bytes.clear();
        self.bytes.push(b'$');
        self.too_long = false;
        self.sum = 0;
        self.state = State::Body;
    }

    fn keep(&mut self, byte: u8) {
        if self.bytes.len() < PACKET_SIZE {
            self.bytes.push(byte);
        } else {
            self.too_long = true;
        }
    }

    fn finish(&mut self) -> Frame {
        if self.too_long {
            return Frame::Refused;
        }
        let Some((body, checksum)) = self.bytes.split_last_chunk::<3>() else {
            return Frame::Damaged;
        };
        if number(&checksum[1..]) != Some(u64::from(self.sum)) {
            return Frame::Damaged;
        }
        if !is_acceptable(&body[1..]) {
            return Frame::Refused;
        }
        Frame::Packet(std::mem::take(&mut self.bytes))
    }
}

/// A whole packet of the GDB remote protocol around a body: `$`, the body as it is, `#` and its checksum.
pub fn packet(body: &[u8]) -> Vec<u8> {
    let sum = body.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte));
    [b"$", body, format!("#{sum:02x}").as_bytes()].concat()
}

/// Whether the range of a memory packet (`m`, `M`, `X`: hexadecimal address, comma, length) is inside the 32-bit address
/// space and within reason. Other packets are.
fn is_acceptable(body: &[u8]) -> bool {
    let Some((b'm' | b'M' | b'X', range)) = body.split_first() else {
        return true;
    };
    let range = range.split(|&byte| byte == b':').next().unwrap_or_default();
    let mut parts = range.splitn(2, |&byte| byte == b',').map(number);
    let (Some(Some(address)), Some(Some(len))) = (parts.next(), parts.next()) else {
        return false;
    };
    len <= MEMORY_LIMIT && u32::try_from(address).is_ok() && address + len <= 1 << 32
}

/// A hexadecimal number of at most 16 digits.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0, |value, &digit| {
        Some(value << 4 | u64::from(char::from(digit).to_digit(16)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: &[u8]) -> Vec<Frame> {
        let mut framer = Framer::default();
        bytes.iter().filter_map(|&byte| framer.push(byte)).collect()
    }

    #[test]
    fn packets_among_acknowledgements_and_noise() {
        assert_eq!(
            frames(b"+$g#67+\x03garbage$?#3f-"),
            [
                Frame::Packet(b"$g#67".to_vec()),
                Frame::Interrupt,
                Frame::Packet(b"$?#3f".to_vec()),
                Frame::Nack,
            ]
        );
    }

    #[test]
    fn damage_is_asked_for_again() {
        assert_eq!(frames(b"$g#68$g#zz$g#"), [Frame::Damaged, Frame::Damaged]);
        let lost_end = frames(b"$m0,4$g#67");
        assert_eq!(lost_end, [Frame::Damaged, Frame::Packet(b"$g#67".to_vec())]);
    }

    #[test]
    fn what_nobody_can_do_is_refused() {
        let long = [&b"$"[..], &vec![b'a'; 2 * PACKET_SIZE], b"#00"].concat();
        assert_eq!(frames(&long), [Frame::Refused]);
        for body in [
            "mffffffff,2",
            "m0,ffffffff",
            "m123456789,1",
            "m,",
            "X0",
            "M0,10001:",
        ] {
            assert_eq!(frames(&packet(body.as_bytes())), [Frame::Refused], "{body}");
        }
        assert!(matches!(
            frames(&packet(b"mffffffff,1"))[..],
            [Frame::Packet(_)]
        ));
    }
}
