//! The chips and boards that are known by name, as data: one TOML file per chip in `boards/`,
//! with the boards that carry it.

use serde::Deserialize;

/// Every file of the catalogue: its name and its text. Adding a chip is a file and a line here.
const FILES: &[(&str, &str)] = &[(
    "stm32l031k6.toml",
    include_str!("../../../boards/stm32l031k6.toml"),
)];

/// A file of the catalogue: a chip and the boards it sits on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// The chip.
    pub chip: Chip,
    /// Boards with this chip.
    #[serde(default, rename = "board")]
    pub boards: Vec<Board>,
}

/// A chip: what can be ordered under one name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Chip {
    /// Order code without package and temperature suffix, for example `STM32L031K6`.
    pub name: String,
    /// Manufacturer.
    pub vendor: String,
    /// Processor core.
    pub core: Core,
    /// Hardware breakpoints.
    pub breakpoints: u32,
    /// Hardware watchpoints.
    pub watchpoints: u32,
    /// Where the vendor's SVD file comes from.
    pub svd: SvdSource,
    /// Memories in the order of their addresses.
    #[serde(rename = "memory")]
    pub memories: Vec<Memory>,
    /// Clock the core runs on after reset, in hertz.
    pub reset_clock_hz: u64,
    /// Behaviour models by peripheral name, for example `GPIOB = "stm32/gpio"`.
    #[serde(default)]
    pub models: std::collections::BTreeMap<String, String>,
}

/// Processor cores that firmware is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Core {
    /// ARMv6-M with single-cycle I/O port and two-stage pipeline.
    #[serde(rename = "cortex-m0+")]
    CortexM0Plus,
    /// ARMv6-M.
    #[serde(rename = "cortex-m0")]
    CortexM0,
}

impl Core {
    /// The Rust target that builds for this core.
    pub const fn target(self) -> &'static str {
        match self {
            Self::CortexM0 | Self::CortexM0Plus => "thumbv6m-none-eabi",
        }
    }
}

/// Where a vendor's SVD file comes from: a package on crates.io that ships it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SvdSource {
    /// Name of the package.
    pub package: String,
    /// Exact version.
    pub version: String,
    /// Path of the file inside the package.
    pub path: String,
}

/// A memory of a chip.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Memory {
    /// What it is.
    pub kind: MemoryKind,
    /// First address.
    pub origin: u32,
    /// Length in bytes.
    pub length: u32,
    /// Addresses at which the same memory appears as well.
    #[serde(default)]
    pub aliases: Vec<u32>,
}

/// Kinds of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemoryKind {
    /// Program memory.
    Flash,
    /// Static RAM.
    Ram,
    /// Data memory that keeps its content.
    Eeprom,
    /// The vendor's boot loader and calibration values.
    System,
}

/// A board: a chip with things soldered to its pins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Board {
    /// Name as on the command line, for example `nucleo-l031k6`.
    pub name: String,
    /// Name as its maker writes it.
    pub title: String,
    /// LEDs.
    #[serde(default, rename = "led")]
    pub leds: Vec<Led>,
}

/// An LED of a board.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Led {
    /// Name in the board's documents, for example `LD3`.
    pub label: String,
    /// Pin that drives it, for example `PB3`.
    pub pin: String,
    /// Colour.
    pub colour: String,
    /// True where a low level lights it.
    #[serde(default)]
    pub active_low: bool,
}
