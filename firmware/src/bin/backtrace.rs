//! A load from an odd address, some calls deep in the handler of SysTick: the run ends there, and a backtrace leads through
//! the interrupt to what it interrupted.
#![no_std]
#![no_main]

use core::arch::asm;
use core::hint;
use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::Peripherals;
use cortex_m_rt::{entry, exception};
use firmware as _;

static DONE: AtomicBool = AtomicBool::new(false);

/// The word at an address.
#[inline(never)]
fn load(address: u32) -> u32 {
    let word: u32;
    // SAFETY: the one address that is asked for faults.
    unsafe { asm!("ldr {word}, [{address}]", word = out(reg) word, address = in(reg) address) };
    word
}

#[inline(always)]
fn sum(first: u32, second: u32) -> u32 {
    load(first) + load(second)
}

#[inline(never)]
fn measure(address: u32) -> bool {
    sum(address, address + 4) > hint::black_box(10)
}

#[exception]
fn SysTick() {
    DONE.store(measure(hint::black_box(0x2000_0001)), Ordering::Relaxed);
}

#[inline(never)]
fn wait() {
    while !DONE.load(Ordering::Relaxed) {}
}

#[entry]
fn main() -> ! {
    let systick = &mut Peripherals::take().expect("taken once").SYST;
    systick.set_reload(999);
    systick.clear_current();
    systick.enable_interrupt();
    systick.enable_counter();
    loop {
        wait();
    }
}
