//! What a chip has behind its debug pins: a debug port, an access port to its bus, and the debug units of its core.
//!
//! A debug probe speaks to a chip through these registers and nothing else. [`Dap`] has them over a virtual board, so that
//! programs which only know probes flash it and debug it. Which probe they believe to speak to is the business of a
//! front-end, a [`Session`] over a [`DebugPort`].
//!
//! | part | source |
//! |---|---|
//! | SW-DP and MEM-AP | *Arm Debug Interface Architecture Specification* `ADIv5.2` (IHI 0031), B2 and C2 |
//! | `DHCSR` to `DEMCR`, `DFSR`, BPU, DWT | ARMv6-M ARM (DDI 0419), C1.6 to C1.9 |
//! | identification | Cortex-M0+ TRM (DDI 0484C) and Cortex-M0 TRM (DDI 0432C), "Debug"; the vendor's manual |
//!
//! Three things are not as on a chip, so that looking changes nothing: reading a register has no side effects; time stands
//! still for the whole board while the core is halted, as if everything were frozen with it; and what a debugger tells the
//! flash and the oscillators while the core is halted is finished when the write is.

mod core_debug;
mod identity;
mod mem_ap;
mod port;
mod target;
mod units;

use std::time::Duration;

use bringup_board::{Stop, Width};

pub use port::Dap;

/// An access that was answered with FAULT: the access port reported an error, or has no power, or an error before it was
/// not cleared (`CTRL/STAT.STICKYERR`, cleared by `ABORT.STKERRCLR`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the debug port answered with a fault")]
pub struct Fault;

/// How far the core came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It ran for the whole time.
    Ran,
    /// It is halted in Debug state, or held in reset: no time passes.
    Halted,
    /// The run ended with what was waited for, or with the firmware. No time passes until a reset or until a debugger halts
    /// the core.
    Ended(Stop),
}

/// A debug port as a probe has it on its pins.
pub trait DebugPort {
    /// Reads a register of the debug port: address 0x0, 0x4, 0x8 or 0xC.
    fn read_dp(&mut self, address: u8) -> Result<u32, Fault>;

    /// Writes a register of the debug port: address 0x0, 0x4, 0x8 or 0xC.
    fn write_dp(&mut self, address: u8, value: u32) -> Result<(), Fault>;

    /// Reads a register of an access port, 0x00 to 0xFC, and waits for the result: there is no second read to collect it with.
    fn read_ap(&mut self, ap: u8, address: u8) -> Result<u32, Fault>;

    /// Writes a register of an access port, 0x00 to 0xFC.
    fn write_ap(&mut self, ap: u8, address: u8, value: u32) -> Result<(), Fault>;

    /// Reads memory through an access port, in accesses of one width: `data` is a whole number of them, `address` a multiple.
    /// The registers of the access port stay as they are.
    fn read_memory(
        &mut self,
        ap: u8,
        address: u32,
        width: Width,
        data: &mut [u8],
    ) -> Result<(), Fault>;

    /// Writes memory as [`DebugPort::read_memory`] reads it.
    fn write_memory(
        &mut self,
        ap: u8,
        address: u32,
        width: Width,
        data: &[u8],
    ) -> Result<(), Fault>;

    /// Pulls the reset pin low, or lets go of it.
    fn drive_reset(&mut self, low: bool);

    /// More than 50 clocks with the data line high: the port is selected anew.
    fn line_reset(&mut self);

    /// Lets virtual time pass for the core, if it runs.
    fn run(&mut self, time: Duration) -> Progress;
}

/// What a client and a probe say to each other: bytes in, bytes out.
pub trait Session {
    /// Takes what the client sent, which may be a part of a command or several, and appends the answer to `out`.
    fn receive(&mut self, bytes: &[u8], port: &mut dyn DebugPort, out: &mut Vec<u8>) -> Next;
}

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The client may go on.
    Continue,
    /// What the client sends makes no sense, and cannot again: the connection ends after the answer.
    Close,
}
