//! Sets a pin by `BSRR |= 1 << 3`: what is read there says nothing, and one store would have done.
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
    port.register(0x18).modify(|value| value | 1 << 3);
    hprintln!("ODR {:#x}", port.register(0x14).read());
    semihosting::exit(0)
}
