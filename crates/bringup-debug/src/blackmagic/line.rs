//! The debug port as it is on its two wires: requests, acknowledges and data, bit by bit (*Arm Debug Interface Architecture Specification*
//! `ADIv5.2`, IHI 0031, B4 "The Serial Wire Debug Port").

use crate::dap::{DebugPort, Fault};

/// `ABORT`, which is written where `DPIDR` is read.
pub(super) const DP_ABORT: u8 = 0x0;
const DP_DPIDR: u8 = 0x0;
const DP_CTRL_STAT: u8 = 0x4;
pub(super) const DP_SELECT: u8 = 0x8;

/// `STKCMPCLR`, `STKERRCLR`, `WDERRCLR` and `ORUNERRCLR` of `ABORT`.
pub(super) const ABORT_CLEAR_ALL: u32 = 0b1_1110;
const ABORT_STKERRCLR: u32 = 1 << 2;

/// Clocks with the data line high that are a line reset (B4.3.3).
const LINE_RESET: u32 = 50;

/// Acknowledges, the bit first that is sent first.
const ACK_OK: u8 = 0b001;
const ACK_FAULT: u8 = 0b100;

/// A debug port on its wires, and who drives the data line.
#[derive(Debug, Default)]
pub(super) struct Line {
    phase: Phase,
    /// Clocks with the data line high, one after the other.
    ones: u32,
    /// The probe reads, and the debug port may drive.
    reads: bool,
    /// What was written to `SELECT`.
    select: u32,
    /// What the read of an access port gives that comes next: the result of the one before.
    posted: u32,
    /// An access has failed, and others do until that is cleared.
    failed: bool,
}

/// How far a transfer is.
#[derive(Debug, Default)]
enum Phase {
    /// What came is no request: nothing is answered until a line reset.
    #[default]
    Lost,
    /// A line reset: the line is high still.
    Reset,
    /// A request may begin. After a line reset it has to be a read of `DPIDR`.
    Idle { to_identify: bool },
    /// The bits of a request so far, with how many they are.
    Request {
        bits: u8,
        count: u8,
        to_identify: bool,
    },
    /// A transfer, with the clocks since its request.
    Transfer { transfer: Transfer, clock: u32 },
}

/// A transfer that was asked for.
#[derive(Debug, Clone, Copy)]
struct Transfer {
    ack: u8,
    /// What is read.
    read: Option<u32>,
    to_ap: bool,
    address: u8,
    /// What is written, with its parity bit, as far as it came.
    written: u64,
}

impl Line {
    /// Takes the wires over with the probe driving, as the probe does when it is told to speak SWD.
    pub(super) fn take_over(&mut self) {
        self.reads = false;
    }

    /// Drives a bit.
    pub(super) fn write_bit(&mut self, bit: bool, port: &mut dyn DebugPort) {
        self.turn_to_host(port);
        self.clock(bit, port);
    }

    /// Reads a bit.
    pub(super) fn read_bit(&mut self, port: &mut dyn DebugPort) -> bool {
        if !std::mem::replace(&mut self.reads, true) {
            self.clock(true, port);
        }
        // Nobody drives: the line is pulled up.
        self.clock(true, port)
    }

    /// The probe drives from now on.
    pub(super) fn turn_to_host(&mut self, port: &mut dyn DebugPort) {
        if std::mem::take(&mut self.reads) {
            self.clock(true, port);
        }
    }

    /// A clock, with the level that the probe, or the pull-up, gives the line; returns what it has.
    fn clock(&mut self, level: bool, port: &mut dyn DebugPort) -> bool {
        self.ones = if level { self.ones + 1 } else { 0 };
        let (next, level) = match std::mem::take(&mut self.phase) {
            Phase::Lost => (Phase::Lost, level),
            Phase::Reset if level => (Phase::Reset, level),
            Phase::Reset => (Phase::Idle { to_identify: true }, level),
            Phase::Idle { to_identify } if level => {
                let (bits, count) = (1, 1);
                let request = Phase::Request {
                    bits,
                    count,
                    to_identify,
                };
                (request, level)
            }
            idle @ Phase::Idle { .. } => (idle, level),
            Phase::Request {
                bits,
                count,
                to_identify,
            } => {
                let bits = bits | u8::from(level) << count;
                let next = if count < 7 {
                    let count = count + 1;
                    Phase::Request {
                        bits,
                        count,
                        to_identify,
                    }
                } else {
                    self.begin(bits, to_identify, port)
                };
                (next, level)
            }
            Phase::Transfer { transfer, clock } => self.go_on(transfer, clock, level, port),
        };
        self.phase = next;
        // A debug port that drives ones is no reset.
        if matches!(self.phase, Phase::Transfer { .. }) {
            self.ones = 0;
        } else if self.ones == LINE_RESET {
            self.phase = Phase::Reset;
            self.select = 0;
            port.line_reset();
        }
        level
    }

