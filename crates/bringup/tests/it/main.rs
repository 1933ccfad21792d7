//! The tool as its users have it: command line in, exit code, output and files out.

mod added;
mod audit;
mod bad_input;
mod code;
mod demo;
mod diagnoses;
mod doctor;
mod firmware;
#[cfg(unix)]
mod flash;
mod freestanding;
mod fuzz;
mod gdb;
mod generated;
mod hal;
mod hal_examples;
mod new;
#[cfg(unix)]
mod probe;
mod seeing;
mod skip;
mod support;
mod svd;
mod wasm;
