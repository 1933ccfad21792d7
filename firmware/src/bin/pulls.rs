//! What a pin reads: driven from outside, floating with and without resistors, analog, and as an open-drain output.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{Chip, Mode, Port, Pull};
use firmware::semihosting;

const PIN: u32 = 1;

fn show(port: Port, what: &str) {
    hprintln!("{}: {}", what, u32::from(port.is_high(PIN)));
}

fn wait(port: Port, level: bool) {
    while port.is_high(PIN) != level {}
}

#[entry]
fn main() -> ! {
    let port = Chip::this().clocked_port('A');
    port.set_mode(PIN, Mode::Input);
    show(port, "floating");
    port.set_pull(PIN, Pull::Up);
    show(port, "pulled up");
    port.set_pull(PIN, Pull::Down);
    show(port, "pulled down");
    // From outside: high at 10 ms, against the resistor.
    wait(port, true);
    show(port, "driven high");
    port.set_mode(PIN, Mode::Analog);
    show(port, "analog");
    port.set_mode(PIN, Mode::Input);
    port.set_pull(PIN, Pull::Up);
    // From outside: low at 20 ms, let go of at 30 ms.
    wait(port, false);
    show(port, "driven low");
    wait(port, true);
    show(port, "released");
    port.set_open_drain(PIN);
    port.write(PIN, true);
    port.set_mode(PIN, Mode::Output);
    show(port, "open drain, high");
    // Another one on the wire pulls it low at 40 ms.
    wait(port, false);
    show(port, "pulled low by another");
    wait(port, true);
    port.write(PIN, false);
    show(port, "open drain, low");
    semihosting::exit(0)
}
