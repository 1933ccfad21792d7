//! Lists, matrices, a state machine and checksums: what a core computes.
#![no_std]
#![no_main]

#[path = "../compute.rs"]
mod compute;

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

#[entry]
fn main() -> ! {
    for turns in [1, 2, 10] {
        hprintln!("{} turns: {:#06x}", turns, compute::work(turns));
    }
    semihosting::exit(0)
}
