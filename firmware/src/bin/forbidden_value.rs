//! Values that mean nothing: `PUPDR` 11 of a pin, and alternate function 9.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::chip::Chip;
use firmware::semihosting;

#[entry]
fn main() -> ! {
    let port = Chip::this().clocked_port('B');
    port.register(0x0C).modify(|value| value | 0b11 << 8);
    port.set_alternate(0, 9);
    semihosting::exit(0)
}
