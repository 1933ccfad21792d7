//! A boot counter in the data EEPROM of the STM32L031: bytes, halfwords and words, what outlives a reset, and the lock.
#![no_std]
#![no_main]

use core::ptr;

use cortex_m::peripheral::SCB;
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::{registers, semihosting};

registers! {
    FLASH_PECR = 0x4002_2004;
    FLASH_PEKEYR = 0x4002_200C;
    FLASH_SR = 0x4002_2018;
    COUNTER = 0x0808_0000;
    WORD = 0x0808_0010;
    LAST = 0x0808_03FC;
}

const PELOCK: u32 = 1 << 0;
const BSY: u32 = 1 << 0;

fn wait() {
    while FLASH_SR.read() & BSY != 0 {}
}

#[entry]
fn main() -> ! {
    let boots = COUNTER.read();
    hprintln!("boots: {}", boots);
    if boots == 3 {
        hprintln!("last word: {:#x}", LAST.read());
        semihosting::exit(0);
    }
    assert_eq!(FLASH_PECR.read() & PELOCK, PELOCK);
    FLASH_PEKEYR.write(0x89AB_CDEF);
    FLASH_PEKEYR.write(0x0203_0405);
    assert_eq!(FLASH_PECR.read() & PELOCK, 0);
    if boots == 0 {
        WORD.write(0x1122_3344);
        wait();
        // SAFETY: aligned, in the EEPROM, which is unlocked.
        unsafe { ptr::with_exposed_provenance_mut::<u16>(0x0808_0012).write_volatile(0xABCD) };
        wait();
        // SAFETY: the same.
        unsafe { ptr::with_exposed_provenance_mut::<u8>(0x0808_0010).write_volatile(0) };
        wait();
        hprintln!("word: {:#x}", WORD.read());
        // A cell that is 0 is programmed, another one is erased before: no error either way.
        WORD.write(0x5555_5555);
        wait();
        WORD.write(0xAAAA_0000);
        wait();
        hprintln!(
            "again: {:#x}, errors {:#x}",
            WORD.read(),
            FLASH_SR.read() >> 8
        );
        LAST.write(0xC0FF_EE00);
        wait();
    }
    COUNTER.write(boots + 1);
    wait();
    FLASH_PECR.modify(|value| value | PELOCK);
    SCB::sys_reset()
}
