//! TIM1 of the STM32F042: complementary outputs on PA7 and PA8, switched off by a break and on again by `MOE`.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    TIM1_CR1 = 0x4001_2C00;
    TIM1_SR = 0x4001_2C10;
    TIM1_EGR = 0x4001_2C14;
    TIM1_CCMR1 = 0x4001_2C18;
    TIM1_CCER = 0x4001_2C20;
    TIM1_ARR = 0x4001_2C2C;
    TIM1_RCR = 0x4001_2C30;
    TIM1_CCR1 = 0x4001_2C34;
    TIM1_BDTR = 0x4001_2C44;
}

const BIF: u32 = 1 << 7;
const MOE: u32 = 1 << 15;

fn show(what: &str, levels: u32) {
    hprintln!("{}: {} {}", what, levels >> 8 & 1, levels >> 7 & 1);
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clock(Bus::Apb2, 11);
    let port = chip.clocked_port('A');
    port.set_alternate(7, 2);
    port.set_alternate(8, 2);
    // 1 kHz, a quarter of it active; an update every four periods.
    TIM1_ARR.write(7_999);
    TIM1_CCR1.write(2_000);
    TIM1_RCR.write(3);
    TIM1_CCMR1.write(0b0110_1000);
    TIM1_CCER.write(0b0101);
    TIM1_EGR.write(1);
    TIM1_SR.write(0);
    TIM1_CR1.write(1);
    show("no MOE", port.register(0x10).read());
    // From the start of a period on.
    TIM1_EGR.write(1);
    TIM1_BDTR.write(MOE);
    show("MOE", port.register(0x10).read());
    TIM1_SR.write(0);
    for _ in 0..5 {
        while TIM1_SR.read() & 1 == 0 {}
        TIM1_SR.write(!1);
    }
    TIM1_EGR.write(BIF);
    show("break", port.register(0x10).read());
    assert_eq!((TIM1_SR.read() & BIF, TIM1_BDTR.read() & MOE), (BIF, 0));
    semihosting::exit(0)
}
