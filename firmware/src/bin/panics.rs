//! Panics: the message goes to the console, and the exit code is not 0.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_rt::entry;
use firmware as _;

#[entry]
fn main() -> ! {
    let readings = [1, 2, 3];
    let last = readings[black_box(3)];
    unreachable!("{last}")
}
