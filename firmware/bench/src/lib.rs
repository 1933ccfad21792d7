//! What the timed programs share: how a run ends, and how many turns it has.
#![no_std]

use cortex_m_semihosting::nr;
use panic_halt as _;

/// Turns of each loop.
pub const TURNS: u32 = 8_000_000;

/// Ends the run (`SYS_EXIT` with the reason for a program that ended as it should).
pub fn exit() -> ! {
    const ADP_STOPPED_APPLICATION_EXIT: usize = 0x20026;
    loop {
        // SAFETY: the parameter is the reason itself, nothing is read through it.
        unsafe {
            cortex_m_semihosting::syscall1(nr::REPORT_EXCEPTION, ADP_STOPPED_APPLICATION_EXIT)
        };
    }
}

/// A register of a device.
fn register(address: usize) -> *mut u32 {
    core::ptr::with_exposed_provenance_mut(address)
}

/// Addresses of the STM32L031 (RM0377, sections 7.3 and 8.4) and of the nRF51 (nRF51 Series Reference Manual, section 14.2).
mod address {
    /// Input levels.
    pub(crate) const INPUT: usize = if cfg!(feature = "microbit") {
        0x5000_0510
    } else {
        0x5000_0410
    };
    /// Output levels.
    pub(crate) const OUTPUT: usize = if cfg!(feature = "microbit") {
        0x5000_0504
    } else {
        0x5000_0414
    };
    /// Clock enable of the ports, and the bit of the one above; the nRF51 needs none.
    pub(crate) const CLOCK: Option<usize> = if cfg!(feature = "microbit") {
        None
    } else {
        Some(0x4002_102C)
    };
}

/// Switches the clock of the port on.
pub fn start() {
    if let Some(clock) = address::CLOCK {
        // SAFETY: a register of the chip that touches no memory.
        unsafe { register(clock).write_volatile(1 << 1) };
    }
}

/// Reads an input register.
#[inline(always)]
pub fn read() -> u32 {
    // SAFETY: a register of the chip; reading it has no side effect.
    unsafe { register(address::INPUT).read_volatile() }
}

/// Writes an output register.
#[inline(always)]
pub fn write(value: u32) {
    // SAFETY: a register of the chip that touches no memory.
    unsafe { register(address::OUTPUT).write_volatile(value) }
}
