//! The chips and boards that are known by name, as data: one TOML file per chip in `boards/`,
//! with the boards that carry it.
//!
//! ```
//! use bringup_device::catalogue;
//!
//! let known = catalogue::board("nucleo-l031k6")?;
//! assert_eq!(known.chip.name, "STM32L031K6");
//! // A whole order code finds the chip as well.
//! assert_eq!(catalogue::chip("stm32l031k6t6")?, known.chip);
//! # Ok::<(), catalogue::Unknown>(())
//! ```

mod check;
mod core;
mod names;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::{Diagnostic, Severity, Span, rules};

pub use self::core::{Architecture, Core};
pub use names::stands_for;

/// Every file of the catalogue: its name and its text. Adding a chip is a file and a line here.
const FILES: &[(&str, &str)] = &[
    (
        "stm32l031k6.toml",
        include_str!("../../../boards/stm32l031k6.toml"),
    ),
    (
        "stm32f042k6.toml",
        include_str!("../../../boards/stm32f042k6.toml"),
    ),
    (
        "stm32f407vg.toml",
        include_str!("../../../boards/stm32f407vg.toml"),
    ),
    (
        "nrf51822.toml",
        include_str!("../../../boards/nrf51822.toml"),
    ),
    ("rp2040.toml", include_str!("../../../boards/rp2040.toml")),
    (
        "tm4c123gh6.toml",
        include_str!("../../../boards/tm4c123gh6.toml"),
    ),
    (
        "gd32vf103cb.toml",
        include_str!("../../../boards/gd32vf103cb.toml"),
    ),
    (
        "fe310-g002.toml",
        include_str!("../../../boards/fe310-g002.toml"),
    ),
];

/// Every file of the catalogue: its name and its text.
pub fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}

/// All chips, in the order of the catalogue.
pub fn chips() -> impl Iterator<Item = &'static Chip> {
    entries().map(|entry| &entry.chip)
}

/// All boards, in the order of the catalogue.
pub fn boards() -> impl Iterator<Item = KnownBoard> {
    entries().flat_map(|entry| {
        entry.boards.iter().map(|board| KnownBoard {
            board,
            chip: &entry.chip,
        })
    })
}

/// Finds a chip by its name in any case. An order code with package, temperature range and packing finds the
/// chip with the longest name it begins with.
pub fn chip(name: &str) -> Result<&'static Chip, Unknown> {
    let wanted = name.trim().to_ascii_uppercase();
    let fitting = chips().filter(|chip| wanted.starts_with(&chip.name.to_ascii_uppercase()));
    let found = fitting.max_by_key(|chip| chip.name.len());
    found.ok_or_else(|| Unknown::new(Kind::Chip, name, chips().map(|chip| chip.name.clone())))
}

/// Finds a board by its name in any case.
pub fn board(name: &str) -> Result<KnownBoard, Unknown> {
    let found = boards().find(|known| known.board.name.eq_ignore_ascii_case(name.trim()));
    found.ok_or_else(|| {
        Unknown::new(
            Kind::Board,
            name,
            boards().map(|known| known.board.name.clone()),
        )
    })
}

/// Reads a file as those of the catalogue are, for chips that are not in it. Gives everything that is
/// wrong with it: text that is not TOML, members that are missing or unknown, memories that overlap.
pub fn parse(text: &str) -> Result<Entry, Vec<Diagnostic>> {
    let entry = read(text).map_err(|diagnostic| vec![diagnostic])?;
    let problems = check::problems(&entry, text);
    if problems.is_empty() {
        Ok(entry)
    } else {
        Err(problems)
    }
}

/// Reads a file without looking at what its values mean.
fn read(text: &str) -> Result<Entry, Diagnostic> {
    toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        Diagnostic {
            severity: Severity::Error,
            rule: rules::CHIP_FILE,
            message: error.message().trim().replace('\n', ", "),
            span: Span {
                start: span.start as u32,
                len: span.len() as u32,
            },
            breadcrumb: Vec::new(),
            hint: None,
        }
    })
}

/// The whole catalogue, read once.
fn entries() -> impl Iterator<Item = &'static Entry> {
    (0..FILES.len()).filter_map(entry)
}

/// One file of the catalogue, read once.
fn entry(index: usize) -> Option<&'static Entry> {
    static ENTRIES: [OnceLock<Option<Entry>>; FILES.len()] =
        [const { OnceLock::new() }; FILES.len()];
    let (_, text) = FILES.get(index)?;
    // A test reads each of these files with all checks, so that none is missing here, and nothing is left to check.
    let entry = ENTRIES.get(index)?.get_or_init(|| read(text).ok());
    entry.as_ref()
}

