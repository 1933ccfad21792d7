//! A connection whose other side follows a script and writes down what is said.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;

use bringup_board::Board;
use bringup_debug::{Connection, ConnectionExt, Ended, Error, Server};

/// Polls of a running board after which something is wrong.
const PATIENCE: u32 = 200;

/// The other side of a connection.
#[derive(Default)]
pub(crate) struct Wire {
    /// What is still to be said, message by message: each is said when the one before is answered.
    script: VecDeque<Vec<u8>>,
    /// What the server wrote since the last flush.
    written: Vec<u8>,
    polls: u32,
    transcript: Rc<RefCell<Vec<u8>>>,
}

impl Wire {
    pub(crate) fn new(script: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self {
            script: script.into_iter().collect(),
            ..Self::default()
        }
    }

    pub(crate) fn transcript(&self) -> Rc<RefCell<Vec<u8>>> {
        Rc::clone(&self.transcript)
    }
}

impl Connection for Wire {
    type Error = io::Error;

    fn write(&mut self, byte: u8) -> io::Result<()> {
        self.written.push(byte);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.transcript.borrow_mut().append(&mut self.written);
        Ok(())
    }
}

impl ConnectionExt for Wire {
    fn read(&mut self) -> io::Result<u8> {
        while self.script.front().is_some_and(Vec::is_empty) {
            self.script.pop_front();
        }
        match self.script.front_mut() {
            Some(message) => Ok(message.remove(0)),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        self.polls += 1;
        // A person takes a moment to press Ctrl-C.
        let next = self.script.iter().find(|message| !message.is_empty());
        match next.and_then(|message| message.first()) {
            Some(&byte) if byte == 0x03 && self.polls.is_multiple_of(4) => Ok(Some(byte)),
            _ if self.polls > PATIENCE => Err(io::Error::other("the board does not stop")),
            _ => Ok(None),
        }
    }
}

/// A whole packet.
pub(crate) fn packet(body: &str) -> Vec<u8> {
    let sum = body.bytes().fold(0_u8, u8::wrapping_add);
    format!("${body}#{sum:02x}").into_bytes()
}

/// Says one packet after the other (`^C` is an interrupt) and returns each answer, its checksum tested and its run lengths
/// spread out; then how the session ended.
pub(crate) fn talk(server: &mut Server, script: &[&str]) -> (Vec<String>, Result<Ended, Error>) {
    let messages = script
        .iter()
        .map(|&body| if body == "^C" { vec![3] } else { packet(body) });
    let wire = Wire::new(messages);
    let transcript = wire.transcript();
    let result = server.serve(wire);
    let answers = answers(&transcript.borrow());
    (answers, result)
}

/// What was said and answered in a session of its own, line by line.
pub(crate) fn session(board: Board, script: &[&str]) -> String {
    let mut server = Server::new(board);
    let (answers, result) = talk(&mut server, script);
    let mut lines: Vec<_> = answers
        .into_iter()
        .map(|answer| printable(&answer))
        .collect();
    lines.push(match result {
        Ok(ended) => format!("{ended:?}"),
        Err(error) => error.to_string(),
    });
    lines.join("\n")
}

/// The answer with the text of a console packet, where it is one.
fn printable(answer: &str) -> String {
    let text = answer
        .strip_prefix('O')
        .filter(|text| *text != "K")
        .and_then(from_hex);
    text.map_or_else(
        || answer.to_owned(),
        |text| format!("O {}", String::from_utf8_lossy(&text)),
    )
}

/// Bytes from hexadecimal digits.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    Some(
        digits?
            .chunks(2)
            .map(|pair| (pair[0] << 4 | pair[1]) as u8)
            .collect(),
    )
}

/// Hexadecimal digits of bytes.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The bodies of all packets among acknowledgements; anything else is a defect.
pub(crate) fn answers(sent: &[u8]) -> Vec<String> {
    let mut answers = Vec::new();
    let mut rest = sent;
    loop {
        match rest {
            [] => return answers,
            [b'+', tail @ ..] => rest = tail,
            [b'-', tail @ ..] => {
                answers.push("-".to_owned());
                rest = tail;
            }
            [b'$', tail @ ..] => {
                let end = tail
                    .iter()
                    .position(|&byte| byte == b'#')
                    .expect("a packet has an end");
                let (body, checksum) = (&tail[..end], &tail[end + 1..end + 3]);
                let sum = body.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte));
                assert_eq!(checksum, format!("{sum:02x}").as_bytes());
                answers.push(spread(body));
                rest = &tail[end + 3..];
            }
            [other, ..] => panic!("{other:#04x} between packets"),
        }
    }
}

/// Spreads out run lengths: `0* ` is `0000` (*GDB Remote Serial Protocol*, "Overview").
fn spread(body: &[u8]) -> String {
    let mut text = String::new();
    let mut bytes = body.iter();
    while let Some(&byte) = bytes.next() {
        if byte == b'*' {
            let last = text.chars().next_back().unwrap();
            let count = bytes.next().unwrap() - 29;
            text.extend(std::iter::repeat_n(last, usize::from(count)));
        } else {
            text.push(char::from(byte));
        }
    }
    text
}
