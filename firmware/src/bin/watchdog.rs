//! The independent watchdog resets the chip once it is not fed any more; the second start sees why.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::Chip;
use firmware::{registers, semihosting};

registers! {
    IWDG_KR = 0x4000_3000;
    IWDG_PR = 0x4000_3004;
    IWDG_RLR = 0x4000_3008;
    IWDG_SR = 0x4000_300C;
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let csr = chip.csr().read();
    if csr & 1 << 29 != 0 {
        hprintln!("second start: IWDGRSTF");
        semihosting::exit(0);
    }
    assert!(csr & 1 << 27 != 0);
    hprintln!("first start: PORRSTF");
    IWDG_KR.write(0xCCCC);
    IWDG_KR.write(0x5555);
    IWDG_PR.write(0b010);
    // 231 ticks of 37 kHz / 16 are 100 ms; the F042 has 40 kHz.
    IWDG_RLR.write(230);
    while IWDG_SR.read() != 0 {}
    for _ in 0..5 {
        IWDG_KR.write(0xAAAA);
        cortex_m::asm::delay(chip.hertz() / 70);
    }
    hprintln!("fed 5 times");
    loop {}
}