/// A board together with the chip it carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownBoard {
    /// The board.
    pub board: &'static Board,
    /// Its chip.
    pub chip: &'static Chip,
}

/// What a name was looked up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A chip.
    Chip,
    /// A board.
    Board,
}

impl Kind {
    /// The word for it: `chip` or `board`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Chip => "chip",
            Self::Board => "board",
        }
    }
}

/// A name that the catalogue does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no {} is called `{name}`", what.word())]
pub struct Unknown {
    /// What was looked for.
    pub what: Kind,
    /// The name as it was given.
    pub name: String,
    /// A name in the catalogue that is much like it.
    pub nearest: Option<String>,
    /// All names in the catalogue.
    pub known: Vec<String>,
}

impl Unknown {
    fn new(what: Kind, name: &str, known: impl Iterator<Item = String>) -> Self {
        const NEAR: f64 = 0.75;
        let known: Vec<_> = known.collect();
        let wanted = name.trim().to_ascii_lowercase();
        let rated = known.iter().map(|known| {
            (
                strsim::jaro_winkler(&known.to_ascii_lowercase(), &wanted),
                known,
            )
        });
        let near = rated.filter(|(rate, _)| *rate >= NEAR);
        let nearest = near
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
            .map(|(_, name)| name.clone());
        Self {
            what,
            name: name.to_owned(),
            nearest,
            known,
        }
    }

    /// What to do about it: the nearest name, or all of them.
    pub fn hint(&self) -> String {
        match &self.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("known {}s: {}", self.what.word(), self.known.join(", ")),
        }
    }
}

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
    /// Where the vendor's SVD file comes from; `None` if no package ships it.
    pub svd: Option<SvdSource>,
    /// Where people get the vendor's SVD file if no package ships it.
    pub published: Option<Published>,
    /// What debug tools call it.
    #[serde(default)]
    pub debug: DebugNames,
    /// Which fragment of the project templates knows its ports, timers and serial ports, for example `stm32`; `None`
    /// if none does.
    pub family: Option<String>,
    /// Memories; the first one of a kind is the main one.
    #[serde(rename = "memory")]
    pub memories: Vec<Memory>,
    /// Where whatever runs first on the chip (boot ROM, second-stage loader, a board's boot loader) expects the program:
    /// the vector table of an Arm core, the first instruction of a RISC-V core. `None`: the start of the flash.
    pub program_origin: Option<u32>,
    /// Clock the core runs on after reset, in hertz.
    pub reset_clock_hz: u64,
    /// Behaviour models by peripheral name, for example `GPIOB = "stm32/gpio"`.
    #[serde(default)]
    pub models: BTreeMap<String, String>,
    /// Signals that the pins can carry, by pin: those of the alternate functions 0, 1, 2 and so on, with a space
    /// between them and `-` for none, for example `PA2 = "TIM21_CH1 - TIM2_CH3 - USART2_TX"`.
    #[serde(default)]
    pub alternate_functions: BTreeMap<String, String>,
    /// The fewest bits that a write to a peripheral or register has to have, where that is more than 8: 16 or 32, for
    /// example `EXTI = 32`. What is said about a register counts before what is said about its peripheral, `"SPI1.DR" = 8`.
    #[serde(default)]
    pub narrowest_write: BTreeMap<String, u32>,
    /// Reset values that the SVD file has not or has wrong, by register: `"DBG.IDCODE" = 0x2008_6425`.
    #[serde(default)]
    pub reset_values: BTreeMap<String, u32>,
    /// The chip's own ROM table, which debuggers find the chip by; `None` if there is only the core's.
    pub rom_table: Option<RomTable>,
}

/// The ROM table of a chip, in front of that of its core (*Arm `CoreSight` Architecture Specification*, IHI 0029, "ROM
/// tables").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RomTable {
    /// First address; 4 KiB are taken. That of the core's table makes the chip's table stand in its place.
    pub origin: u32,
    /// The designer's code in JEP106: the number of continuation codes in bits 10 to 7, the identity code without parity below.
    pub designer: u16,
    /// The part number, 12 bits.
    pub part: u16,
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

/// Where people get a vendor's SVD file that no package ships.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Published {
    /// Name of the file, for example `STM32F0x2.svd`.
    pub file: String,
    /// Where the vendor offers it, as the end of a sentence, for example `ST's page of the chip, CAD Resources`.
    pub place: String,
    /// The CMSIS-Pack that holds it, for example `Keil.STM32F0xx_DFP`.
    pub pack: Option<String>,
}

