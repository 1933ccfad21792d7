//! Stop mode from 8 MHz and more: the clocks stand still, a button wakes the core, which runs on the internal oscillator then; the timer has not
//! counted meanwhile.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip, Mode, Pull};
use firmware::irq::Line;
use firmware::{registers, semihosting};

registers! {
    RCC_CR = 0x4002_1000;
    PWR_CR = 0x4000_7000;
    EXTI_IMR = 0x4001_0400;
    EXTI_FTSR = 0x4001_040C;
    EXTI_PR = 0x4001_0414;
    TIM2_CR1 = 0x4000_0000;
    TIM2_CNT = 0x4000_0024;
    TIM2_PSC = 0x4000_0028;
    TIM2_EGR = 0x4000_0014;
}

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    assert_eq!(irq, 5, "EXTI0_1");
    EXTI_PR.write(1);
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let port = chip.clocked_port('A');
    port.set_mode(0, Mode::Input);
    port.set_pull(0, Pull::Up);
    EXTI_FTSR.write(1);
    EXTI_IMR.modify(|value| value | 1);
    Line(5).unmask();
    chip.clock(Bus::Apb1, chip::PWR);
    chip.clock(Bus::Apb1, chip::TIM2);
    // Milliseconds.
    TIM2_PSC.write(chip.hertz() / 1_000 - 1);
    TIM2_EGR.write(1);
    TIM2_CR1.write(1);
    // The HSI16, or of the F042 the HSI14, is running and will be off.
    let oscillator = match chip {
        Chip::L031 => (RCC_CR, 1 << 0, 1 << 2),
        Chip::F042 => (chip::F042_RCC_CR2, 1 << 0, 1 << 1),
    };
    let (register, on, ready) = oscillator;
    register.modify(|value| value | on);
    while register.read() & ready == 0 {}
    PWR_CR.modify(|value| value | 1 << 2 | 1);
    chip::set_deep_sleep(true);
    let before = TIM2_CNT.read();
    // The button is pressed after a second.
    asm::wfi();
    let slept = TIM2_CNT.read() - before;
    chip::set_deep_sleep(false);
    hprintln!(
        "stop mode: {} ms by the timer, oscillator {}",
        slept,
        register.read() & ready
    );
    // And after two, in a plain sleep.
    let before = TIM2_CNT.read();
    asm::wfi();
    let slept = TIM2_CNT.read() - before;
    hprintln!(
        "sleep: {}",
        if (980..=1_000).contains(&slept) {
            "a second"
        } else {
            "?"
        }
    );
    semihosting::exit(0)
}
