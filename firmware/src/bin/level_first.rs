//! Sets the level of the LED's pin before it becomes an output, so that it never is low.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{Chip, Mode};
use firmware::semihosting;

#[entry]
fn main() -> ! {
    let port = Chip::this().clocked_port('B');
    port.write(3, true);
    port.set_mode(3, Mode::Output);
    hprintln!("ODR {:#x}", port.register(0x14).read());
    semihosting::exit(0)
}
