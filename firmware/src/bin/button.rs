//! A button between PA0 and ground, with the pull-up of the pin: each press toggles the LED through EXTI 0, the core sleeps between.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::chip::{Chip, Mode, Pull};
use firmware::irq::Line;
use firmware::{led, registers, semihosting};

registers! {
    EXTI_IMR = 0x4001_0400;
    EXTI_FTSR = 0x4001_040C;
    EXTI_PR = 0x4001_0414;
}

static PRESSES: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 5, "EXTI0_1");
    EXTI_PR.write(1);
    led::toggle();
    PRESSES.store(PRESSES.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    led::set_up();
    let port = Chip::this().clocked_port('A');
    // Pins of the L031 are analog after reset.
    port.set_mode(0, Mode::Input);
    port.set_pull(0, Pull::Up);
    assert!(port.is_high(0));
    // `EXTICR` says port A after reset.
    EXTI_FTSR.write(1);
    EXTI_IMR.modify(|value| value | 1);
    Line(5).unmask();
    while PRESSES.load(Ordering::Relaxed) < 6 {
        asm::wfi();
    }
    hprintln!("{} presses", PRESSES.load(Ordering::Relaxed));
    semihosting::exit(0)
}
