//! A panic whose handler is an endless loop: nothing is printed, and the program stands still.
#![no_std]
#![no_main]

use core::hint;
use core::panic::PanicInfo;

use cortex_m_rt::entry;

/// What `panic-halt` does.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

#[inline(never)]
fn element(index: usize) -> u32 {
    [1, 2, 3][index]
}

#[entry]
fn main() -> ! {
    let sum: u32 = (0..hint::black_box(4)).map(element).sum();
    hint::black_box(sum);
    loop {}
}
