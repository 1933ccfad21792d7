//! Prints by each of the three semihosting calls, then ends well.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprint, hprintln};
use firmware::semihosting::{write_byte, write_text};

#[entry]
fn main() -> ! {
    // `SYS_OPEN` of `:tt` and `SYS_WRITE`.
    hprintln!("hello, world");
    hprint!("one line ");
    hprintln!("in two parts, {} + {} = {}", 1, 2, 1 + 2);
    write_text(c"a text up to its zero byte\n");
    for byte in *b"byte by byte\n" {
        write_byte(byte);
    }
    loop {
        debug::exit(debug::EXIT_SUCCESS);
    }
}
