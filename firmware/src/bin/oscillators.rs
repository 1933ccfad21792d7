//! The low-speed oscillators: LSI, the protection of the LSE's bits by `PWR.CR.DBP`, and the LSE itself, which only the Nucleo-L031K6 has a
//! crystal for.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip};
use firmware::register::Register;
use firmware::{registers, semihosting};

registers! {
    RCC_BDCR = 0x4002_1020;
    PWR_CR = 0x4000_7000;
}

const LSION: u32 = 1 << 0;
const LSIRDY: u32 = 1 << 1;

/// Waits for a flag, not for ever.
fn comes(register: Register, flag: u32, turns: u32) -> bool {
    (0..turns).any(|_| {
        cortex_m::asm::delay(10_000);
        register.read() & flag != 0
    })
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let csr = chip.csr();
    csr.modify(|value| value | LSION);
    while csr.read() & LSIRDY == 0 {}
    csr.modify(|value| value & !LSION);
    while csr.read() & LSIRDY != 0 {}
    hprintln!("LSI on and off");

    // Register, enable and ready bit of the LSE.
    let (register, on, ready) = match chip {
        Chip::L031 => (csr, 1 << 8, 1 << 9),
        Chip::F042 => (RCC_BDCR, 1 << 0, 1 << 1),
    };
    register.modify(|value| value | on);
    hprintln!("protected: {}", u32::from(register.read() & on != 0));
    chip.clock(Bus::Apb1, chip::PWR);
    PWR_CR.modify(|value| value | 1 << 8);
    register.modify(|value| value | on);
    hprintln!("allowed: {}", u32::from(register.read() & on != 0));
    let crystal = chip == Chip::L031;
    // A crystal takes two seconds; this is at least three.
    assert_eq!(
        comes(
            register,
            ready,
            chip.hertz() / 10_000 + chip.hertz() / 20_000
        ),
        crystal
    );
    hprintln!("LSE as the board has it");
    semihosting::exit(0)
}
