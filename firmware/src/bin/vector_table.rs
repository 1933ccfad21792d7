//! The vector table is copied to RAM from address 0, as programs do that change handlers at run time.
#![no_std]
#![no_main]

use core::arch::asm;

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use firmware::semihosting;

/// Entries of the table.
const ENTRIES: usize = 48;

#[entry]
fn main() -> ! {
    let mut table = [0_u32; ENTRIES];
    for (index, entry) in table.iter_mut().enumerate() {
        // SAFETY: on this chip there is flash at address 0, with the vector table at its start.
        unsafe { asm!("ldr {entry}, [{at}]", entry = out(reg) *entry, at = in(reg) 4 * index) };
    }
    let in_ram = |at: u32| (0x2000_0000..=0x2000_2000).contains(&at);
    assert!(in_ram(table[0]), "the initial stack pointer");
    let is_code = |at: &u32| *at == 0 || at >> 24 == 8 && at & 1 == 1;
    assert!(table[1..].iter().all(is_code), "the handlers");
    hprintln!("{} entries", table.len());
    semihosting::exit(0)
}
