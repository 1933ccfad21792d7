//! Why a board could not be made or firmware not be loaded, and what it did wrong.

use std::fmt;

/// Why a board could not be made, firmware not be loaded, or a name not be found; or what firmware did wrong.
///
/// The message says what was found and what is wanted; [`Error::hint`] says what to do about it. `Debug` shows both, because
/// that is what a test which returns the error prints.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: Box<Kind>,
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match self.hint() {
            Some(hint) => write!(f, "\n\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    UnknownModel {
        model: String,
        peripheral: String,
    },
    MemoryTooLarge {
        origin: u32,
        length: u32,
        largest: u32,
    },
    UnknownPin {
        pin: String,
    },
    UnknownPort {
        port: String,
    },
    UnknownBoard {
        message: String,
        hint: String,
    },
    Svd {
        problems: Vec<String>,
    },
    Breaches {
        findings: usize,
        fault: bool,
        text: String,
    },
    NoCore {
        chip: String,
        core: &'static str,
    },
    NoLoader {
        chip: String,
    },
    Empty,
    NotElf {
        start: Vec<u8>,
    },
    Truncated {
        what: &'static str,
    },
    WrongMachine {
        found: String,
        chip: String,
    },
    NotExecutable {
        found: String,
    },
    NothingToLoad,
    OutsideMemory {
        start: u64,
        length: u64,
        chip: String,
        memories: String,
    },
    WrongArchitecture {
        found: String,
        chip: String,
        core: &'static str,
    },
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self {
            kind: Box::new(kind),
        }
    }
}

impl Error {
    /// Whether the firmware image is at fault, and not the board's description or an argument.
    pub fn is_image(&self) -> bool {
        !matches!(
            *self.kind,
            Kind::UnknownModel { .. }
                | Kind::NoCore { .. }
                | Kind::NoLoader { .. }
                | Kind::MemoryTooLarge { .. }
                | Kind::UnknownPin { .. }
                | Kind::UnknownPort { .. }
                | Kind::UnknownBoard { .. }
                | Kind::Svd { .. }
                | Kind::Breaches { .. }
        )
    }

    /// Whether it tells of what firmware did wrong while it ran; see [`Board::verdict`](crate::Board::verdict).
    pub fn is_breach(&self) -> bool {
        matches!(*self.kind, Kind::Breaches { .. })
    }

    /// What to do about it, if that is known.
    pub fn hint(&self) -> Option<String> {
        let hint = match &*self.kind {
            Kind::UnknownModel { .. } => {
                let known: Vec<String> = crate::models::MODELS
                    .iter()
                    .map(|(name, _)| format!("`{name}`"))
                    .collect();
                return Some(format!("models are {}", known.join(", ")));
            }
            Kind::UnknownPin { .. } => "pins are called by port and number, for example `PB3`",
            Kind::UnknownPort { .. } => {
                "serial ports are called as in the SVD file, for example `USART2`"
            }
            Kind::UnknownBoard { hint, .. } => return Some(hint.clone()),
            Kind::Svd { .. } => "`bringup svd check` shows the file's problems with their lines",
            // Each finding has its own.
            Kind::MemoryTooLarge { .. } | Kind::Breaches { .. } => return None,
            Kind::NoLoader { .. } => {
                "building and auditing work for this chip; `run --core` runs its firmware on a bare core, without the boot ROM"
            }
            Kind::NoCore { .. } => {
                "building and auditing work for this chip; the cores that run here are Cortex-M0 and Cortex-M0+"
            }
            Kind::Empty => "build the firmware first, and check that the build did not fail",
            Kind::NotElf { .. } => {
                "pass the ELF file that cargo makes under `target/`, not a `.bin` or `.hex` made from it"
            }
            Kind::Truncated { .. } => {
                "build the firmware again: the file was cut off or overwritten"
            }
            Kind::WrongMachine { .. } => {
                "build for the chip, for example with `cargo build --target thumbv6m-none-eabi`"
            }
            Kind::NotExecutable { .. } => {
                "pass the linked program, not an object file or a library"
            }
            Kind::NothingToLoad => {
                "link with the script of `cortex-m-rt`: `-C link-arg=-Tlink.x` in `.cargo/config.toml`, and a `memory.x`"
            }
            Kind::OutsideMemory { .. } => {
                "check `ORIGIN` and `LENGTH` in `memory.x` against the chip"
            }
            Kind::WrongArchitecture { .. } => {
                "build with `--target thumbv6m-none-eabi`, and remove `target-cpu` options for other cores"
            }
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownModel { model, peripheral } => {
                write!(
                    f,
                    "no behaviour model is called `{model}`, which the chip wants for `{peripheral}`"
                )
            }
            Self::MemoryTooLarge {
                origin,
                length,
                largest,
            } => {
                write!(
                    f,
                    "the memory at {origin:#010x} has {length} bytes, more than the {largest} that are simulated"
                )
            }
            Self::NoLoader { chip } => write!(
                f,
                "the virtual board has nothing of what `{chip}` runs before the program"
            ),
            Self::NoCore { chip, core } => {
                write!(f, "the virtual board has no {core}, the core of `{chip}`")
            }
            Self::UnknownPin { pin } => write!(f, "the chip has no pin `{pin}`"),
            Self::UnknownPort { port } => write!(f, "the chip has no serial port `{port}`"),
            Self::UnknownBoard { message, .. } => f.write_str(message),
            Self::Svd { problems } => {
                f.write_str("the SVD file cannot be relied on")?;
                problems
                    .iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
            Self::Breaches {
                findings,
                fault,
                text,
            } => {
                let findings = match findings {
                    0 => String::new(),
                    1 => "1 finding".to_owned(),
                    many => format!("{many} findings"),
                };
                let and = if *fault && !findings.is_empty() {
                    " and "
                } else {
                    ""
                };
                let fault = if *fault { "a fault" } else { "" };
                write!(f, "{findings}{and}{fault}{text}")
            }
            Self::Empty => f.write_str("the firmware file is empty"),
            Self::NotElf { start } => {
                write!(
                    f,
                    "not an ELF file: it starts with `{}`, an ELF file with `7f 45 4c 46`",
                    Hex(start)
                )
            }
            Self::Truncated { what } => write!(
                f,
                "the ELF file is damaged: {what} lies outside the file or is malformed"
            ),
            Self::WrongMachine { found, chip } => {
                write!(
                    f,
                    "this is a file for {found}; `{chip}` runs 32-bit little-endian Arm code"
                )
            }
            Self::NotExecutable { found } => {
                write!(f, "this ELF file is {found}, not an executable")
            }
            Self::NothingToLoad => {
                f.write_str("the ELF file has no segment to load: there is no code in it")
            }
            Self::OutsideMemory {
                start,
                length,
                chip,
                memories,
            } => write!(
                f,
                "a segment of {length} bytes at {start:#010x} lies outside the memories of `{chip}`: {memories}"
            ),
            Self::WrongArchitecture { found, chip, core } => {
                write!(
                    f,
                    "this is code for {found}; the {core} of `{chip}` runs ARMv6-M code"
                )
            }
        }
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}
