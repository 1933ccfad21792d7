//! A GDB remote server over a virtual board: registers, memory, breakpoints, steps, and what a board
//! can tell that no chip does.
//!
//! The protocol engine is [`gdbstub`]; around it stands what keeps a session alive whatever comes over the wire.
//! Looking at the board never changes it: memory is read without side effects, and a run with a debugger attached
//! takes the same cycles as one without.
//!
//! The crate opens no socket. Whoever does, hands a [`ConnectionExt`] to [`Server::serve`].
//!
//! | layer | what it does |
//! |---|---|
//! | `frame` | bytes to packets: framing, checksums, sizes |
//! | `link` | holds answers back until they are whole |
//! | `server` | packets to the engine, slices of time to the board |
//! | `target` | what the engine asks of a board: memory, breakpoints, running forwards and backwards |
//! | `ext` | the engine's questions, one file per extension of the protocol |
//! | `monitor` | the `monitor` commands |

mod arch;
pub mod blackmagic;
pub mod dap;
mod error;
mod ext;
mod frame;
mod link;
mod monitor;
mod server;
pub mod stlink;
mod target;

pub use error::Error;
pub use frame::packet;
pub use gdbstub::conn::{Connection, ConnectionExt};
pub use server::{ConsoleSink, Ended, Server, TraceSink};
