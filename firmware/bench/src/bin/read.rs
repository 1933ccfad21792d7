//! A loop that reads a register of a device.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware_bench::TURNS;

#[entry]
fn main() -> ! {
    firmware_bench::start();
    let mut sum = 0_u32;
    for _ in 0..TURNS {
        sum = sum.wrapping_add(firmware_bench::read());
    }
    core::hint::black_box(sum);
    firmware_bench::exit()
}
