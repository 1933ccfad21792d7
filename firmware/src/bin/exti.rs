//! Rising edges of the LED's own pin interrupt through EXTI 3; then a software trigger, then an event for `wfe`.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::irq::Line;
use firmware::{led, registers, semihosting};

registers! {
    SYSCFG_EXTICR1 = 0x4001_0008;
    EXTI_IMR = 0x4001_0400;
    EXTI_EMR = 0x4001_0404;
    EXTI_RTSR = 0x4001_0408;
    EXTI_SWIER = 0x4001_0410;
    EXTI_PR = 0x4001_0414;
}

const LINE: u32 = 1 << 3;
static EDGES: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 6, "EXTI2_3");
    assert_eq!(EXTI_PR.read(), LINE);
    EXTI_PR.write(LINE);
    EDGES.store(EDGES.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    led::set_up();
    Chip::this().clock(Bus::Apb2, chip::SYSCFG);
    // Line 3 listens to port B.
    SYSCFG_EXTICR1.write(0b0001 << 12);
    EXTI_RTSR.write(LINE);
    EXTI_IMR.modify(|value| value | LINE);
    Line(6).unmask();
    for _ in 0..10 {
        led::toggle();
    }
    hprintln!("{} edges of 10", EDGES.load(Ordering::Relaxed));
    EXTI_SWIER.write(LINE);
    asm::nop();
    hprintln!("software: {}", EDGES.load(Ordering::Relaxed));
    EXTI_IMR.modify(|value| value & !LINE);
    EXTI_EMR.modify(|value| value | LINE);
    led::toggle();
    // The edge set the event register: this does not sleep.
    asm::wfe();
    hprintln!("event");
    semihosting::exit(0)
}
