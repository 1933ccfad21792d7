//! From a vendor's CMSIS-SVD file to a resolved [`Device`], with a [`Diagnostic`] for each thing in
//! the file that is not as the standard wants it; and the [`catalogue`] of chips and boards.
//!
//! Everything here is a pure function of its input: nothing reads a file, a clock or the environment.

pub mod catalogue;
mod diagnostic;
mod model;

pub use diagnostic::{Diagnostic, Severity, Span};
pub use model::*;
