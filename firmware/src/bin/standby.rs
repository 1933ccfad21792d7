//! Standby mode: pins let go, an alarm of the RTC ends it with a reset, and the flags of PWR tell of it.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{self, Bus, Chip, Mode};
use firmware::{registers, semihosting};

registers! {
    PWR_CR = 0x4000_7000;
    PWR_CSR = 0x4000_7004;
    RTC_TR = 0x4000_2800;
    RTC_CR = 0x4000_2808;
    RTC_ISR = 0x4000_280C;
    RTC_ALRMAR = 0x4000_281C;
    RTC_WPR = 0x4000_2824;
}

const INITF: u32 = 1 << 6;
const INIT: u32 = 1 << 7;
const PDDS: u32 = 1 << 1;
const CWUF: u32 = 1 << 2;
const CSBF: u32 = 1 << 3;
const DBP: u32 = 1 << 8;

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    chip.clock(Bus::Apb1, chip::PWR);
    if PWR_CSR.read() & 0b11 == 0b11 {
        PWR_CR.modify(|value| value | CWUF | CSBF);
        hprintln!("woke from standby, flags {:#b} now", PWR_CSR.read() & 0b11);
        semihosting::exit(0);
    }
    // High for as long as the chip is awake.
    let port = chip.clocked_port('B');
    port.set_mode(3, Mode::Output);
    port.write(3, true);
    chip.csr().modify(|value| value | 1);
    while chip.csr().read() & 1 << 1 == 0 {}
    PWR_CR.modify(|value| value | DBP);
    chip.clock_rtc_by_lsi();
    RTC_WPR.write(0xCA);
    RTC_WPR.write(0x53);
    RTC_ISR.write(INIT);
    while RTC_ISR.read() & INITF == 0 {}
    RTC_TR.write(0);
    RTC_ISR.write(0);
    // At any full minute and one second.
    RTC_ALRMAR.write(1 << 31 | 1 << 23 | 1 << 15 | 0x01);
    RTC_CR.modify(|value| value | 1 << 8 | 1 << 12);
    hprintln!("standby");
    PWR_CR.modify(|value| value | PDDS | CWUF);
    chip::set_deep_sleep(true);
    loop {
        asm::wfi();
    }
}
