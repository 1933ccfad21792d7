//! Programs and erases the last page of the flash and a byte of the EEPROM.
#![no_std]
#![no_main]

use core::ptr;

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::{registers, semihosting};

registers! {
    FLASH_PECR = 0x4002_2004;
    FLASH_PEKEYR = 0x4002_200C;
    FLASH_PRGKEYR = 0x4002_2010;
    FLASH_SR = 0x4002_2018;
    PAGE = 0x0800_7F80;
    SECOND = 0x0800_7F84;
    EEPROM = 0x0808_0000;
}

const BSY: u32 = 1 << 0;
const EOP: u32 = 1 << 1;
const NOTZEROERR: u32 = 1 << 16;

fn wait() {
    while FLASH_SR.read() & BSY != 0 {}
    FLASH_SR.write(EOP);
}

fn words() -> (u32, u32) {
    (PAGE.read(), SECOND.read())
}

#[entry]
fn main() -> ! {
    FLASH_PEKEYR.write(0x89AB_CDEF);
    FLASH_PEKEYR.write(0x0203_0405);
    FLASH_PRGKEYR.write(0x8C9D_AEBF);
    FLASH_PRGKEYR.write(0x1314_1516);
    let (first, second) = words();
    hprintln!("page: {:#x} {:#x}", first, second);
    PAGE.write(0x1234_5678);
    wait();
    SECOND.write(0x9ABC_DEF0);
    wait();
    let (first, second) = words();
    hprintln!("words: {:#x} {:#x}", first, second);
    PAGE.write(1);
    let refused = FLASH_SR.read() & NOTZEROERR != 0;
    FLASH_SR.write(NOTZEROERR);
    hprintln!(
        "twice: {}, {:#x}",
        if refused { "NOTZEROERR" } else { "no error" },
        PAGE.read()
    );
    // ERASE and PROG.
    FLASH_PECR.modify(|value| value | 1 << 9 | 1 << 3);
    PAGE.write(0);
    wait();
    FLASH_PECR.modify(|value| value & !(1 << 9 | 1 << 3));
    let (first, second) = words();
    hprintln!("erased: {:#x} {:#x}", first, second);
    // SAFETY: the second byte of the EEPROM, which is unlocked.
    unsafe { ptr::with_exposed_provenance_mut::<u8>(0x0808_0001).write_volatile(0xA5) };
    wait();
    hprintln!("eeprom: {:#x}", EEPROM.read());
    semihosting::exit(0)
}
