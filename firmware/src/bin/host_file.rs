//! Removes a file on the host by semihosting: the virtual board has no files, and says so as the specification wants it.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::{hprintln, nr, syscall};
use firmware::semihosting;

#[entry]
fn main() -> ! {
    let name = c"firmware.log";
    let block = [name.as_ptr().addr(), name.count_bytes()];
    // SAFETY: the host reads the two words, and the name they point to.
    let result = unsafe { syscall(nr::REMOVE, &block) };
    hprintln!("{}", result as isize);
    semihosting::exit(0)
}
