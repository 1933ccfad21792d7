//! Waits for the HSE, whose crystal neither board has.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::register::RCC_CR;
use firmware::semihosting;

#[entry]
fn main() -> ! {
    hprintln!("HSE on");
    RCC_CR.modify(|value| value | 1 << 16);
    while RCC_CR.read() & 1 << 17 == 0 {}
    hprintln!("HSE ready");
    semihosting::exit(0)
}
