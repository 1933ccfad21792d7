//! Commands that move single bits on the wires of SWD. The probe itself clocks the turn of the data line's direction.

use super::BlackMagic;
use super::line::odd;
use super::packet::{Answer, Fields};
use crate::dap::DebugPort;

/// Most bits of one command.
const MOST: u8 = 64;

impl BlackMagic {
    pub(super) fn wires(
        &mut self,
        name: u8,
        mut fields: Fields<'_>,
        port: &mut dyn DebugPort,
    ) -> Answer {
        if name == b'S' {
            return if fields.is_empty() {
                self.line.take_over();
                Answer::OK
            } else {
                Answer::Parameter
            };
        }
        let Some(count) = fields.u8().filter(|count| *count <= MOST) else {
            return Answer::Parameter;
        };
        match name {
            b'i' if fields.is_empty() => Answer::Done(self.read_bits(count, port)),
            b'I' if fields.is_empty() => {
                let value = self.read_bits(count, port);
                let parity = self.line.read_bit(port);
                self.line.turn_to_host(port);
                if parity == odd(value) {
                    Answer::Done(value)
                } else {
                    Answer::Parameter
                }
            }
            b'o' | b'O' => {
                let Some(value) = fields.last() else {
                    return Answer::Parameter;
                };
                for index in 0..count {
                    self.line.write_bit(value >> index & 1 != 0, port);
                }
                if name == b'O' {
                    self.line.write_bit(odd(value), port);
                }
                Answer::OK
            }
            b'i' | b'I' => Answer::Parameter,
            _ => Answer::UNRECOGNISED,
        }
    }

    /// Reads bits, the lowest first.
    fn read_bits(&mut self, count: u8, port: &mut dyn DebugPort) -> u64 {
        (0..count).fold(0, |value, index| {
            value | u64::from(self.line.read_bit(port)) << index
        })
    }
}
