//! A loop that writes the output levels of a port, of which one changes now and then.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware_bench::TURNS;

#[entry]
fn main() -> ! {
    firmware_bench::start();
    for turn in 0..TURNS {
        firmware_bench::write(turn & 1 << 3);
    }
    firmware_bench::exit()
}
