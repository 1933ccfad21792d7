//! The handler of TIM21 does not clear the flag that called it: it is called again at once, and `main` stands still.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::irq::Line;
use firmware::{registers, semihosting};

registers! {
    RCC_APB2ENR = 0x4002_1034;
    TIM21_CR1 = 0x4001_0800;
    TIM21_DIER = 0x4001_080C;
    TIM21_ARR = 0x4001_082C;
}

static ENTRIES: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 20, "TIM21");
    let entries = ENTRIES.load(Ordering::Relaxed) + 1;
    ENTRIES.store(entries, Ordering::Relaxed);
    if entries == 2_000 {
        hprintln!("{} times", entries);
        semihosting::exit(0);
    }
}

#[entry]
fn main() -> ! {
    RCC_APB2ENR.modify(|value| value | 1 << 2);
    TIM21_ARR.write(999);
    TIM21_DIER.write(1);
    Line(20).unmask();
    TIM21_CR1.write(1);
    while ENTRIES.load(Ordering::Relaxed) == 0 {}
    hprintln!("never gets here");
    semihosting::exit(1)
}
