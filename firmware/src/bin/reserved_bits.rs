//! A prescaler of 80,000 in a register of 16 bits: the highest bit is lost, and the timer counts faster than it was meant to.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    TIM2_PSC = 0x4000_0028;
}

#[entry]
fn main() -> ! {
    Chip::this().clock(Bus::Apb1, chip::TIM2);
    TIM2_PSC.write(80_000 - 1);
    hprintln!("PSC {}", TIM2_PSC.read());
    semihosting::exit(0)
}
