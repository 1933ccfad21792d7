//! Enables TIM2 with a store of one byte, as a bit-field of C does: the bus repeats the byte, and `CKD` changes as well.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    TIM2_CR1 = 0x4000_0000;
}

#[entry]
fn main() -> ! {
    Chip::this().clock(Bus::Apb1, chip::TIM2);
    TIM2_CR1.write_byte(1);
    hprintln!("CR1 {:#x}", TIM2_CR1.read());
    semihosting::exit(0)
}
