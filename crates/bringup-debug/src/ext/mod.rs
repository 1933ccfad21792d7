//! What a board offers to gdb: one file per extension of the protocol.

mod base;
mod breakpoints;
mod flash;
mod memory_map;
mod monitor;
mod resume;
mod reverse;
mod watchpoints;
