//! An ST-LINK/V2-1 as a server of ST-LINKs has it: the form in which OpenOCD reaches one over TCP, with
//! `hla_stlink_backend tcp` or `st-link backend tcp` in its configuration.
//!
//! Every request is of a fixed length that its first byte tells; the request that carries an ST-LINK command (0x05) has its
//! data behind it. Answers begin with a status, but for the version and the number of devices. All numbers are
//! little-endian. There is no public description; facts are those that OpenOCD 0.12 relies on (`stlink_usb.c`).

mod command;

use crate::dap::{DebugPort, Next, Session};
use command::{Probe, Transfer};

/// Vendor and product of an ST-LINK/V2-1, in USB's numbers.
const VENDOR: u16 = 0x0483;
const PRODUCT: u16 = 0x374B;

/// What the probe calls itself: 24 digits, as those of an ST-LINK.
const SERIAL: &[u8] = b"566972747561560000000001";

/// The interface of the server that is spoken, and a version of it: with 3, several accesses in one command are safe.
const VERSION: [u32; 4] = [3, 2, 1, 1];

/// The only device.
const DEVICE: u32 = 1;
/// What a client that opened it shows with each command.
const CONNECTION: u32 = 1;

/// Length of a request with an ST-LINK command, without the data behind it.
const COMMAND_LENGTH: usize = 32;

/// The most data of one command, in bytes: the buffer of OpenOCD has less.
const MOST_DATA: usize = 1 << 16;

/// Status of a request.
mod status {
    pub(super) const OK: u32 = 0x0001;
    pub(super) const BAD_PARAMETER: u32 = 0x1002;
    pub(super) const BUSY: u32 = 0x2004;
}

/// A client's connection to the virtual ST-LINK.
#[derive(Debug)]
pub struct StLink {
    probe: Probe,
    /// Somebody else has the device.
    in_use: bool,
    open: bool,
    /// What came of a request that is not whole yet.
    pending: Vec<u8>,
}

impl StLink {
    /// A connection of a client that may open the device, or is told that somebody else uses it.
    pub fn new(in_use: bool) -> Self {
        Self {
            probe: Probe::default(),
            in_use,
            open: false,
            pending: Vec::new(),
        }
    }

    /// Answers one whole request.
    fn request(&mut self, request: &[u8], port: &mut dyn DebugPort, out: &mut Vec<u8>) {
        let mut words =
            |words: &[u32]| out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        match request.first() {
            Some(0x00) => words(&[status::OK]),
            Some(0x01) => words(&[1]),
            Some(0x02) => {
                words(&[status::OK, DEVICE]);
                self.describe(out);
            }
            Some(0x03) if self.in_use || word(request, 4) != DEVICE => words(&[status::BUSY, 0]),
            Some(0x03) => {
                self.open = true;
                words(&[status::OK, CONNECTION]);
            }
            Some(0x04) => {
                self.open = false;
                words(&[status::OK]);
            }
            Some(0x06) => words(&VERSION),
            _ => self.usb_command(request, port, out),
        }
    }

    /// Serial number, vendor, product, and whether somebody has the device for themselves.
    fn describe(&self, out: &mut Vec<u8>) {
        let end = out.len() + 32;
        out.extend(SERIAL);
        out.resize(end, 0);
        out.extend(VENDOR.to_le_bytes());
        out.extend(PRODUCT.to_le_bytes());
        out.push(u8::from(self.in_use));
    }

    /// Hands an ST-LINK command to the probe.
    fn usb_command(&mut self, request: &[u8], port: &mut dyn DebugPort, out: &mut Vec<u8>) {
        let length = word(request, 28) as usize;
        let reads = request.get(24) != Some(&0);
        if !self.open || word(request, 4) != CONNECTION {
            out.extend(status::BAD_PARAMETER.to_le_bytes());
            out.resize(out.len() + if reads { length } else { 0 }, 0);
            return;
        }
        out.extend(status::OK.to_le_bytes());
        let command = request.get(8..24).unwrap_or_default();
        let data = request.get(COMMAND_LENGTH..).unwrap_or_default();
        let transfer = if reads {
            Transfer::Read
        } else {
            Transfer::Write(data)
        };
        let begin = out.len();
        self.probe.command(command, &transfer, port, out);
        // The client waits for as much as it asked for.
        out.resize(begin + if reads { length } else { 0 }, 0);
    }
}

impl Session for StLink {
    fn receive(&mut self, bytes: &[u8], port: &mut dyn DebugPort, out: &mut Vec<u8>) -> Next {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        loop {
            match length(rest) {
                Length::Known(length) => {
                    let Some((request, after)) = rest.split_at_checked(length) else {
                        break;
                    };
                    self.request(request, port, out);
                    rest = after;
                }
                Length::Open => break,
                Length::Senseless => return Next::Close,
            }
        }
        self.pending = rest.to_vec();
        Next::Continue
    }
}

/// How long the request is that begins here.
enum Length {
    Known(usize),
    /// Too little of it is there.
    Open,
    /// There is no such request.
    Senseless,
}

fn length(request: &[u8]) -> Length {
    Length::Known(match request.first() {
        None => return Length::Open,
        Some(0x00) => 2,
        Some(0x01) => 1,
        Some(0x02..=0x04) => 8,
        Some(0x05) if request.len() < COMMAND_LENGTH => return Length::Open,
        Some(0x05) => {
            let data = word(request, 28) as usize;
            if data > MOST_DATA {
                return Length::Senseless;
            }
            let sent = if request.get(24) == Some(&0) { data } else { 0 };
            COMMAND_LENGTH + sent
        }
        Some(0x06) => 4,
        Some(_) => return Length::Senseless,
    })
}

/// The word at an offset, 0 past the end.
fn word(bytes: &[u8], offset: usize) -> u32 {
    let word = bytes.get(offset..offset + 4);
    word.and_then(|word| word.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}
