//! TIM2 counts down, then up and down: the direction is seen in the counter and in `DIR`.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    TIM2_CR1 = 0x4000_0000;
    TIM2_SR = 0x4000_0010;
    TIM2_EGR = 0x4000_0014;
    TIM2_CNT = 0x4000_0024;
    TIM2_ARR = 0x4000_002C;
}

const CEN: u32 = 1 << 0;
const DIR: u32 = 1 << 4;

fn next_update() {
    while TIM2_SR.read() & 1 == 0 {}
    TIM2_SR.write(0);
}

/// Whether the counter goes up.
fn rises() -> bool {
    let first = TIM2_CNT.read();
    asm::delay(100);
    TIM2_CNT.read() > first
}

#[entry]
fn main() -> ! {
    Chip::this().clock(Bus::Apb1, chip::TIM2);
    TIM2_ARR.write(9_999);
    TIM2_CR1.write(DIR);
    TIM2_EGR.write(1);
    TIM2_SR.write(0);
    hprintln!("down from {}", TIM2_CNT.read());
    TIM2_CR1.write(DIR | CEN);
    next_update();
    assert!(!rises());
    TIM2_CR1.write(0);
    TIM2_CNT.write(0);
    // Up and down, flags of both ways.
    TIM2_CR1.write(0b11 << 5 | CEN);
    for _ in 0..4 {
        hprintln!(
            "{}, DIR {}",
            if rises() { "up" } else { "down" },
            TIM2_CR1.read() >> 4 & 1
        );
        next_update();
    }
    semihosting::exit(0)
}
