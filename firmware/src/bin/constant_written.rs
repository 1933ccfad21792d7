//! Writes to a constant, which lies in flash.
#![no_std]
#![no_main]

use core::ptr;
use cortex_m_rt::entry;

use firmware::semihosting;

static CONSTANT: u32 = 1;

#[entry]
fn main() -> ! {
    // SAFETY: nothing is written; the bus refuses.
    unsafe { ptr::from_ref(&CONSTANT).cast_mut().write_volatile(2) };
    semihosting::exit(0)
}
