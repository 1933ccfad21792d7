//! Clears the flag of EXTI line 3 by `PR |= 1 << 3`, while another line is pending: that one is lost.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::{registers, semihosting};

registers! {
    EXTI_IMR = 0x4001_0400;
    EXTI_SWIER = 0x4001_0410;
    EXTI_PR = 0x4001_0414;
}

#[inline(never)]
fn acknowledge() {
    EXTI_PR.modify(|value| value | 1 << 3);
}

#[entry]
fn main() -> ! {
    EXTI_IMR.modify(|value| value | 0b11 << 5);
    for line in [5, 6] {
        EXTI_SWIER.write(1 << line);
        asm::nop();
        let before = EXTI_PR.read();
        acknowledge();
        hprintln!("PR {:#x}, then {:#x}", before, EXTI_PR.read());
    }
    semihosting::exit(0)
}
