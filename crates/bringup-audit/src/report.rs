//! The result of an audit.

use bringup_device::catalogue::MemoryKind;
use serde::Serialize;

use crate::memory;
use crate::rules::Subject;

/// What an image holds and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Use of each memory of the chip, in the chip's order.
    pub regions: Vec<RegionUse>,
    /// Sections that take memory, in the order of the file; of a file without section headers,
    /// its segments.
    pub sections: Vec<SectionUse>,
    /// What is left for the stack; `None` if the image has no usable initial stack pointer.
    pub stack: Option<StackSpace>,
    /// What is wrong, in the order of [`rules::all`](crate::rules::all).
    pub findings: Vec<Finding>,
}

impl Report {
    /// Bytes used and bytes there are in all flash memories: what `size` prints as text + data.
    pub fn flash(&self) -> (u64, u64) {
        self.total(MemoryKind::Flash)
    }

    /// Bytes used and bytes there are in all RAM, the stack not counted: what `size` prints as data + bss.
    pub fn ram(&self) -> (u64, u64) {
        self.total(MemoryKind::Ram)
    }

    /// Whether there is any finding that keeps the firmware from working.
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
    /// The firmware cannot work on this chip.
    Error,
}

/// One thing that is wrong with an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Name of the rule it breaks.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong; no full stop, literals in backticks.
    pub message: String,
    /// A way out.
    pub hint: String,
}

/// Use of each memory of the chip.
pub(crate) fn regions(subject: &Subject<'_>) -> Vec<RegionUse> {
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

/// Each section with the memories it is in.
pub(crate) fn sections(subject: &Subject<'_>) -> Vec<SectionUse> {
    let region = |address| {
        subject
            .locate(address)
            .map(|place| memory::name(place.memory.kind))
    };
    subject
        .image
        .sections
        .iter()
        .map(|section| SectionUse {
            name: section.name.clone(),
            address: section.address,
            load_address: section.load_address,
            size: section.size,
            region: region(section.address),
            load_region: section.load_address.and_then(region),
            kind: subject.kind(section),
        })
        .collect()
}
