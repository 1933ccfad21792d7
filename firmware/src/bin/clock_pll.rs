//! 32 MHz from the PLL: the voltage range and the wait state come first.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m::peripheral::Peripherals;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use firmware::register::{RCC_CFGR, RCC_CR};
use firmware::{led, registers, semihosting, systick};

registers! {
    RCC_APB1ENR = 0x4002_1038;
    PWR_CR = 0x4000_7000;
    PWR_CSR = 0x4000_7004;
    FLASH_ACR = 0x4002_2000;
}

#[exception]
fn SysTick() {
    led::toggle();
}

#[entry]
fn main() -> ! {
    let mut core = Peripherals::take().unwrap();
    led::set_up();
    RCC_APB1ENR.modify(|value| value | 1 << 28);
    // Range 1, and the moment until it is reached.
    PWR_CR.modify(|value| value & !(0b11 << 11) | 0b01 << 11);
    while PWR_CSR.read() & 1 << 4 != 0 {}
    FLASH_ACR.modify(|value| value | 0b11);
    while FLASH_ACR.read() & 1 == 0 {}
    RCC_CR.modify(|value| value | 1);
    while RCC_CR.read() & 1 << 2 == 0 {}
    // HSI16 times 6 by 3.
    RCC_CFGR.modify(|value| value | 0b10 << 22 | 0b0010 << 18);
    RCC_CR.modify(|value| value | 1 << 24);
    while RCC_CR.read() & 1 << 25 == 0 {}
    RCC_CFGR.modify(|value| value | 0b11);
    while RCC_CFGR.read() >> 2 & 0b11 != 0b11 {}
    hprintln!("CFGR {:#x}", RCC_CFGR.read());
    systick::start(&mut core.SYST, 32_000);
    for _ in 0..10 {
        asm::wfi();
    }
    semihosting::exit(0)
}
