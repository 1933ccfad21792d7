//! The result of an audit.

use std::fmt;

use bringup_device::catalogue::MemoryKind;
use serde::{Serialize, Serializer};

use crate::code::CodeReport;
use crate::image::{Image, Section};
use crate::memory;
use crate::rules::{Scope, Subject};

/// What an image holds and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The format of the file.
    pub format: Format,
    /// The processor it is for.
    pub architecture: Architecture,
    /// What it runs on, as the file tells or as was asked for.
    pub platform: Platform,
    /// Whether it needs nothing of an operating system's run-time: no finding of a rule of [`Scope::Freestanding`] is
    /// an error.
    pub freestanding: bool,
    /// Address of the first instruction, if there is any.
    pub entry: Option<u64>,
    /// The program that loads this one: `PT_INTERP`, `LC_LOAD_DYLINKER`.
    pub interpreter: Option<String>,
    /// Libraries that a loader has to bring.
    pub libraries: Vec<String>,
    /// Use of each memory of the chip, in the chip's order; nothing without a chip.
    pub regions: Vec<RegionUse>,
    /// Sections that take memory, in the order of the file; of a file without section headers,
    /// its segments.
    pub sections: Vec<SectionUse>,
    /// What is left for the stack; `None` if the image has no usable initial stack pointer, and without a chip.
    pub stack: Option<StackSpace>,
    /// What is wrong, in the order of [`rules::all`](crate::rules::all).
    pub findings: Vec<Finding>,
    /// Of firmware: who takes how much of the memories, how deep the stack gets, which panics are left, and which registers are
    /// accessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeReport>,
}

impl Report {
    /// What is told of an image, without findings.
    pub(crate) fn of(image: &Image<'_>, platform: Platform) -> Self {
        Self {
            format: image.format,
            architecture: image.architecture.clone(),
            platform,
            freestanding: true,
            entry: image.entry.map(|entry| entry.address),
            interpreter: image.interpreter.as_ref().map(ToString::to_string),
            libraries: image.libraries.iter().map(ToString::to_string).collect(),
            regions: Vec::new(),
            sections: sections(image, None),
            stack: None,
            findings: Vec::new(),
            code: None,
        }
    }

    /// Adds what is to be told of a chip's memories.
    pub(crate) fn add_memories(&mut self, subject: &Subject<'_>) {
        self.regions = regions(subject);
        self.sections = sections(subject.image, Some(subject));
        self.stack = subject.stack_space();
    }

    /// Adds findings, and what follows from them.
    pub(crate) fn add_findings(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        self.freestanding = !self.findings.iter().any(|finding| {
            finding.scope == Scope::Freestanding && finding.severity == Severity::Error
        });
    }

    /// Whether any finding keeps the firmware from starting on its chip.
    pub fn cannot_start(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.scope == Scope::Chip && finding.severity == Severity::Error)
    }

    /// Bytes used and bytes there are in all flash memories: what `size` prints as text + data.
    pub fn flash(&self) -> (u64, u64) {
        self.total(MemoryKind::Flash)
    }

    /// Bytes used and bytes there are in all RAM, the stack not counted: what `size` prints as data + bss.
    pub fn ram(&self) -> (u64, u64) {
        self.total(MemoryKind::Ram)
    }

    /// Whether there is any finding that is an error.
    pub fn has_errors(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }

    fn total(&self, kind: MemoryKind) -> (u64, u64) {
        let of_kind = self
            .regions
            .iter()
            .filter(|region| region.name == memory::name(kind));
        of_kind.fold((0, 0), |(used, size), region| {
            (used + region.used, size + region.size)
        })
    }
}

/// Use of one memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegionUse {
    /// What it is: `flash`, `ram`, `eeprom` or `system`.
    pub name: &'static str,
    /// First address.
    pub origin: u32,
    /// Bytes there are.
    pub size: u64,
    /// Bytes that sections take: by load address for what comes from the file, by run address for what
    /// is copied or cleared at start-up. More than [`RegionUse::size`] if they overflow it.
    pub used: u64,
}

/// A section that takes memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SectionUse {
    /// Name, for example `.text`.
    pub name: String,
    /// Address it runs at (VMA).
    pub address: u64,
    /// Address it is loaded to (LMA), where something is loaded.
    pub load_address: Option<u64>,
    /// Bytes, not 0.
    pub size: u64,
    /// Memory that [`SectionUse::address`] is in; `None` outside the chip's memories.
    pub region: Option<&'static str>,
    /// Memory that [`SectionUse::load_address`] is in.
    pub load_region: Option<&'static str>,
    /// What happens to it between flashing and `main`.
    pub kind: Kind,
}

/// What happens to a section between flashing and `main`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Loaded where it runs (`.text`, `.rodata`).
    Loaded,
    /// Loaded to one place and copied to another by the start-up code (`.data`): takes both.
    Copied,
    /// Has no content in the file: cleared by the start-up code (`.bss`) or left alone (`.uninit`).
    Reserved,
}

