//! For the STM32F042: 48 MHz from the HSI48, with the wait state it needs.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m::peripheral::Peripherals;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::{registers, semihosting, systick};

registers! {
    RCC_CFGR = 0x4002_1004;
    RCC_AHBENR = 0x4002_1014;
    RCC_CR2 = 0x4002_1034;
    FLASH_ACR = 0x4002_2000;
    GPIOB_MODER = 0x4800_0400;
    GPIOB_ODR = 0x4800_0414;
}

#[exception]
fn SysTick() {
    GPIOB_ODR.modify(|value| value ^ 1 << 3);
}

#[entry]
fn main() -> ! {
    let mut core = Peripherals::take().unwrap();
    RCC_AHBENR.modify(|value| value | 1 << 18);
    GPIOB_MODER.modify(|value| value | 0b01 << 6);
    FLASH_ACR.write(0b1_0001);
    RCC_CR2.modify(|value| value | 1 << 16);
    while RCC_CR2.read() & 1 << 17 == 0 {}
    RCC_CFGR.modify(|value| value | 0b11);
    while RCC_CFGR.read() >> 2 & 0b11 != 0b11 {}
    hprintln!("CFGR {:#x}", RCC_CFGR.read());
    systick::start(&mut core.SYST, 48_000);
    for _ in 0..10 {
        asm::wfi();
    }
    semihosting::exit(0)
}
