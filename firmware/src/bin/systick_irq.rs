//! Counts SysTick interrupts and sleeps in between.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m::peripheral::Peripherals;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::{semihosting, systick};

static TICKS: AtomicU32 = AtomicU32::new(0);

#[exception]
fn SysTick() {
    // Only one context writes, so a load and a store are as good as the read-modify-write that ARMv6-M lacks.
    TICKS.store(TICKS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    let mut core = Peripherals::take().unwrap();
    systick::start(&mut core.SYST, 10_000);
    for expected in 1..=5 {
        asm::wfi();
        let ticks = TICKS.load(Ordering::Relaxed);
        hprintln!("woken {} times, {} ticks", expected, ticks);
    }
    core.SYST.disable_interrupt();
    core.SYST.clear_current();
    while !core.SYST.has_wrapped() {}
    hprintln!(
        "wrapped without an interrupt, {} ticks",
        TICKS.load(Ordering::Relaxed)
    );
    semihosting::exit(0)
}
