//! Writes to port B while its clock is off: nothing happens on a real chip, and nothing says why.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::register::{GPIOB_BSRR, GPIOB_MODER, GPIOB_ODR, RCC_IOPENR};
use firmware::semihosting;

#[entry]
fn main() -> ! {
    GPIOB_MODER.write(0xFFFF_FF7F);
    GPIOB_BSRR.write(1 << 3);

    // With the clock on, the port shows that it never heard of it.
    RCC_IOPENR.write(1 << 1);
    hprintln!(
        "MODER {:#010x}, ODR {:#010x}",
        GPIOB_MODER.read(),
        GPIOB_ODR.read()
    );
    semihosting::exit(0)
}
