//! TIM21 interrupts every 5 ms and toggles the LED; then it makes one pulse and stops.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::irq::Line;
use firmware::{led, registers, semihosting};

registers! {
    RCC_APB2ENR = 0x4002_1034;
    TIM21_CR1 = 0x4001_0800;
    TIM21_DIER = 0x4001_080C;
    TIM21_SR = 0x4001_0810;
    TIM21_CNT = 0x4001_0824;
    TIM21_ARR = 0x4001_082C;
}

static UPDATES: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 20, "TIM21");
    TIM21_SR.write(!1);
    led::toggle();
    UPDATES.store(UPDATES.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    led::set_up();
    RCC_APB2ENR.modify(|value| value | 1 << 2);
    TIM21_ARR.write(10_485);
    TIM21_DIER.write(1);
    Line(20).unmask();
    TIM21_CR1.write(1);
    while UPDATES.load(Ordering::Relaxed) < 10 {
        asm::wfi();
    }
    let count = TIM21_CNT.read();
    TIM21_CR1.write(0);
    TIM21_DIER.write(0);
    assert!(count < 2_000);
    hprintln!("{} updates", UPDATES.load(Ordering::Relaxed));
    TIM21_CNT.write(0);
    TIM21_ARR.write(1_000);
    TIM21_CR1.write(1 << 3 | 1);
    while TIM21_CR1.read() & 1 != 0 {}
    hprintln!("one pulse: stopped at {}", TIM21_CNT.read());
    semihosting::exit(0)
}
