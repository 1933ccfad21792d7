//! A loop that writes a compare register of a running timer, another value each time.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware_bench::TURNS;

#[entry]
fn main() -> ! {
    firmware_bench::start_timer();
    for turn in 0..TURNS {
        firmware_bench::compare(turn & 511);
    }
    firmware_bench::exit()
}
