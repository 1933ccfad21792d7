//! Toggles the LED's pin and never makes it an output.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::Chip;
use firmware::{led, semihosting};

#[entry]
fn main() -> ! {
    let odr = Chip::this().clocked_port('B').register(0x14);
    for _ in 0..9 {
        led::toggle();
    }
    hprintln!("ODR {:#x}", odr.read());
    semihosting::exit(0)
}
