//! For the STM32F042: programs a halfword in the last page of the flash, once and not again, and erases the page.
#![no_std]
#![no_main]

use core::ptr;

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::{registers, semihosting};

registers! {
    FLASH_KEYR = 0x4002_2004;
    FLASH_SR = 0x4002_200C;
    FLASH_CR = 0x4002_2010;
    FLASH_AR = 0x4002_2014;
    PAGE = 0x0800_7C00;
}

fn program(value: u16) {
    // SAFETY: the last page of the flash, which holds nothing of the program.
    unsafe { ptr::with_exposed_provenance_mut::<u16>(0x0800_7C00).write_volatile(value) };
    while FLASH_SR.read() & 1 != 0 {}
}

#[entry]
fn main() -> ! {
    FLASH_KEYR.write(0x4567_0123);
    FLASH_KEYR.write(0xCDEF_89AB);
    FLASH_CR.write(1);
    program(0x1234);
    hprintln!("{:#x}", PAGE.read());
    FLASH_SR.write(1 << 5);
    program(0x5678);
    hprintln!(
        "{}",
        if FLASH_SR.read() & 1 << 2 != 0 {
            "PGERR"
        } else {
            "no error"
        }
    );
    FLASH_SR.write(1 << 2);
    FLASH_CR.write(1 << 1);
    FLASH_AR.write(0x0800_7C00);
    FLASH_CR.modify(|value| value | 1 << 6);
    while FLASH_SR.read() & 1 != 0 {}
    hprintln!("{:#x}", PAGE.read());
    semihosting::exit(0)
}
