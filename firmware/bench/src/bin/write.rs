//! A loop that writes a register of a device, another value each time.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware_bench::TURNS;

#[entry]
fn main() -> ! {
    firmware_bench::start();
    for turn in 0..TURNS {
        // The port has 16 pins.
        firmware_bench::write(turn & 0xFFFF);
    }
    firmware_bench::exit()
}
