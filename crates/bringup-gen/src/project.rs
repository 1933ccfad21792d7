//! A firmware project for a board: manifest, cargo settings, memory map, build script, program.

use bringup_device::catalogue::{Board, Chip, Led, Memory, MemoryKind};
use bringup_device::{Device, Peripheral, RegisterOrCluster};
use minijinja::{Environment, UndefinedBehavior, context};

use crate::FileTree;

/// Files of the `blink` template: where each goes, and its text.
const BLINK: &[(&str, &str)] = &[
    (
        ".cargo/config.toml",
        include_str!("../templates/blink/.cargo/config.toml.j2"),
    ),
    (
        ".gitignore",
        include_str!("../templates/blink/gitignore.j2"),
    ),
    (
        "Cargo.lock",
        include_str!("../templates/blink/Cargo.lock.j2"),
    ),
    (
        "Cargo.toml",
        include_str!("../templates/blink/Cargo.toml.j2"),
    ),
    ("build.rs", include_str!("../templates/blink/build.rs.j2")),
    ("memory.x", include_str!("../templates/blink/memory.x.j2")),
    (
        "src/main.rs",
        include_str!("../templates/blink/src/main.rs.j2"),
    ),
];

/// The largest value SysTick can count down from (24 bits; ARMv6-M ARM, B3.3.4, `SYST_RVR`).
pub const SYSTICK_MAX: u32 = 0x00FF_FFFF;

/// What the project is for.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Name of the package and of the program.
    pub name: &'a str,
    /// Name of the peripheral access crate, which is expected in the folder `pac` of the project.
    pub pac: &'a str,
    /// The chip.
    pub chip: &'a Chip,
    /// The board with that chip.
    pub board: &'a Board,
    /// The device model of the chip.
    pub device: &'a Device,
    /// The field that turns the clock of the LED's port on.
    pub clock_gate: ClockGate<'a>,
    /// Reload value of SysTick, in core cycles: the LED changes every `reload + 1` cycles.
    pub reload: u32,
}

/// A field that turns a clock on, by its names in the SVD file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockGate<'a> {
    /// Peripheral, for example `RCC`.
    pub peripheral: &'a str,
    /// Register, for example `IOPENR`.
    pub register: &'a str,
    /// Field, for example `IOPBEN`.
    pub field: &'a str,
}

/// Why there is no project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum ErrorKind {
    #[error("the board `{0}` has no LED to blink")]
    NoLed(String),
    #[error("`{0}` is not a pin: a port letter and a number, for example `PB3`, is expected")]
    Pin(String),
    #[error("the SVD file describes no `{0}`, which the program needs")]
    Lacks(String),
    #[error("the chip `{chip}` has no {memory} in the catalogue")]
    NoMemory { chip: String, memory: &'static str },
    #[error("a SysTick reload of {0} is outside 1 to {SYSTICK_MAX}")]
    Reload(u32),
    #[error("the template `{file}` is broken: {reason}")]
    Template { file: &'static str, reason: String },
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind }
    }
}

/// The project that blinks the first LED of a board.
///
/// The same options give the same bytes. The peripheral access crate is not part of the tree.
pub fn blink(options: &Options<'_>) -> Result<FileTree, Error> {
    if !(1..=SYSTICK_MAX).contains(&options.reload) {
        return Err(ErrorKind::Reload(options.reload).into());
    }
    let board = options.board;
    let led = board
        .leds
        .first()
        .ok_or_else(|| ErrorKind::NoLed(board.name.clone()))?;
    let pin = Pin::of(led)?;
    let mode = check_names(options.device, &pin)?;

    let context = context! {
        name => options.name,
        pac => options.pac,
        chip => &options.chip.name,
        board => &board.name,
        title => &board.title,
        target => options.chip.core.target(),
        flash => region(options.chip, MemoryKind::Flash, "flash")?,
        ram => region(options.chip, MemoryKind::Ram, "RAM")?,
        led => context! { label => &led.label, pin => &led.pin, active_low => led.active_low },
        port => pin.port.to_lowercase(),
        number => pin.number,
        mode => mode.to_lowercase(),
        reload => grouped(options.reload),
        gate => context! {
            peripheral => options.clock_gate.peripheral.to_lowercase(),
            register => options.clock_gate.register.to_lowercase(),
            field => options.clock_gate.field.to_lowercase(),
        },
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut tree = FileTree::default();
    for (file, text) in BLINK {
        let mut rendered =
            environment
                .render_str(text, &context)
                .map_err(|error| ErrorKind::Template {
                    file,
                    reason: error.to_string(),
                })?;
        // The template engine drops the end of the last line.
        rendered.push('\n');
        tree.insert(*file, rendered);
    }
    Ok(tree)
}

/// A pin of a port: `PB3` is number 3 of `GPIOB`.
struct Pin {
    port: String,
    number: u32,
}

impl Pin {
    fn of(led: &Led) -> Result<Self, Error> {
        let bad = || ErrorKind::Pin(led.pin.clone());
        let rest = led.pin.strip_prefix('P').ok_or_else(bad)?;
        let letter = rest
            .chars()
            .next()
            .filter(char::is_ascii_uppercase)
            .ok_or_else(bad)?;
        let number = rest
            .get(1..)
            .and_then(|digits| digits.parse().ok())
            .filter(|&n| n < 16)
            .ok_or_else(bad)?;
        Ok(Self {
            port: format!("GPIO{letter}"),
            number,
        })
    }
}

/// The program names these: a file without them is a file for another family. Gives the field of the pin's mode, which
/// the files of some families call `MODE3` and those of others `MODER3`.
fn check_names(device: &Device, pin: &Pin) -> Result<String, Error> {
    let lacks = |what: String| Error::from(ErrorKind::Lacks(what));
    let port = device
        .peripheral(&pin.port)
        .ok_or_else(|| lacks(pin.port.clone()))?;
    for stem in ["BS", "BR"] {
        let field = format!("{stem}{}", pin.number);
        if !has_field(port, "BSRR", &field) {
            return Err(lacks(format!("{}.BSRR.{field}", pin.port)));
        }
    }
    let mode = |stem: &str| format!("{stem}{}", pin.number);
    let mut modes = ["MODE", "MODER"].map(mode).into_iter();
    modes
        .find(|field| has_field(port, "MODER", field))
        .ok_or_else(|| lacks(format!("{}.MODER.{}", pin.port, mode("MODE"))))
}

fn has_field(peripheral: &Peripheral, register: &str, field: &str) -> bool {
    peripheral.registers.iter().any(|item| match item {
        RegisterOrCluster::Register(candidate) => {
            candidate.name == register
                && candidate
                    .fields_expanded()
                    .any(|instance| instance.name == field)
        }
        RegisterOrCluster::Cluster(_) => false,
    })
}

fn region(chip: &Chip, kind: MemoryKind, memory: &'static str) -> Result<minijinja::Value, Error> {
    let Memory { origin, length, .. } = chip
        .memories
        .iter()
        .find(|memory| memory.kind == kind)
        .ok_or_else(|| ErrorKind::NoMemory {
            chip: chip.name.clone(),
            memory,
        })?;
    let length = if length.is_multiple_of(1024) {
        format!("{}K", length / 1024)
    } else {
        length.to_string()
    };
    Ok(context! { origin => format!("{origin:#010X}").replace('X', "x"), length })
}

/// Digits in groups of three, as Rust literals of this size are written.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}
