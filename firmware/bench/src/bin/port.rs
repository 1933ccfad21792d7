//! A loop that sets and clears a pin with the register for that.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware_bench::TURNS;

#[entry]
fn main() -> ! {
    firmware_bench::start();
    for turn in 0..TURNS {
        firmware_bench::set_or_clear(turn & 1 << 3 != 0);
    }
    firmware_bench::exit()
}
