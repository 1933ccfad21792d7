//! Makes PA5 an output and, because it writes all of `MODER` from 0, PA13 and PA14 inputs: the debug probe loses the chip.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::Chip;
use firmware::semihosting;

#[entry]
fn main() -> ! {
    let moder = Chip::this().clocked_port('A').register(0x00);
    moder.write(0b01 << 10);
    hprintln!("MODER {:#010x}", moder.read());
    semihosting::exit(0)
}
