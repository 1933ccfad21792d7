//! The debug port: SW-DP, version 1, without transaction counter and pushed operations (`ADIv5.2`, B2 and B4).

use std::time::Duration;

use bringup_board::{Board, RunOptions, Width};

use super::mem_ap::MemAp;
use super::target::Target;
use super::{DebugPort, Fault, Progress, identity};

/// `ABORT`, which is written where `DPIDR` is read.
const DPIDR: u8 = 0x0;
const CTRL_STAT: u8 = 0x4;
/// `RESEND` when read.
const SELECT: u8 = 0x8;
const RDBUFF: u8 = 0xC;

/// `ABORT.STKERRCLR`, `WDERRCLR` and `ORUNERRCLR`.
const ABORT_STKERRCLR: u32 = 1 << 2;
/// Bits of `CTRL/STAT` that keep what is written: `ORUNDETECT` and the three requests.
const CTRL_REQUESTS: u32 = CDBGRSTREQ | CDBGPWRUPREQ | CSYSPWRUPREQ | 1;
const STICKYERR: u32 = 1 << 5;
const READOK: u32 = 1 << 6;
const CDBGRSTREQ: u32 = 1 << 26;
const CDBGPWRUPREQ: u32 = 1 << 28;
const CSYSPWRUPREQ: u32 = 1 << 30;
/// `DLCR`, which is `CTRL/STAT` in bank 1: turnaround of one cycle, and a bit that is one.
const DLCR: u32 = 1 << 6;

/// A virtual board behind a debug port.
///
/// ```no_run
/// # fn example(board: bringup_board::Board) -> Result<(), bringup_debug::dap::Fault> {
/// use bringup_debug::dap::{Dap, DebugPort};
///
/// let mut dap = Dap::new(board);
/// assert_eq!(dap.read_dp(0x0)?, 0x0BC1_1477);
/// dap.write_dp(0x4, 0x5000_0000)?; // power up
/// let mut cpuid = [0; 4];
/// dap.read_memory(0, 0xE000_ED00, bringup_board::Width::Word, &mut cpuid)?;
/// assert_eq!(u32::from_le_bytes(cpuid), 0x410C_C601);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Dap {
    target: Target,
    ap: MemAp,
    select: u32,
    /// What was written to `CTRL/STAT`.
    requests: u32,
    sticky_error: bool,
    /// The result of the last read of an access port.
    read_buffer: u32,
}

impl Dap {
    /// The debug port of a board that has power and runs.
    pub fn new(board: Board) -> Self {
        Self {
            target: Target::new(board),
            ap: MemAp::default(),
            select: 0,
            requests: 0,
            sticky_error: false,
            read_buffer: 0,
        }
    }

    /// The board.
    pub fn board(&self) -> &Board {
        &self.target.board
    }

    /// The board, to do what the world outside does.
    pub fn board_mut(&mut self) -> &mut Board {
        &mut self.target.board
    }

    /// Gives the board back.
    pub fn into_board(self) -> Board {
        self.target.board
    }

    /// Whether the core is in Debug state.
    pub fn is_halted(&self) -> bool {
        self.target.is_halted()
    }

    /// Sets what ends a run beside a debugger; the limit of time is that of each run.
    pub fn set_run_options(&mut self, options: RunOptions) {
        self.target.options = options;
    }

    /// Does something with an access port that has power and no error to clear.
    fn access<T>(
        &mut self,
        action: impl FnOnce(&mut MemAp, &mut Target) -> Option<T>,
    ) -> Result<T, Fault> {
        if self.sticky_error {
            return Err(Fault);
        }
        let powered = self.requests & CDBGPWRUPREQ != 0;
        let done = Some(()).filter(|()| powered);
        let done = done.and_then(|()| action(&mut self.ap, &mut self.target));
        self.sticky_error = done.is_none();
        done.ok_or(Fault)
    }

    fn ctrl_stat(&self) -> u32 {
        let sticky = if self.sticky_error { STICKYERR } else { 0 };
        // Each acknowledge is the bit above its request. There is nothing to reset, so that is done at once.
        let acknowledged = (self.requests & (CDBGRSTREQ | CDBGPWRUPREQ | CSYSPWRUPREQ)) << 1;
        self.requests | acknowledged | READOK | sticky
    }
}

/// The address, if a block there is a whole number of accesses that the bus can make.
fn whole(address: u32, width: Width, length: usize) -> Option<u32> {
    let bytes = width.bytes();
    let whole = address.is_multiple_of(bytes) && length.is_multiple_of(bytes as usize);
    whole.then_some(address)
}

impl DebugPort for Dap {
    fn read_dp(&mut self, address: u8) -> Result<u32, Fault> {
        Ok(match (address & 0xC, self.select & 0xF) {
            (DPIDR, _) => identity::dpidr(self.target.core()),
            (CTRL_STAT, 0) => self.ctrl_stat(),
            (CTRL_STAT, 1) => DLCR,
            (SELECT | RDBUFF, _) => self.read_buffer,
            _ => 0,
        })
    }

    fn write_dp(&mut self, address: u8, value: u32) -> Result<(), Fault> {
        match (address & 0xC, self.select & 0xF) {
            (DPIDR, _) => self.sticky_error &= value & ABORT_STKERRCLR == 0,
            (CTRL_STAT, 0) => self.requests = value & CTRL_REQUESTS,
            (SELECT, _) => self.select = value,
            _ => {}
        }
        Ok(())
    }

    fn read_ap(&mut self, ap: u8, address: u8) -> Result<u32, Fault> {
        let value = self.access(|mem_ap, target| match ap {
            0 => mem_ap.read(address, target),
            // No access port: reads as zero, its IDR first of all.
            _ => Some(0),
        })?;
        self.read_buffer = value;
        Ok(value)
    }

    fn write_ap(&mut self, ap: u8, address: u8, value: u32) -> Result<(), Fault> {
        self.access(|mem_ap, target| match ap {
            0 => mem_ap.write(address, value, target),
            _ => Some(()),
        })
    }

    fn read_memory(
        &mut self,
        ap: u8,
        address: u32,
        width: Width,
        data: &mut [u8],
    ) -> Result<(), Fault> {
        self.access(|_, target| {
            let mut at = whole(address, width, data.len())?;
            for bytes in data.chunks_mut(width.bytes() as usize) {
                let value = if ap == 0 { target.read(at, width)? } else { 0 };
                let value = value.to_le_bytes();
                bytes.copy_from_slice(value.get(..bytes.len())?);
                at = at.wrapping_add(width.bytes());
            }
            Some(())
        })
    }

    fn write_memory(
        &mut self,
        ap: u8,
        address: u32,
        width: Width,
        data: &[u8],
    ) -> Result<(), Fault> {
        self.access(|_, target| {
            let mut at = whole(address, width, data.len())?;
            for bytes in data.chunks(width.bytes() as usize) {
                let mut value = [0; 4];
                value.get_mut(..bytes.len())?.copy_from_slice(bytes);
                if ap == 0 {
                    target.write(at, width, u32::from_le_bytes(value))?;
                }
                at = at.wrapping_add(width.bytes());
            }
            Some(())
        })
    }

    fn drive_reset(&mut self, low: bool) {
        self.target.drive_reset(low);
    }

    fn line_reset(&mut self) {
        self.select = 0;
    }

    fn run(&mut self, time: Duration) -> Progress {
        self.target.run(time)
    }
}
