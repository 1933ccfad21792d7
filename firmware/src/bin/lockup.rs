//! Faults inside the HardFault handler: the core locks up.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m_rt::{ExceptionFrame, entry, exception};
use cortex_m_semihosting::hprintln;
use firmware as _;

#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    hprintln!("HardFault, and again");
    asm::udf()
}

#[entry]
fn main() -> ! {
    asm::udf()
}