    /// Looks at a whole request: start, `APnDP`, `RnW`, `A[2:3]`, parity, stop, park.
    fn begin(&mut self, bits: u8, to_identify: bool, port: &mut dyn DebugPort) -> Phase {
        let is_odd = odd(u64::from(bits >> 1 & 0xF));
        let well_formed = bits & 0b1100_0001 == 0b1000_0001 && (bits >> 5 & 1 != 0) == is_odd;
        let (to_ap, read) = (bits >> 1 & 1 != 0, bits >> 2 & 1 != 0);
        let address = (bits >> 3 & 3) << 2;
        let identifies = !to_ap && read && address == DP_DPIDR;
        if !well_formed || to_identify && !identifies {
            return Phase::Lost;
        }
        let result = if read {
            self.read(port, to_ap, address).map(Some)
        } else if self.is_refused(to_ap, read, address) {
            Err(Fault)
        } else {
            Ok(None)
        };
        let transfer = Transfer {
            ack: if result.is_ok() { ACK_OK } else { ACK_FAULT },
            read: result.unwrap_or(None),
            to_ap,
            address,
            written: 0,
        };
        Phase::Transfer { transfer, clock: 0 }
    }

    /// A clock of a transfer: a turn, three bits of acknowledge, and then the data and its parity, with a turn before them if they are written and
    /// behind them if they are read.
    fn go_on(
        &mut self,
        mut transfer: Transfer,
        clock: u32,
        level: bool,
        port: &mut dyn DebugPort,
    ) -> (Phase, bool) {
        const IDLE: Phase = Phase::Idle { to_identify: false };
        let next = |transfer| {
            let clock = clock + 1;
            Phase::Transfer { transfer, clock }
        };
        match (clock, transfer.read) {
            (0, _) => (next(transfer), level),
            (1..=3, _) => (next(transfer), transfer.ack >> (clock - 1) & 1 != 0),
            (4, _) if transfer.ack != ACK_OK => (IDLE, level),
            (4..=35, Some(value)) => (next(transfer), value >> (clock - 4) & 1 != 0),
            (36, Some(value)) => (next(transfer), odd(value.into())),
            (_, Some(_)) => (IDLE, level),
            (4, None) => (next(transfer), level),
            (_, None) => {
                transfer.written |= u64::from(level) << (clock - 5);
                if clock < 37 {
                    return (next(transfer), level);
                }
                // A wrong parity bit makes the number of ones odd, and the write is not done.
                if !odd(transfer.written) {
                    let value = transfer.written as u32;
                    // A failure shows in the next transfer.
                    let _ = self.write(port, transfer.to_ap, transfer.address, value);
                }
                (IDLE, level)
            }
        }
    }

    /// Whether a transfer is answered with FAULT: all but reads of `DPIDR` and `CTRL/STAT` and writes of `ABORT` are after a failure (B4.2.4).
    fn is_refused(&self, to_ap: bool, read: bool, address: u8) -> bool {
        let allowed = match (to_ap, read) {
            (true, _) => false,
            (false, true) => address == DP_DPIDR || address == DP_CTRL_STAT,
            (false, false) => address == DP_ABORT,
        };
        self.failed && !allowed
    }

    /// The access port that is selected, and its register at the two bits of a transfer's address.
    pub(super) const fn selected(&self, address: u8) -> (u8, u8) {
        let (ap, bank) = ((self.select >> 24) as u8, (self.select & 0xF0) as u8);
        (ap, bank | address & 0xC)
    }

    /// A read as it is on the wires: of an access port it gives the result of the read before.
    pub(super) fn read(
        &mut self,
        port: &mut dyn DebugPort,
        to_ap: bool,
        address: u8,
    ) -> Result<u32, Fault> {
        if self.is_refused(to_ap, true, address) {
            return Err(Fault);
        }
        if !to_ap {
            return port.read_dp(address & 0xC);
        }
        let (ap, register) = self.selected(address);
        // A failure shows in the next transfer.
        if let Ok(value) = port.read_ap(ap, register) {
            Ok(std::mem::replace(&mut self.posted, value))
        } else {
            self.failed = true;
            Ok(self.posted)
        }
    }

    /// A write as it is on the wires.
    pub(super) fn write(
        &mut self,
        port: &mut dyn DebugPort,
        to_ap: bool,
        address: u8,
        value: u32,
    ) -> Result<(), Fault> {
        if self.is_refused(to_ap, false, address) {
            return Err(Fault);
        }
        if to_ap {
            let (ap, register) = self.selected(address);
            self.failed |= port.write_ap(ap, register, value).is_err();
        } else {
            self.write_dp(port, address, value);
        }
        Ok(())
    }

    /// Writes a register of the debug port, none of which refuses.
    pub(super) fn write_dp(&mut self, port: &mut dyn DebugPort, address: u8, value: u32) {
        match address & 0xC {
            DP_ABORT if value & ABORT_STKERRCLR != 0 => self.failed = false,
            DP_SELECT => self.select = value,
            _ => {}
        }
        // What the port refuses, it refuses again, and says so.
        let _ = port.write_dp(address & 0xC, value);
    }
}

/// Whether a value has an odd number of ones, which its parity bit then makes even.
pub(super) const fn odd(value: u64) -> bool {
    value.count_ones() & 1 != 0
}
