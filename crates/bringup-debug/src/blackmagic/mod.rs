//! A Black Magic Probe: the remote protocol that its host programs and probe-rs speak.
//!
//! A command is `!`, letters that name it, parameters in hexadecimal digits, and `#`; an answer is `&`, a letter for how it went, a
//! result, and `#`. The probe announces version 4 of the protocol, in which the probe itself knows the accesses of an `ADIv5` debug port: a
//! block of memory is one command. Beneath them are commands that move single bits on the wires of SWD, by which a client finds the debug
//! port first.
//!
//! Source: `src/remote.h` and `src/remote.c` of Black Magic Debug (facts of the protocol, none of the code), and how probe-rs 0.32 and BMDA
//! use it.
//!
//! | part | what it does |
//! |---|---|
//! | `packet` | bytes to commands, results to answers |
//! | `general` | commands about the probe itself |
//! | `adiv5` | accesses to the debug port, to access ports, to memory |
//! | `wires` | single bits, in and out |
//! | `line` | the debug port as it is on its two wires |

mod adiv5;
mod general;
mod line;
mod packet;
mod wires;

use crate::dap::{DebugPort, Next, Session};
use line::Line;
use packet::{Answer, Fields, Framer};

/// What a Black Magic Probe and a client say to each other.
///
/// Nothing a client sends ends the session of one that has the probe: what is no command is skipped, and what cannot be done is answered
/// with why.
#[derive(Debug)]
pub struct BlackMagic {
    /// Somebody else has the board.
    in_use: bool,
    framer: Framer,
    line: Line,
    /// The reset pin is low.
    reset_low: bool,
    /// What a client set the clock of the wires to, in Hz. They are not that slow.
    frequency: u32,
}

impl BlackMagic {
    /// A connection of a client that may use the probe, or is turned away because somebody else does.
    pub fn new(in_use: bool) -> Self {
        Self {
            in_use,
            framer: Framer::default(),
            line: Line::default(),
            reset_low: false,
            frequency: 0,
        }
    }

    /// Does what a command says.
    fn execute(&mut self, command: &[u8], port: &mut dyn DebugPort) -> Answer {
        let Some((&[group, name], parameters)) = command.split_first_chunk() else {
            return Answer::UNRECOGNISED;
        };
        let fields = Fields::new(parameters);
        match group {
            b'G' => self.general(name, fields, port),
            b'H' => general::high_level(name),
            b'S' => self.wires(name, fields, port),
            b'A' => self.adiv5(name, fields, port),
            // The chips here have two wires, and no JTAG.
            b'J' => Answer::NotSupported,
            _ => Answer::UNRECOGNISED,
        }
    }
}

impl Session for BlackMagic {
    fn receive(&mut self, bytes: &[u8], port: &mut dyn DebugPort, out: &mut Vec<u8>) -> Next {
        for &byte in bytes {
            let answer = match self.framer.push(byte) {
                None => continue,
                Some(_) if self.in_use => {
                    Answer::NotSupported.write(out);
                    return Next::Close;
                }
                Some(Ok(command)) => self.execute(&command, port),
                Some(Err(packet::TooLong)) => Answer::Parameter,
            };
            answer.write(out);
        }
        Next::Continue
    }
}
