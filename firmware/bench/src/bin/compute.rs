//! Nothing but computing.
#![no_std]
#![no_main]

#[path = "../../../src/compute.rs"]
mod compute;

use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    core::hint::black_box(compute::work(6_000));
    firmware_bench::exit()
}
