//! PWR of the STM32L031: voltage ranges, low-power run mode, flags; and that its registers are gone without its clock.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    PWR_CR = 0x4000_7000;
    PWR_CSR = 0x4000_7004;
}

const VOSF: u32 = 1 << 4;
const REGLPF: u32 = 1 << 5;
const LPSDSR: u32 = 1 << 0;
const LPRUN: u32 = 1 << 14;

#[entry]
fn main() -> ! {
    Chip::this().clock(Bus::Apb1, chip::PWR);
    hprintln!("range {}", PWR_CR.read() >> 11 & 0b11);
    for range in [1, 3, 2] {
        while PWR_CSR.read() & VOSF != 0 {}
        PWR_CR.modify(|value| value & !(0b11 << 11) | range << 11);
        while PWR_CSR.read() & VOSF != 0 {}
        hprintln!("range {}", PWR_CR.read() >> 11 & 0b11);
    }
    PWR_CR.modify(|value| value | LPSDSR);
    PWR_CR.modify(|value| value | LPRUN);
    while PWR_CSR.read() & REGLPF == 0 {}
    hprintln!("low-power run");
    PWR_CR.modify(|value| value & !LPRUN);
    while PWR_CSR.read() & REGLPF != 0 {}
    PWR_CR.modify(|value| value & !LPSDSR);
    // Flags of standby and wake-up are cleared, and the bits that do it read as 0.
    PWR_CR.modify(|value| value | 0b11 << 2);
    hprintln!(
        "{:#b} {:#b}",
        PWR_CR.read() >> 2 & 0b11,
        PWR_CSR.read() & 0b11
    );
    semihosting::exit(0)
}
