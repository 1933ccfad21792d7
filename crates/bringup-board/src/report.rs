//! The outcome of a run as data: what `--json` prints. Keys are only ever added.

use serde::Serialize;

use crate::board::Stop;
use crate::checks::Severity;
use crate::symbols::Location;

/// Everything about a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Name of the board, for example `nucleo-l031k6`; none for a chip alone.
    pub board: Option<String>,
    /// Name of the chip.
    pub chip: String,
    /// Why the run ended; none before the first run.
    pub stop: Option<Stop>,
    /// Exit code of the firmware, if it ended by itself.
    pub exit_code: Option<i32>,
    /// The fault that ended the run, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultReport>,
    /// Core cycles since power-on.
    pub cycles: u64,
    /// Virtual time since power-on.
    pub seconds: f64,
    /// Instructions completed since power-on.
    pub instructions: u64,
    /// Size of the firmware.
    pub image: ImageReport,
    /// The pins that have an LED of the board, and those that changed; by name.
    pub pins: Vec<PinReport>,
    /// What was printed, by port.
    pub console: Vec<ConsoleReport>,
    /// What the checks found, in the order of time.
    pub findings: Vec<FindingReport>,
    /// Registers that were used and that nothing models, by address.
    pub unmodelled: Vec<UnmodelledReport>,
    /// What the run cost, for who measures it: libraries do not know the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<HostReport>,
}

/// What the firmware did that the core could not carry out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultReport {
    /// The rule of the architecture that was broken.
    pub message: String,
    /// Address of the instruction.
    #[serde(serialize_with = "as_hex")]
    pub pc: u32,
    /// Address of the access, if the fault is about one.
    #[serde(
        serialize_with = "as_optional_hex",
        skip_serializing_if = "Option::is_none"
    )]
    pub address: Option<u32>,
    /// Where the instruction is in the source.
    pub location: Option<Location>,
    /// Core cycle at which the handler was entered.
    pub cycle: u64,
}

/// Size of the firmware, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ImageReport {
    /// Flash the image fills.
    pub flash: u64,
    /// RAM the image claims, the stack apart.
    pub ram: u64,
    /// Flash of the chip.
    pub flash_size: u64,
    /// RAM of the chip.
    pub ram_size: u64,
}

/// A pin and its history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PinReport {
    /// Name, for example `PB3`.
    pub pin: String,
    /// What the board calls it.
    pub label: Option<String>,
    /// Level at the end; a pin that nobody drives counts as low.
    pub level: bool,
    /// Changes, in the order of time.
    pub edges: Vec<EdgeReport>,
    /// Whether somebody drives the pin at the end, be it a pull resistor.
    pub driven: bool,
}

/// A change of a pin's level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EdgeReport {
    /// Core cycle.
    pub cycle: u64,
    /// Virtual time.
    pub seconds: f64,
    /// Level from then on.
    pub level: bool,
}

/// What one port printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsoleReport {
    /// Name of the port.
    pub port: String,
    /// What it printed; bytes that are not UTF-8 are replaced by U+FFFD.
    pub text: String,
}

/// A finding with its place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingReport {
    /// Name of the rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What happened.
    pub message: String,
    /// The register.
    pub register: Option<String>,
    /// The field.
    pub field: Option<String>,
    /// Address of the instruction, for example `0x080000c6`.
    #[serde(serialize_with = "as_hex")]
    pub pc: u32,
    /// Where that is in the source.
    pub location: Option<Location>,
    /// Core cycle of the first time.
    pub cycle: u64,
    /// How often it happened.
    pub count: u64,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A register that was used and that nothing models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnmodelledReport {
    /// Name, for example `PWR.CR`.
    pub register: String,
    /// How often it was read.
    pub reads: u64,
    /// How often it was written.
    pub writes: u64,
}

/// What a run cost the host.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HostReport {
    /// Wall time.
    pub seconds: f64,
    /// Million instructions per second.
    pub mips: f64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference to the field"
)]
fn as_hex<S: serde::Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{value:#010x}"))
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference to the field"
)]
fn as_optional_hex<S: serde::Serializer>(
    value: &Option<u32>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => as_hex(value, serializer),
        None => serializer.serialize_none(),
    }
}
