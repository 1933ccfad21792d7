//! The lock of a port: the key sequence freezes the configuration of two pins, not their levels, until the next reset.
#![no_std]
#![no_main]

use cortex_m::peripheral::SCB;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{Chip, Mode, Pull};
use firmware::semihosting;

const KEY: u32 = 1 << 16;

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let port = chip.clocked_port('B');
    let lock = port.register(0x1C);
    if chip.csr().read() & 1 << 28 != 0 {
        hprintln!("after a reset: {:#x}", lock.read());
        port.set_mode(4, Mode::Output);
        hprintln!("mode {:#b}", port.register(0).read() >> 8 & 0b11);
        semihosting::exit(0);
    }
    port.set_mode(3, Mode::Output);
    port.set_mode(4, Mode::Input);
    let pins = 1 << 3 | 1 << 4;
    // Other pins on the way lock nothing.
    lock.write(KEY | pins);
    lock.write(1 << 4);
    lock.write(KEY | pins);
    hprintln!("wrong sequence: {:#x}", lock.read() & KEY);
    lock.write(KEY | pins);
    lock.write(pins);
    lock.write(KEY | pins);
    let _ = lock.read();
    hprintln!("right sequence: {:#x}", lock.read());
    port.set_mode(3, Mode::Alternate);
    port.set_mode(4, Mode::Output);
    port.set_mode(5, Mode::Output);
    port.set_pull(4, Pull::Down);
    hprintln!(
        "modes {:#b}, resistor {:#b}",
        port.register(0).read() >> 6 & 0b11_11_11,
        port.register(0x0C).read() >> 8 & 0b11
    );
    port.write(3, true);
    hprintln!("level {}", u32::from(port.is_high(3)));
    SCB::sys_reset()
}