/// What debug tools call a chip.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DebugNames {
    /// Configuration file of OpenOCD, for example `target/stm32l0.cfg`.
    pub openocd: Option<String>,
    /// Name in the output of `probe-rs chip list`, for example `STM32L031K6Tx`.
    pub probe_rs: Option<String>,
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
    /// What each byte holds where nothing was written: 0xFF in most flash.
    #[serde(default)]
    pub erased: u8,
    /// What the vendor wrote there: words by their address, for example the size of the flash.
    #[serde(default)]
    pub values: BTreeMap<String, u32>,
}

impl Memory {
    /// The first address after the memory; up to 2^32.
    pub fn end(&self) -> u64 {
        u64::from(self.origin) + u64::from(self.length)
    }
}

/// Kinds of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

impl MemoryKind {
    /// The word in the data file, for example `flash`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Flash => "flash",
            Self::Ram => "ram",
            Self::Eeprom => "eeprom",
            Self::System => "system",
        }
    }
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
    /// Buttons, without the one for reset.
    #[serde(default, rename = "button")]
    pub buttons: Vec<Button>,
    /// The debug probe that is on the board, or the usual one beside it.
    pub probe: Option<Probe>,
    /// Serial port that leads to the computer: through the board's debug probe, or through an adapter at these pins.
    pub console: Option<ConsolePort>,
    /// What is connected to the oscillator pins.
    #[serde(default)]
    pub clocks: Clocks,
}

/// The debug probe of a board.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Probe {
    /// Its name, for example `ST-LINK/V2-1`.
    pub name: String,
    /// Configuration file of OpenOCD, for example `interface/stlink.cfg`; that of a whole board if the chip has none.
    pub openocd: String,
    /// What OpenOCD calls the wires it uses, for example `hla_swd`; `None` if the file says it.
    pub transport: Option<String>,
}

/// The serial port of a board that leads to the computer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConsolePort {
    /// Peripheral, for example `USART2`.
    pub port: String,
    /// Pin that the chip sends on.
    pub tx: String,
    /// Pin that the chip receives on.
    pub rx: String,
}

/// Crystals and clocks that a board feeds to the chip; those that are missing it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Clocks {
    /// High-speed external clock (HSE), in hertz.
    pub hse_hz: Option<u32>,
    /// The HSE is a clock from outside and not a crystal: it runs only with `HSEBYP`.
    #[serde(default)]
    pub hse_bypass: bool,
    /// Low-speed external crystal (LSE), in hertz.
    pub lse_hz: Option<u32>,
}

impl Memory {
    /// What the vendor wrote there, by address.
    pub fn values(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let address = |text: &str| parse_address(text);
        self.values
            .iter()
            .filter_map(move |(at, value)| Some((address(at)?, *value)))
    }
}

/// `0x1FF8_007C`, the form of an address in a key.
fn parse_address(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0x")?.replace('_', "");
    u32::from_str_radix(&digits, 16).ok()
}

impl Chip {
    /// A chip of which no more than a core and memories are known: its clock after reset is 16 MHz, it has as many
    /// breakpoints as an ARMv6-M core has at most and others at least (ARMv6-M ARM, C1.8.1 and C1.9.1), and no models.
    pub fn of_core(name: &str, core: Core, memories: Vec<Memory>) -> Self {
        Self {
            name: name.to_owned(),
            vendor: String::new(),
            core,
            breakpoints: 4,
            watchpoints: 2,
            svd: None,
            published: None,
            debug: DebugNames::default(),
            family: None,
            memories,
            program_origin: None,
            reset_clock_hz: 16_000_000,
            models: BTreeMap::new(),
            alternate_functions: BTreeMap::new(),
            narrowest_write: BTreeMap::new(),
            reset_values: BTreeMap::new(),
            rom_table: None,
        }
    }

    /// Where the program begins: the vector table of an Arm core, the first instruction of a RISC-V core.
    pub fn program_origin(&self) -> Option<u32> {
        let flash = || self.memory(MemoryKind::Flash).map(|flash| flash.origin);
        self.program_origin.or_else(flash)
    }

    /// The first memory of a kind.
    pub fn memory(&self, kind: MemoryKind) -> Option<&Memory> {
        self.memories.iter().find(|memory| memory.kind == kind)
    }
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
    /// Pin at its other end, in a matrix of LEDs; `None` if that is the supply or ground. The LED is lit while both pins
    /// are driven to opposite levels, that of `pin` as `active_low` says.
    pub return_pin: Option<String>,
    /// True where a low level lights it.
    #[serde(default)]
    pub active_low: bool,
}

/// A button of a board.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Button {
    /// Name in the board's documents, for example `B1`.
    pub label: String,
    /// Pin that it switches, for example `PA0`.
    pub pin: String,
    /// True where the level is low while it is pressed.
    #[serde(default)]
    pub active_low: bool,
}
