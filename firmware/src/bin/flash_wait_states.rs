//! The switch to 16 MHz without the wait state that range 2 needs: on silicon it works until it does not.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::register::{RCC_CFGR, RCC_CR};
use firmware::semihosting;

#[entry]
fn main() -> ! {
    RCC_CR.modify(|value| value | 1);
    while RCC_CR.read() & 1 << 2 == 0 {}
    RCC_CFGR.modify(|value| value | 0b01);
    while RCC_CFGR.read() >> 2 & 0b11 != 0b01 {}
    hprintln!("16 MHz in range 2 without a wait state");
    semihosting::exit(0)
}
