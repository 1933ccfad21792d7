//! Nothing: what starting and ending takes.
#![no_std]
#![no_main]

use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    firmware_bench::exit()
}
