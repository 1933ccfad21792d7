//! The outcome of a run as data: what `--json` prints. Keys are only ever added.

use std::fmt::Write as _;

use serde::Serialize;

use bringup_cpu::Width;
use bringup_cpu::armv6m::disasm;
use bringup_device::catalogue::MemoryKind;

use crate::backtrace::{Backtrace, Call, ExceptionFrame};
use crate::board::Board;
use crate::checks::{Finding, Severity};
use crate::pins::Pin;
use crate::run::Stop;
use bringup_symbols::{Location, Symbols};

mod look;

pub use look::{Look, Part, Plain, write_place};

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
    /// The panic that the firmware hangs in at the end of the run, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panic: Option<PanicReport>,
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
    /// The instruction, if it can be read, for example `ldr r1, [r0, #0]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// The register at the address of the access, if it is one of a peripheral.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    /// What the core stacked when it took the exception that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<FrameReport>,
    /// The calls that led to the instruction, the innermost first; of a lockup, all of them.
    pub backtrace: Vec<CallReport>,
    /// Why the backtrace ends before the start of the program, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backtrace_cut: Option<String>,
}

/// A panic that the firmware does not come out of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PanicReport {
    /// Where the firmware's own code panicked.
    pub location: Option<Location>,
    /// The calls that led to the handler, the innermost first.
    pub backtrace: Vec<CallReport>,
    /// Why the backtrace ends before the start of the program, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backtrace_cut: Option<String>,
}

/// A call of a backtrace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallReport {
    /// Address of the instruction: of the innermost call the one that executes, of others the one to return to.
    #[serde(serialize_with = "as_hex")]
    pub pc: u32,
    /// Name of the function.
    pub function: Option<String>,
    /// Where in it.
    pub location: Option<Location>,
    /// It was inlined into the next.
    pub inlined: bool,
    /// The exception that interrupted it there, if it was interrupted and did not call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interrupted_by: Option<String>,
}

/// The frame of an exception, with the registers as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FrameReport {
    /// Where it lies.
    #[serde(serialize_with = "as_hex")]
    pub address: u32,
    /// The value in LR that tells which stack it is on and what to return to.
    #[serde(serialize_with = "as_hex")]
    pub exc_return: u32,
    /// R0.
    #[serde(serialize_with = "as_hex")]
    pub r0: u32,
    /// R1.
    #[serde(serialize_with = "as_hex")]
    pub r1: u32,
    /// R2.
    #[serde(serialize_with = "as_hex")]
    pub r2: u32,
    /// R3.
    #[serde(serialize_with = "as_hex")]
    pub r3: u32,
    /// R12.
    #[serde(serialize_with = "as_hex")]
    pub r12: u32,
    /// LR.
    #[serde(serialize_with = "as_hex")]
    pub lr: u32,
    /// The address to return to.
    #[serde(serialize_with = "as_hex")]
    pub pc: u32,
    /// xPSR: flags, and in bits 5 to 0 the exception that was interrupted.
    #[serde(serialize_with = "as_hex")]
    pub xpsr: u32,
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
    /// What it printed in hexadecimal digits, where the text is not all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
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
    /// The fields that are left out, of a register whose peripheral has a model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// How often it was read.
    pub reads: u64,
    /// How often it was written; of fields that are left out, how often some were set.
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

impl Board {
    /// Everything about the run so far.
    pub fn report(&self) -> Report {
        let symbols = self.image.as_ref().map(|image| Symbols::read(&image.file));
        let (flash, ram) = self
            .image
            .as_ref()
            .map_or((0, 0), |image| (image.flash, image.ram));
        let unmodelled = self.unmodelled().into_iter().map(|used| UnmodelledReport {
            register: used.register,
            fields: used.fields,
            reads: used.reads,
            writes: used.writes,
        });
        Report {
            board: self.description.as_ref().map(|board| board.name.clone()),
            chip: self.chip.name.clone(),
            stop: self.stop,
            exit_code: self.exit_code,
            fault: symbols
                .as_ref()
                .and_then(|symbols| self.report_fault(symbols)),
            panic: symbols
                .as_ref()
                .and_then(|symbols| self.report_panic(symbols)),
            cycles: self.cycles(),
            seconds: self.seconds(),
            instructions: self.instructions(),
            image: ImageReport {
                flash,
                ram,
                flash_size: self.system.memories.size_of(MemoryKind::Flash),
                ram_size: self.system.memories.size_of(MemoryKind::Ram),
            },
            pins: self.report_pins(),
            console: self.report_console(),
            findings: self
                .findings()
                .iter()
                .map(|finding| report_finding(finding, symbols.as_ref()))
                .collect(),
            unmodelled: unmodelled.collect(),
            host: None,
        }
    }

