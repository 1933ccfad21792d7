//! What the code of a program does: disassembly, accesses to the chip's registers, calls, stack and panics.

mod accesses;
mod analysis;
mod body;
mod calls;
mod compare;
mod flow;
mod html;
mod isa;
mod listing;
mod names;
mod panics;
mod program;
mod sizes;
mod stack;
mod starts;
mod value;

pub use accesses::{FunctionAccesses, RegisterAccesses};
pub use analysis::CodeReport;
pub(crate) use analysis::analyse;
pub use compare::{Change, Comparison, compare};
pub use html::html;
pub use listing::{AccessListing, FunctionListing, Line, Listing, disassemble};
pub use names::Names;
pub use panics::{PanicKind, PanicSite};
pub use sizes::{NO_CRATE, NOBODY, Size, Sizes, SymbolSize};
pub use stack::{HandlerStack, StackFrame, StackPath, StackReport, UnknownReason, UnknownStack};
