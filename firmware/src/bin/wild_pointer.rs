//! Reads where neither chip has anything.
#![no_std]
#![no_main]

use core::ptr;
use cortex_m_rt::entry;

use firmware::semihosting;

#[entry]
fn main() -> ! {
    // SAFETY: nothing is read; the bus refuses.
    let word = unsafe { ptr::with_exposed_provenance::<u32>(0x3000_0000).read_volatile() };
    semihosting::exit(word)
}
