//! A table of settings that nobody set: reading through its null pointer finds the vector table, and writing is a fault.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicPtr, Ordering};
use core::{hint, ptr};

use cortex_m_rt::{ExceptionFrame, entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

/// Settings as C code would share them.
#[repr(C)]
struct Settings {
    baud: u32,
    parity: u8,
}

static SETTINGS: AtomicPtr<Settings> = AtomicPtr::new(ptr::null_mut());

#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    hprintln!("HardFault");
    semihosting::exit(0)
}

#[entry]
fn main() -> ! {
    // An address from elsewhere: a pointer that the compiler sees to be null it takes for unreachable.
    let settings = hint::black_box(SETTINGS.load(Ordering::Relaxed)).addr();
    let baud = settings + core::mem::offset_of!(Settings, baud);
    let parity = settings + core::mem::offset_of!(Settings, parity);
    let word: u32;
    // SAFETY: on this chip there is flash at address 0.
    unsafe { core::arch::asm!("ldr {word}, [{baud}]", word = out(reg) word, baud = in(reg) baud) };
    hprintln!("{} baud", word);
    // SAFETY: never gets past the store.
    unsafe { core::arch::asm!("strb {parity}, [{at}]", parity = in(reg) 1, at = in(reg) parity) };
    semihosting::exit(1)
}
