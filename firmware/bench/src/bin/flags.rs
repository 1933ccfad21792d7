//! A loop that clears the flags of a running timer.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware_bench::TURNS;

#[entry]
fn main() -> ! {
    firmware_bench::start_timer();
    for _ in 0..TURNS {
        firmware_bench::clear_flags();
    }
    firmware_bench::exit()
}
