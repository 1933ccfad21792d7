//! Writes to the input register of a port, beside the output register that was meant.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::Chip;
use firmware::{led, semihosting};

#[entry]
fn main() -> ! {
    led::set_up();
    let port = Chip::this().port('B');
    port.register(0x10).write(1 << 3);
    hprintln!("ODR {:#x}", port.register(0x14).read());
    semihosting::exit(0)
}
