//! Tests of the virtual board: small programs, written as the halfwords they are, on a small made-up chip.

mod asm;
mod backtrace;
mod board;
mod checks;
mod clock;
mod console;
mod core_checks;
mod debugger;
mod fixture;
mod fuzz;
mod gates;
mod gpio;
mod harness;
mod image;
mod models;
mod registers;
mod rtt;
mod rules;
mod trace;
mod unpredictable;