/// The part of RAM that the stack can grow into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StackSpace {
    /// Initial stack pointer: the address after the stack's first word.
    pub top: u64,
    /// End of the static data below it, or start of the RAM.
    pub bottom: u64,
    /// Bytes between the two. A heap, if the firmware sets one up, takes of these.
    pub size: u64,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Works, but not as it should.
    Warning,
    /// The firmware cannot work on this chip, or the program needs what a freestanding one does without.
    Error,
}

/// One thing that is wrong with an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Name of the rule it breaks.
    pub rule: &'static str,
    /// What the rule is about.
    pub scope: Scope,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong; no full stop, literals in backticks.
    pub message: String,
    /// A way out.
    pub hint: String,
    /// What else is known of it, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The format of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Of Unix and of bare metal.
    Elf,
    /// Of Windows and UEFI.
    Pe,
    /// Of macOS.
    MachO,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Elf => "ELF",
            Self::Pe => "PE",
            Self::MachO => "Mach-O",
        })
    }
}

/// The processor that a program is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Architecture {
    /// 32-bit x86.
    X86,
    /// x86-64.
    X86_64,
    /// 32-bit Arm.
    Arm,
    /// 64-bit Arm.
    AArch64,
    /// 32-bit RISC-V.
    RiscV32,
    /// 64-bit RISC-V.
    RiscV64,
    /// Another, by name.
    Other(String),
}

impl Architecture {
    /// Its name, as its makers write it.
    pub fn name(&self) -> &str {
        match self {
            Self::X86 => "x86",
            Self::X86_64 => "x86-64",
            Self::Arm => "ARM",
            Self::AArch64 => "AArch64",
            Self::RiscV32 => "RISC-V 32",
            Self::RiscV64 => "RISC-V 64",
            Self::Other(name) => name,
        }
    }

    /// Whether its addresses are known to have 64 bits.
    pub(crate) fn is_64_bit(&self) -> bool {
        matches!(self, Self::X86_64 | Self::AArch64 | Self::RiscV64)
    }
}

impl Serialize for Architecture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a program runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// A program for Linux, or for another Unix with programs in the form of ELF.
    Linux,
    /// A program for Windows.
    Windows,
    /// A program for macOS.
    Macos,
    /// A program for UEFI.
    Uefi,
    /// A kernel, which a boot loader starts.
    Kernel,
    /// Firmware of a microcontroller.
    Firmware,
}

impl Platform {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Linux,
        Self::Windows,
        Self::Macos,
        Self::Uefi,
        Self::Kernel,
        Self::Firmware,
    ];

    /// Its name, as in the JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::Macos => "macos",
            Self::Uefi => "uefi",
            Self::Kernel => "kernel",
            Self::Firmware => "firmware",
        }
    }

    /// What a program for it is, within a sentence.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Linux => "a program for Linux",
            Self::Windows => "a program for Windows",
            Self::Macos => "a program for macOS",
            Self::Uefi => "a program for UEFI",
            Self::Kernel => "a kernel",
            Self::Firmware => "firmware",
        }
    }
}

/// Use of each memory of the chip.
fn regions(subject: &Subject<'_>) -> Vec<RegionUse> {
    let mut regions: Vec<_> = subject
        .chip
        .memories
        .iter()
        .map(|memory| RegionUse {
            name: memory::name(memory.kind),
            origin: memory.origin,
            size: u64::from(memory.length),
            used: 0,
        })
        .collect();
    for section in &subject.image.sections {
        let run = subject.locate(section.address);
        // A section that runs where it is loaded takes its memory once.
        let load = section
            .load_address
            .filter(|_| subject.kind(section) == Kind::Copied);
        let load = load.and_then(|address| subject.locate(address));
        for place in [run, load].into_iter().flatten() {
            if let Some(region) = regions.get_mut(place.index) {
                region.used += section.size;
            }
        }
    }
    regions
}

/// Each section, with the memories of the chip that it is in.
fn sections(image: &Image<'_>, subject: Option<&Subject<'_>>) -> Vec<SectionUse> {
    let region = |address| {
        subject?
            .locate(address)
            .map(|place| memory::name(place.memory.kind))
    };
    let kind = |section: &Section<'_>| match (subject, section.load_address) {
        (Some(subject), _) => subject.kind(section),
        (None, None) => Kind::Reserved,
        (None, Some(load)) if load == section.address => Kind::Loaded,
        (None, Some(_)) => Kind::Copied,
    };
    image
        .sections
        .iter()
        .map(|section| SectionUse {
            name: section.name.to_string(),
            address: section.address,
            load_address: section.load_address,
            size: section.size,
            region: region(section.address),
            load_region: section.load_address.and_then(region),
            kind: kind(section),
        })
        .collect()
}
