//! A rising edge on PA0 makes TIM2 put one pulse of 3 ms on PB3, 2 ms later; then the counter stands until the next edge.
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
    TIM2_EGR = 0x4000_0014;
    TIM2_CCMR1 = 0x4000_0018;
    TIM2_CCER = 0x4000_0020;
    TIM2_CNT = 0x4000_0024;
    TIM2_PSC = 0x4000_0028;
    TIM2_ARR = 0x4000_002C;
    TIM2_CCR2 = 0x4000_0038;
}

const UIF: u32 = 1 << 0;
const OPM: u32 = 1 << 3;

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clock(Bus::Apb1, chip::TIM2);
    chip.clocked_port('A').set_alternate(0, 2);
    chip.clocked_port('B').set_alternate(3, 2);
    TIM2_PSC.write(chip.hertz() / 100_000 - 1);
    TIM2_ARR.write(499);
    TIM2_CCR2.write(200);
    TIM2_EGR.write(1);
    TIM2_SR.write(0);
    // Channel 1 is the input; channel 2 is in PWM mode 2: inactive up to the compare value, active from there to the end.
    TIM2_CCMR1.write(0b01 | 0b111 << 12);
    TIM2_CCER.write(1 << 4);
    // Trigger mode, triggered by input 1: the edge starts the counter.
    TIM2_SMCR.write(0b101 << 4 | 0b110);
    TIM2_CR1.write(OPM);
    for _ in 0..2 {
        while TIM2_SR.read() & UIF == 0 {}
        TIM2_SR.write(0);
        hprintln!(
            "pulse over, counter {}, enable {}",
            TIM2_CNT.read(),
            TIM2_CR1.read() & 1
        );
    }
    semihosting::exit(0)
}
