//! Ends with an exit code of its own, and without a word.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::semihosting;

#[entry]
fn main() -> ! {
    semihosting::exit(3)
}
