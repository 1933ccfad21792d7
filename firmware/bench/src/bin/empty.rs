//! A loop that loads from RAM: what the others cost without their access.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware_bench::TURNS;

#[entry]
fn main() -> ! {
    let place = 7_u32;
    let mut sum = 0_u32;
    for _ in 0..TURNS {
        // SAFETY: a reference.
        sum = sum.wrapping_add(unsafe { (&raw const place).read_volatile() });
    }
    core::hint::black_box(sum);
    firmware_bench::exit()
}
