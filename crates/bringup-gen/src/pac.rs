//! The peripheral access crate: registers and fields of a chip as Rust methods.
//!
//! [`generate`] works in two steps. *Lowering* decides every name, type and offset and puts them into plain
//! tables; *printing* writes those tables as Rust that is already in rustfmt's form. There are no token streams
//! and nothing is formatted afterwards.
//!
//! What the crate costs the compiler follows from how many functions and impls it has, so each thing exists
//! once: peripherals, clusters, registers and enumerations of equal shape share their types, a register has
//! one trait impl, no field has a type of its own, and one method of a field serves for reading and writing.

mod ident;
mod lower;
mod module;
mod print;
mod target;
mod theme;

use std::fmt;

use bringup_device::Device;

pub use ident::is_keyword;
pub use module::{Module, generate_module};
pub use target::Target;
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
    /// Version of the generated crate, for example `0.1.0`.
    pub version: String,
    /// How the source is split into files.
    pub layout: Layout,
    /// Whether the peripherals of the core itself (`NVIC`, `SCB`, `SYST`, …, from `cortex-m`) are re-exported at the root.
    pub reexport_core_peripherals: bool,
    /// Whether the attribute `interrupt` of the run-time crate is re-exported at the root, with the feature `rt`.
    pub reexport_interrupt: bool,
    /// Whether the type of each field has a name of its own in the module of its register: `EnR`, `EnW<'_, CrSpec>`. Whoever
    /// compiles the crate pays for them, and few programs name them.
    pub field_types: bool,
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
            version: "0.1.0".into(),
            layout: Layout::default(),
            reexport_core_peripherals: false,
            reexport_interrupt: false,
            field_types: false,
        }
    }
}

/// How the source of a crate is split into files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Layout {
    /// A file per register, in folders for peripherals and clusters.
    Register,
    /// A file per peripheral.
    #[default]
    Peripheral,
    /// Everything in `lib.rs`.
    Single,
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
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The name of the package is not one that Cargo takes.
    PackageName(String),
    /// The name of the module is not one that Rust takes.
    ModuleName(String),
    /// Peripherals were asked for that the device does not have.
    UnknownPeripherals {
        /// What was asked for.
        unknown: Vec<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// The version is not one that Cargo takes.
    Version(String),
    /// A feature was asked for that crates for this processor do not have.
    UnknownFeatures {
        /// What was asked for.
        unknown: Vec<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// A peripheral lies outside the addresses of the processor.
    Address {
        /// Its name.
        peripheral: String,
    },
    /// An interrupt has a number that the processor's interrupt controller does not have.
    InterruptNumber {
        /// Its name.
        name: String,
        /// Its number.
        number: u32,
        /// Whose interrupt controller it is.
        controller: &'static str,
    },
}

// Written out: a derive macro would be most of what a build script with this crate waits for.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PackageName(name) => write!(
                f,
                "`{name}` cannot be the name of a package: letters, digits, `-` and `_`, no digit first"
            ),
            Self::ModuleName(name) => write!(
                f,
                "`{name}` cannot be the name of a module: letters, digits and `_`, no digit first, no keyword"
            ),
            Self::UnknownPeripherals { unknown, .. } => {
                write!(f, "the device has no peripheral `{}`", unknown.join("`, `"))
            }
            Self::Version(version) => write!(
                f,
                "`{version}` cannot be the version of a package: three numbers, as in `0.1.0`, and what may follow them"
            ),
            Self::UnknownFeatures { unknown, .. } => {
                write!(
                    f,
                    "generated crates have no feature `{}`",
                    unknown.join("`, `")
                )
            }
            Self::Address { peripheral } => write!(
                f,
                "peripheral `{peripheral}` is outside the address space of the processor"
            ),
            Self::InterruptNumber {
                name,
                number,
                controller,
            } => write!(
                f,
                "interrupt `{name}` has number {number}, which the interrupt controller of {controller} cannot have"
            ),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// The way out: what there is in place of what was asked for.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownPeripherals { known, .. } | Self::UnknownFeatures { known, .. } => {
                Some(format!("there are `{}`", known.join("`, `")))
            }
            _ => None,
        }
    }
}

/// Generates the crate.
///
/// The same device and options give the same bytes.
pub fn generate(device: &Device, options: &Options) -> Result<FileTree, Error> {
    if !is_package_name(&options.name) {
        return Err(Error::PackageName(options.name.clone()));
    }
    if !is_version(&options.version) {
        return Err(Error::Version(options.version.clone()));
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

/// Three numbers, and a suffix of the characters that versions are made of.
fn is_version(version: &str) -> bool {
    let end = version.find(['-', '+']).unwrap_or(version.len());
    let (numbers, suffix) = version.split_at(end);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && suffix.len() != 1
        && suffix
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.'))
}
