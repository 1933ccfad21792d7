//! The LED at 100 Hz and half its brightness, by TIM2 channel 2 on PB3: the core only sleeps and counts updates.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use cortex_m_rt::{entry, exception};
use firmware::irq::Line;
use firmware::register::{GPIOB_MODER, RCC_IOPENR};
use firmware::{registers, semihosting};

registers! {
    RCC_APB1ENR = 0x4002_1038;
    GPIOB_AFRL = 0x5000_0420;
    TIM2_CR1 = 0x4000_0000;
    TIM2_DIER = 0x4000_000C;
    TIM2_SR = 0x4000_0010;
    TIM2_EGR = 0x4000_0014;
    TIM2_CCMR1 = 0x4000_0018;
    TIM2_CCER = 0x4000_0020;
    TIM2_PSC = 0x4000_0028;
    TIM2_ARR = 0x4000_002C;
    TIM2_CCR2 = 0x4000_0038;
}

static PERIODS: AtomicU32 = AtomicU32::new(0);

#[exception]
unsafe fn DefaultHandler(_: i16) {
    TIM2_SR.write(0);
    PERIODS.store(PERIODS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

#[entry]
fn main() -> ! {
    RCC_IOPENR.modify(|value| value | 1 << 1);
    RCC_APB1ENR.modify(|value| value | 1);
    // A tick every 16 cycles of 2.097152 MHz; 1311 of them are 10 ms.
    TIM2_PSC.write(15);
    TIM2_ARR.write(1_310);
    TIM2_CCR2.write(655);
    // PWM mode 1 with preload.
    TIM2_CCMR1.write(0b0110_1000 << 8);
    TIM2_CCER.write(1 << 4);
    TIM2_EGR.write(1);
    TIM2_SR.write(0);
    TIM2_DIER.write(1);
    GPIOB_AFRL.modify(|value| value & !(0xF << 12) | 2 << 12);
    GPIOB_MODER.modify(|value| value & !(0b11 << 6) | 0b10 << 6);
    Line(15).unmask();
    TIM2_CR1.write(1 << 7 | 1);
    while PERIODS.load(Ordering::Relaxed) < 20 {
        asm::wfi();
    }
    semihosting::exit(0)
}
