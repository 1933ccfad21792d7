//! For the STM32F042: TIM2 has 32 bits; its channel 2 makes a square wave of 1 kHz on PB3.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::{registers, semihosting};

registers! {
    RCC_AHBENR = 0x4002_1014;
    RCC_APB1ENR = 0x4002_101C;
    GPIOB_MODER = 0x4800_0400;
    GPIOB_AFRL = 0x4800_0420;
    TIM2_CR1 = 0x4000_0000;
    TIM2_SR = 0x4000_0010;
    TIM2_EGR = 0x4000_0014;
    TIM2_CCMR1 = 0x4000_0018;
    TIM2_CCER = 0x4000_0020;
    TIM2_CNT = 0x4000_0024;
    TIM2_ARR = 0x4000_002C;
    TIM2_CCR2 = 0x4000_0038;
}

#[entry]
fn main() -> ! {
    RCC_AHBENR.modify(|value| value | 1 << 18);
    RCC_APB1ENR.modify(|value| value | 1);
    TIM2_CNT.write(0x1_0000);
    assert_eq!(TIM2_CNT.read(), 0x1_0000);
    GPIOB_AFRL.modify(|value| value & !(0xF << 12) | 2 << 12);
    GPIOB_MODER.modify(|value| value & !(0b11 << 6) | 0b10 << 6);
    TIM2_ARR.write(7_999);
    TIM2_CCR2.write(4_000);
    TIM2_CCMR1.write(0b0110_1000 << 8);
    TIM2_EGR.write(1);
    TIM2_SR.write(0);
    TIM2_CCER.write(1 << 4);
    TIM2_CR1.write(1);
    for _ in 0..10 {
        while TIM2_SR.read() & 1 == 0 {}
        TIM2_SR.write(!1);
    }
    hprintln!("TIM2 counted past 16 bits");
    semihosting::exit(0)
}
