//! From a vendor's CMSIS-SVD file to a resolved [`Device`], with a [`Diagnostic`] for each thing in
//! the file that is not as the standard wants it; and the catalogue of chips and boards.
//!
//! Everything here is a pure function of its input: nothing reads a file, a clock or the environment.
//!
//! - [`svd::load`] reads a file. [`Device`] and what it is made of have neither `derivedFrom` nor
//!   inherited properties nor `dim` left; [`Device::peripherals_expanded`], [`Peripheral::registers_expanded`]
//!   and [`Register::fields_expanded`] spread out what is repeated.
//! - [`check::check`] reports what a resolved device cannot be.
//! - [`diff::diff`] says what changed from one revision to another.
//! - [`rules`] lists every kind of problem that is reported, [`Source`] shows one beside the text it is about.
//! - `catalogue` knows chips and boards by name; it is the feature `catalogue`, which is on unless turned off.
//! - `pack` reads the CMSIS-Packs of vendors; it is the feature `pack`, which is off unless turned on.

#[cfg(feature = "catalogue")]
pub mod catalogue;
pub mod check;
mod core_registers;
mod diagnostic;
pub mod diff;
mod expand;
pub mod gates;
mod model;
#[cfg(feature = "pack")]
pub mod pack;
mod resolve;
pub mod rules;
mod snippet;
pub mod svd;
mod xml;

pub use core_registers::{CoreRegister, core_register};
pub use diagnostic::{Diagnostic, LineIndex, Position, Severity, Span};
pub use expand::{FieldInstance, PeripheralInstance, RegisterInstance};
pub use model::*;
pub use snippet::{Part, Source};
