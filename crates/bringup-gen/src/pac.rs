//! The peripheral access crate: registers and fields of a chip as Rust methods.
//!
//! [`generate`] works in two steps. *Lowering* decides every name, type and offset and puts them into plain
//! tables; *printing* writes those tables as Rust that is already in rustfmt's form. There are no token streams
//! and nothing is formatted afterwards.
//!
//! What the crate costs the compiler follows from how many functions and impls it has, so each thing exists
//! once: peripherals, clusters, registers and enumerations of equal shape share their types, a register has
//! one trait impl, and no field has a type of its own.

mod ident;
mod lower;
mod print;
mod theme;

use bringup_device::Device;

pub use theme::Theme;

use crate::FileTree;

/// How the crate is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Name of the package, for example `stm32l0x1`.
    pub name: String,
    /// Names of the peripherals that are wanted, upper or lower case; all if empty.
    pub peripherals: Vec<String>,
    /// Naming convention.
    pub theme: Theme,
    /// Processor family the crate is for.
    pub target: Target,
    /// Edition of the generated crate.
    pub edition: Edition,
}

impl Options {
    /// The options for a crate of this name for Cortex-M, with everything in it.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            peripherals: Vec::new(),
            theme: Theme::default(),
            target: Target::default(),
            edition: Edition::default(),
        }
    }
}

/// Processor family a crate is for: decides what it says about interrupts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Target {
    /// Arm Cortex-M, with the crates `cortex-m` and `cortex-m-rt`.
    #[default]
    CortexM,
    /// Nothing is assumed: registers and interrupt numbers, without a vector table.
    None,
}

/// Rust edition of a generated crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Edition {
    /// Edition 2021.
    #[default]
    E2021,
    /// Edition 2024.
    E2024,
}

impl Edition {
    /// The year, as manifests have it.
    pub const fn year(self) -> &'static str {
        match self {
            Self::E2021 => "2021",
            Self::E2024 => "2024",
        }
    }
}

/// Why no crate could be generated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The name of the package is not one that Cargo takes.
    #[error("`{0}` cannot be the name of a package: letters, digits, `-` and `_`, no digit first")]
    PackageName(String),
    /// Peripherals were asked for that the device does not have.
    #[error("the device has no peripheral `{}`", unknown.join("`, `"))]
    UnknownPeripherals {
        /// What was asked for.
        unknown: Vec<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// A peripheral lies outside the addresses of the processor.
    #[error("peripheral `{peripheral}` is outside the address space of the processor")]
    Address {
        /// Its name.
        peripheral: String,
    },
    /// An interrupt has a number that the processor's interrupt controller does not have.
    #[error(
        "interrupt `{name}` has number {number}, which the interrupt controller of a Cortex-M cannot have"
    )]
    InterruptNumber {
        /// Its name.
        name: String,
        /// Its number.
        number: u32,
    },
}

/// Generates the crate.
///
/// The same device and options give the same bytes.
pub fn generate(device: &Device, options: &Options) -> Result<FileTree, Error> {
    if !is_package_name(&options.name) {
        return Err(Error::PackageName(options.name.clone()));
    }
    Ok(print::print(&lower::lower(device, options)?, options))
}

/// What `cargo new` accepts.
fn is_package_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}
