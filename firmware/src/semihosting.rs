//! Semihosting calls that `cortex-m-semihosting` has no function for. Source: *Semihosting for AArch32 and AArch64*.

use core::ffi::CStr;

use cortex_m_semihosting::{nr, syscall, syscall1};

const SYS_EXIT_EXTENDED: usize = 0x20;
const ADP_STOPPED_APPLICATION_EXIT: usize = 0x20026;

/// Prints one character (`SYS_WRITEC`).
pub fn write_byte(byte: u8) {
    // SAFETY: the host reads one byte at the address.
    unsafe { syscall(nr::WRITEC, &byte) };
}

/// Prints a text that ends with a zero byte (`SYS_WRITE0`).
pub fn write_text(text: &CStr) {
    // SAFETY: the host reads up to the zero byte.
    unsafe { syscall1(nr::WRITE0, text.as_ptr().addr()) };
}

/// Ends the run with an exit code (`SYS_EXIT_EXTENDED`).
pub fn exit(code: u32) -> ! {
    let block = [ADP_STOPPED_APPLICATION_EXIT, code as usize];
    loop {
        // SAFETY: the host reads the two words of the block.
        unsafe { syscall(SYS_EXIT_EXTENDED, &block) };
    }
}
