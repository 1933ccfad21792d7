//! What other programs printed, made fit to be searched.

use std::io::{self, Read};

/// More than this is not looked at: a build log that is longer says the same over and over.
const MOST: u64 = 4 << 20;

/// A text, and whether there was more of it.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) is_cut: bool,
}

impl Text {
    /// Reads all there is and keeps the first 4 MiB, so that what writes to us is never stopped.
    pub(crate) fn read(mut from: impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        (&mut from).take(MOST).read_to_end(&mut bytes)?;
        let rest = io::copy(&mut from, &mut io::sink())?;
        Ok(Self {
            text: clean(&bytes),
            is_cut: rest > 0,
        })
    }
}

/// Text without colours and with plain ends of lines; bytes that are not UTF-8 are left out.
pub(crate) fn clean(bytes: &[u8]) -> String {
    let plain = anstream::adapter::strip_bytes(bytes).into_vec();
    let text = String::from_utf8_lossy(&plain);
    // A lone carriage return begins the line anew, as progress bars do.
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_ends_of_lines_and_broken_characters() {
        let bytes = b"\x1b[0m\x1b[1m\x1b[38;5;9merror\x1b[0m: a\r\nBuilding [=> ]\rerror: \xFFb\n\x1b]8;;http://x\x1b\\E0463\x1b]8;;\x1b\\";
        assert_eq!(clean(bytes), "error: a\nBuilding [=> ]\nerror: b\nE0463");
    }

    #[test]
    fn what_is_too_long_is_read_to_its_end_and_cut() {
        let long = io::repeat(b'x').take(MOST + 5);
        let text = Text::read(long).unwrap();
        assert!(text.is_cut);
        assert_eq!(text.text.len() as u64, MOST);
        assert!(!Text::read(&b"short"[..]).unwrap().is_cut);
    }
}
