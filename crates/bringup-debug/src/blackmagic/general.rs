//! Commands about the probe itself: what it is, its pins, its clock.

use super::BlackMagic;
use super::packet::{Answer, Fields};
use crate::dap::DebugPort;

/// Version of the protocol.
const VERSION: u64 = 4;
/// What the probe knows by itself, a bit each: `ADIv5`.
const ACCELERATIONS: u64 = 1;
/// Supply of the target, as a text. There is nothing to measure.
const VOLTAGE: &str = "3.3V";

impl BlackMagic {
    pub(super) fn general(
        &mut self,
        name: u8,
        fields: Fields<'_>,
        port: &mut dyn DebugPort,
    ) -> Answer {
        match name {
            // A client begins anew, whatever the one before it left.
            b'A' => {
                self.reset_low = false;
                port.drive_reset(false);
                Answer::Text(format!(
                    "Black Magic Probe, virtual (bringup {})",
                    env!("CARGO_PKG_VERSION")
                ))
            }
            b'V' => Answer::Text(VOLTAGE.into()),
            b'Z' => match fields.switch() {
                Some(low) => {
                    self.reset_low = low;
                    port.drive_reset(low);
                    Answer::OK
                }
                None => Answer::Parameter,
            },
            b'z' => Answer::Done(self.reset_low.into()),
            b'F' => match fields.last().map(u32::try_from) {
                Some(Ok(frequency)) => {
                    self.frequency = frequency;
                    Answer::OK
                }
                _ => Answer::Parameter,
            },
            b'f' => Answer::word(self.frequency),
            // The clock's pin is always driven.
            b'E' => fields.switch().map_or(Answer::Parameter, |_| Answer::OK),
            // The board has a supply of its own.
            b'P' | b'p' => Answer::NotSupported,
            _ => Answer::UNRECOGNISED,
        }
    }
}

/// What of the protocol the probe has.
pub(super) fn high_level(name: u8) -> Answer {
    match name {
        b'C' => Answer::Done(VERSION),
        b'A' => Answer::Done(ACCELERATIONS),
        // A device on a chain of JTAG.
        b'J' => Answer::NotSupported,
        _ => Answer::UNRECOGNISED,
    }
}