    /// The fault that ended the run; one that the firmware handled is its own affair.
    fn report_fault(&self, symbols: &Symbols<'_>) -> Option<FaultReport> {
        let ended = matches!(self.stop, Some(Stop::Fault | Stop::Lockup));
        let fault = self.fault.as_ref().filter(|_| ended)?;
        let trace = self.trace();
        // The handler of a fault is of interest where it failed itself.
        let from = if fault.lockup {
            0
        } else {
            trace.interrupted_by(HARD_FAULT)
        };
        let backtrace = trace.named(self, symbols, from);
        Some(FaultReport {
            message: fault.message.clone(),
            pc: fault.pc,
            address: fault.address,
            location: symbols.locate(fault.pc),
            cycle: fault.cycle,
            instruction: self.disassemble(fault.pc),
            register: fault.address.and_then(|address| self.register_at(address)),
            frame: backtrace.frame.map(report_frame),
            backtrace: backtrace.calls.into_iter().map(report_call).collect(),
            backtrace_cut: backtrace.cut,
        })
    }

    /// The panic that the firmware hangs in. One that ends the run, or resets the chip, is no such.
    fn report_panic(&self, symbols: &Symbols<'_>) -> Option<PanicReport> {
        if !matches!(self.stop, Some(Stop::Limit | Stop::Stuck)) {
            return None;
        }
        let trace = self.trace();
        let panics = |place: u32| symbols.function(place).is_some_and(is_panic);
        trace.places().find(|place| panics(*place))?;
        let Backtrace { calls, cut, .. } = trace.named(self, symbols, 0);
        let machinery = calls
            .iter()
            .rposition(|call| call.function.as_deref().is_some_and(is_panic));
        let callers = calls.get(machinery.map_or(0, |last| last + 1)..);
        let own = callers.and_then(|callers| callers.iter().find(|call| call.own));
        Some(PanicReport {
            location: own.and_then(|call| call.location.clone()),
            backtrace: calls.into_iter().map(report_call).collect(),
            backtrace_cut: cut,
        })
    }

    fn disassemble(&self, pc: u32) -> Option<String> {
        let half = |address| self.system.memories.read(address, Width::Halfword);
        let first = half(pc)? as u16;
        let second = half(pc.wrapping_add(2)).unwrap_or(0) as u16;
        Some(disasm(pc, first, second).to_string())
    }

    /// Name of the peripheral register at an address.
    fn register_at(&self, address: u32) -> Option<String> {
        let system = self.system.finished(self.core.cycles());
        let (device, offset) = system.device_at(address)?;
        Some(device.register_name(offset, Width::Word))
    }

    fn report_pins(&self) -> Vec<PinReport> {
        let shown = |pin: &&Pin| pin.label().is_some() || !pin.edges().is_empty();
        let mut pins: Vec<&Pin> = self.pins().filter(shown).collect();
        pins.sort_by_key(|pin| by_port_and_number(pin.name()));
        pins.into_iter().map(|pin| self.report_pin(pin)).collect()
    }

    fn report_pin(&self, pin: &Pin) -> PinReport {
        let edges = pin.edges().iter().map(|edge| EdgeReport {
            cycle: edge.cycle,
            seconds: self.seconds_at(edge.cycle),
            level: edge.level,
        });
        PinReport {
            pin: pin.name().to_owned(),
            label: pin.label().map(str::to_owned),
            level: pin.level().unwrap_or(false),
            edges: edges.collect(),
            driven: pin.level().is_some(),
        }
    }

    fn report_console(&self) -> Vec<ConsoleReport> {
        let ports = self.console().ports().iter();
        ports
            .map(|port| ConsoleReport {
                port: port.name.clone(),
                text: port.text().into_owned(),
                bytes: str::from_utf8(&port.bytes)
                    .err()
                    .map(|_| hexadecimal(&port.bytes)),
            })
            .collect()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Exception number of HardFault.
const HARD_FAULT: u32 = 3;

/// Whether a function, mangled or not, is part of panicking: the handler, or what calls it.
fn is_panic(name: &str) -> bool {
    name.contains("rust_begin_unwind")
        || name.contains("4core9panicking")
        || name.contains("core::panicking::")
}

fn report_call(call: Call) -> CallReport {
    CallReport {
        pc: call.pc,
        function: call.function,
        location: call.location,
        inlined: call.inlined,
        interrupted_by: call.interrupted_by,
    }
}

fn report_frame(frame: ExceptionFrame) -> FrameReport {
    let [r0, r1, r2, r3] = frame.r;
    FrameReport {
        address: frame.address,
        exc_return: frame.exc_return,
        r0,
        r1,
        r2,
        r3,
        r12: frame.r12,
        lr: frame.lr,
        pc: frame.pc,
        xpsr: frame.xpsr,
    }
}

/// Sorts `PB10` after `PB9`.
fn by_port_and_number(pin: &str) -> (&str, u32) {
    let digits = pin.find(|c: char| c.is_ascii_digit()).unwrap_or(pin.len());
    let (port, number) = pin.split_at(digits);
    (port, number.parse().unwrap_or(0))
}

fn report_finding(finding: &Finding, symbols: Option<&Symbols<'_>>) -> FindingReport {
    FindingReport {
        rule: finding.rule,
        severity: finding.severity,
        message: finding.message.clone(),
        register: finding.register.clone(),
        field: finding.field.clone(),
        pc: finding.pc,
        location: symbols.and_then(|symbols| symbols.locate(finding.pc)),
        cycle: finding.cycle,
        count: finding.count,
        hint: finding.hint.clone(),
    }
}
