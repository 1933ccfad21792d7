//! Tests of the cores against a bus that counts.

mod asm;
mod bus;
mod data;
mod debug;
mod disasm;
mod encodings;
mod exceptions;
mod faults;
mod memory;
mod random;
mod registers;
mod skip;
mod smoke;
mod systick;
mod timing;
mod told;
mod unpredictable;
mod wake;
mod watch;
