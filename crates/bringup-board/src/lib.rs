//! A virtual microcontroller board: a core, the chip's memories and peripherals, and virtual time.
//!
//! Everything the board knows about the chip comes from data: memories, models and LEDs from the catalogue
//! ([`bringup_device::catalogue`]), registers and interrupts from the vendor's SVD file. Every peripheral starts as
//! the register file that file describes; what behaves beyond that has a model, and what is used without one is
//! counted and listed ([`Board::unmodelled`]).
//!
//! ```no_run
//! # fn example(chip: &bringup_device::catalogue::Chip, device: &bringup_device::Device, elf: &[u8])
//! # -> Result<(), bringup_board::Error> {
//! let mut board = bringup_board::Board::new(chip, None, device)?;
//! board.load(elf)?;
//! board.run_for(std::time::Duration::from_secs(10));
//! assert_eq!(board.pin("PB3")?.edges().len(), 9);
//! assert!(board.findings().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # How time and events hang together
//!
//! The core counts cycles and asks its bus how far it may run. Peripherals plan events in cycles or in virtual time
//! ([`scheduler`]); the clock tree turns one into the other, exactly ([`clock`]). A run is a pure function of firmware,
//! chip and calls: two runs are equal byte for byte.
//!
//! # How checks hang together
//!
//! Checks sit where an access is decided ([`checks`]), one file per rule. They cost nothing on flash, on RAM a look at whether it
//! was written, and on peripherals no more than a test of masks that are worked out when the board is made.

mod awaited;
pub mod backtrace;
mod board;
mod bus;
pub mod checks;
pub mod clock;
mod console;
mod dataflow;
mod debugger;
mod devices;
mod error;
mod harness;
mod image;
mod limits;
mod memory;
pub mod models;
pub mod peripheral;
pub mod pins;
mod program;
mod ram;
pub mod registers;
pub mod report;
pub mod requests;
mod rtt;
mod run;
pub mod scheduler;
mod script;
mod semihosting;
mod text;
mod trace;
mod vcd;
pub mod wires;

pub use board::{Board, Unmodelled};
pub use bringup_cpu::{Watch, WatchHit, Watchpoint, Width};
pub use bringup_symbols::{Frame, Location, Symbols};
pub use checks::{Finding, Level, Rule, Severity};
pub use console::{Console, Port};
pub use error::Error;
pub use harness::SerialPort;
pub use image::{Image, Segment};
pub use pins::{Edge, Pin, PinId, SignalId};
pub use report::Report;
pub use rtt::{DEFMT, RTT};
pub use run::{GuestFault, Halt, RunOptions, Stop};
pub use script::{Script, ScriptProblem};
pub use semihosting::{STDERR, STDOUT};
pub use trace::{Access, Batch, Master, TraceText};
