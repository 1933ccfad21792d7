//! PWM input mode: TIM2 measures period and pulse of a signal on PA0 with both channels of the pair, restarted by each rising edge.
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
    TIM2_PSC = 0x4000_0028;
    TIM2_CCR1 = 0x4000_0034;
    TIM2_CCR2 = 0x4000_0038;
}

const CC1IF: u32 = 1 << 1;
const CC1OF: u32 = 1 << 9;

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clock(Bus::Apb1, chip::TIM2);
    chip.clocked_port('A').set_alternate(0, 2);
    // Ticks of about 10 us.
    TIM2_PSC.write(chip.hertz() / 100_000 - 1);
    TIM2_EGR.write(1);
    // Both channels see input 1, the second one its falling edge.
    TIM2_CCMR1.write(0b01 | 0b10 << 8);
    TIM2_CCER.write(1 | 0b11 << 4);
    // Reset mode, triggered by input 1.
    TIM2_SMCR.write(0b101 << 4 | 0b100);
    TIM2_SR.write(0);
    TIM2_CR1.write(1);
    // The first edge only starts the counter.
    while TIM2_SR.read() & CC1IF == 0 {}
    let _ = TIM2_CCR1.read();
    for _ in 0..3 {
        while TIM2_SR.read() & CC1IF == 0 {}
        let (period, pulse) = (TIM2_CCR1.read(), TIM2_CCR2.read());
        // To the half millisecond: the clock of the L031 is no multiple of 100 kHz.
        let halves = |ticks: u32| (ticks + 25) / 50;
        hprintln!("period {}, pulse {}", halves(period), halves(pulse));
    }
    TIM2_SR.write(0);
    while TIM2_SR.read() & CC1OF == 0 {}
    hprintln!("over-capture");
    semihosting::exit(0)
}
