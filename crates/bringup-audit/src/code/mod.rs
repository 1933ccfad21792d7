//! What the code of a program does: disassembly, accesses to the chip's registers, calls, stack and panics.

mod body;
mod flow;
mod isa;
mod listing;
mod names;
mod program;
mod starts;

pub use listing::{AccessListing, FunctionListing, Line, Listing, disassemble};
pub use names::Names;
