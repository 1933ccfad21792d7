//! The gdb remote protocol, as far as executing cases needs it: packets over a socket.
//! The next packet acknowledges the answer to the last, and a local connection loses none.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A connection to a gdb server.
#[derive(Debug)]
pub(super) struct Gdb {
    stream: BufReader<TcpStream>,
}

/// How long an answer may take: cases take milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

impl Gdb {
    /// Connects to a server on this machine.
    pub(super) fn connect(port: u16) -> Result<Self, String> {
        let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
        stream
            .set_nodelay(true)
            .and_then(|()| stream.set_read_timeout(Some(PATIENCE)))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Sends a packet and returns the answer.
    pub(super) fn ask(&mut self, packet: &str) -> Result<String, String> {
        let sum = packet.bytes().fold(0_u8, u8::wrapping_add);
        let lost = |error| format!("the gdb server does not answer: {error}");
        let framed = format!("${packet}#{sum:02x}");
        self.stream
            .get_mut()
            .write_all(framed.as_bytes())
            .map_err(lost)?;
        let mut skipped = Vec::new();
        self.stream.read_until(b'$', &mut skipped).map_err(lost)?;
        let mut answer = Vec::new();
        self.stream.read_until(b'#', &mut answer).map_err(lost)?;
        if answer.pop() != Some(b'#') {
            return Err("the gdb server ended".into());
        }
        self.stream.read_exact(&mut [0; 2]).map_err(lost)?;
        String::from_utf8(answer).map_err(|error| error.to_string())
    }

    /// Sends a packet that has to have this answer.
    pub(super) fn expect(&mut self, packet: &str, answer: &str) -> Result<(), String> {
        let given = self.ask(packet)?;
        if given == answer {
            Ok(())
        } else {
            let packet: String = packet.chars().take(40).collect();
            Err(format!("the gdb server answers `{given}` to `{packet}`"))
        }
    }

    /// Sends a packet whose answer is bytes in hexadecimal.
    pub(super) fn bytes(&mut self, packet: &str) -> Result<Vec<u8>, String> {
        let answer = self.ask(packet)?;
        let byte = |pair: &[u8]| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        };
        let bytes: Option<Vec<u8>> = answer.as_bytes().chunks(2).map(byte).collect();
        bytes.ok_or_else(|| format!("the gdb server answers `{answer}` to `{packet}`"))
    }

    /// Sends a packet whose answer is words in hexadecimal, little-endian.
    pub(super) fn words(&mut self, packet: &str) -> Result<Vec<u32>, String> {
        let bytes = self.bytes(packet)?;
        Ok(bytes
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect())
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    use std::fmt::Write as _;
    bytes.into_iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
