//! A quadrature encoder on PA0 and PA1 turns the counter of TIM2 forwards, and then backwards past 0; after that PA0 gates it.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    TIM2_CR1 = 0x4000_0000;
    TIM2_SMCR = 0x4000_0008;
    TIM2_SR = 0x4000_0010;
    TIM2_CCMR1 = 0x4000_0018;
    TIM2_CNT = 0x4000_0024;
    TIM2_ARR = 0x4000_002C;
}

const DIR: u32 = 1 << 4;
const UIF: u32 = 1 << 0;
const TIF: u32 = 1 << 6;

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clock(Bus::Apb1, chip::TIM2);
    chip.clocked_port('A').set_alternate(0, 2);
    chip.clocked_port('A').set_alternate(1, 2);
    TIM2_ARR.write(99);
    TIM2_CCMR1.write(0b01 | 0b01 << 8);
    // Each edge of both inputs counts.
    TIM2_SMCR.write(0b011);
    TIM2_CR1.write(1);
    while TIM2_CNT.read() != 6 {}
    hprintln!("forwards, direction {}", TIM2_CR1.read() & DIR);
    while TIM2_SR.read() & UIF == 0 {}
    let (place, direction) = (TIM2_CNT.read(), TIM2_CR1.read() & DIR);
    hprintln!("backwards to {}, direction {}", place, direction);

    // Gated mode: the counter runs while PA0 is high.
    TIM2_CR1.write(0);
    TIM2_ARR.write(0xFFFF);
    TIM2_CNT.write(0);
    TIM2_SR.write(0);
    TIM2_SMCR.write(0b101 << 4 | 0b101);
    TIM2_CR1.write(1);
    for what in ["starts", "stops"] {
        while TIM2_SR.read() & TIF == 0 {}
        TIM2_SR.write(0);
        hprintln!("{}", what);
    }
    let counted = TIM2_CNT.read();
    let stands = TIM2_CNT.read() == counted;
    // Rounded: the clock of the L031 is no multiple of 100 kHz.
    let hundredths = chip.hertz() / 100_000;
    hprintln!("{} ms, stands {}", (counted / hundredths + 1) / 100, stands);
    semihosting::exit(0)
}
