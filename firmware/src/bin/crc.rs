//! The CRC unit over the bytes that every CRC is checked with.
#![no_std]
#![no_main]

use core::ptr;

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::chip::{Bus, Chip};
use firmware::{registers, semihosting};

registers! {
    CRC_DR = 0x4002_3000;
    CRC_CR = 0x4002_3008;
}

fn feed() {
    for byte in *b"123456789" {
        // SAFETY: the data register takes bytes.
        unsafe { ptr::with_exposed_provenance_mut::<u8>(0x4002_3000).write_volatile(byte) };
    }
}

#[entry]
fn main() -> ! {
    let chip = Chip::this();
    let bit = match chip {
        Chip::L031 => 12,
        Chip::F042 => 6,
    };
    chip.clock(Bus::Ahb, bit);
    feed();
    hprintln!("{:#x}", CRC_DR.read());
    // Bits reversed in each byte of the input and in the output.
    CRC_CR.write(1 | 0b01 << 5 | 1 << 7);
    feed();
    hprintln!("{:#x}", !CRC_DR.read());
    semihosting::exit(0)
}
