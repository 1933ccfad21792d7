//! Sessions with a debugger made of a script.

mod blackmagic;
mod board;
mod dap;
mod memory;
mod monitor;
mod registers;
mod reverse;
mod robustness;
mod running;
mod watching;
mod wire;
