//! For the STM32F042: the watchdog is reloaded before its window opens, which resets the chip.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::{registers, semihosting};

registers! {
    RCC_CSR = 0x4002_1024;
    IWDG_KR = 0x4000_3000;
    IWDG_SR = 0x4000_300C;
    IWDG_WINR = 0x4000_3010;
}

#[entry]
fn main() -> ! {
    if RCC_CSR.read() & 1 << 29 != 0 {
        hprintln!("second start: IWDGRSTF");
        semihosting::exit(0);
    }
    hprintln!("first start");
    IWDG_KR.write(0xCCCC);
    IWDG_KR.write(0x5555);
    IWDG_WINR.write(0x800);
    while IWDG_SR.read() != 0 {}
    IWDG_KR.write(0xAAAA);
    cortex_m::asm::delay(1_000);
    hprintln!("still here");
    semihosting::exit(1)
}
