//! Recursion that goes too deep: the stack runs into the buffer below it, and nothing stops it there.
#![no_std]
#![no_main]

use core::hint;
use core::mem::MaybeUninit;

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

/// Bytes of the buffer; the highest of what is static in RAM, because of its section.
const SIZE: usize = 4096;

#[unsafe(link_section = ".uninit.buffer")]
static mut BUFFER: MaybeUninit<[u8; SIZE]> = MaybeUninit::uninit();

/// Adds up numbers, each in a frame of its own, until the stack lies below `limit`.
#[inline(never)]
fn sum(limit: usize, number: u32) -> u32 {
    let frame = hint::black_box([number; 8]);
    if frame.as_ptr().addr() < limit {
        return 0;
    }
    frame[3] + hint::black_box(sum(limit, number + 1))
}

#[entry]
fn main() -> ! {
    let buffer = (&raw mut BUFFER).cast::<u8>();
    // SAFETY: the program has one thread, and nobody else uses the buffer.
    unsafe { buffer.write_bytes(0xAA, SIZE) };
    let end = buffer.addr() + SIZE;
    hprintln!("to the end of the buffer: {}", sum(end, 0) > 0);
    hprintln!("beyond it: {}", sum(end - 100, 0) > 0);
    // SAFETY: it was filled, by whomever.
    let kept = (0..SIZE).all(|index| unsafe { buffer.add(index).read_volatile() } == 0xAA);
    hprintln!("the buffer holds what it held: {}", kept);
    semihosting::exit(0)
}
