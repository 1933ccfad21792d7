//! The rules an image is checked against: one file per rule, and a line in [`all`].

mod architecture;
mod freestanding;
mod initial_stack;
mod memory_overflow;
mod no_program;
mod no_second_stage;
mod no_vector_table;
mod outside_memory;
mod reset_handler;
mod stack_space;

use bringup_device::catalogue::{Chip, MemoryKind};

use crate::image::{Image, Section, Segment};
use crate::memory::{self, Place};
use crate::report::{Finding, Kind, Platform, Severity, StackSpace};
use serde::Serialize;

/// Where rules about chips apply.
const FIRMWARE: &[Platform] = &[Platform::Firmware];

/// A rule: something that an image has to keep.
#[derive(Debug)]
pub struct Rule {
    /// Name in kebab case, stable.
    pub name: &'static str,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// What the rule wants and why, in a few sentences with the source.
    pub docs: &'static str,
    /// Where it applies.
    pub platforms: &'static [Platform],
    /// Collects the ways in which an image breaks the rule.
    check: Check,
}

/// How a rule is checked.
#[derive(Debug, Clone, Copy)]
enum Check {
    /// Against the chip.
    Chip(fn(&Subject<'_>, &mut Vec<Problem>)),
    /// By itself.
    Freestanding(fn(&Image<'_>, &mut Vec<Problem>)),
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Whether firmware can start on its chip.
    Chip,
    /// Whether a program does without the run-time of an operating system.
    Freestanding,
}

/// What becomes of breaches of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// They are not reported.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

impl Rule {
    /// What it is about.
    pub fn scope(&self) -> Scope {
        match self.check {
            Check::Chip(_) => Scope::Chip,
            Check::Freestanding(_) => Scope::Freestanding,
        }
    }

    /// The rule of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        all().iter().find(|rule| rule.name == name)
    }
}

/// One way in which an image breaks a rule.
#[derive(Debug)]
struct Problem {
    message: String,
    hint: String,
}

/// Every rule, in the order in which findings are reported.
pub fn all() -> &'static [Rule] {
    const ALL: &[Rule] = &[
        architecture::RULE,
        outside_memory::RULE,
        memory_overflow::RULE,
        no_vector_table::RULE,
        no_program::RULE,
        no_second_stage::RULE,
        initial_stack::RULE,
        reset_handler::RULE,
        stack_space::RULE,
        freestanding::no_entry::RULE,
        freestanding::no_boot_note::RULE,
        freestanding::misaligned_stack::RULE,
        freestanding::needed_loader::RULE,
        freestanding::needed_library::RULE,
        freestanding::undefined_symbol::RULE,
        freestanding::unapplied_relocations::RULE,
        freestanding::c_startup::RULE,
        freestanding::std_linked::RULE,
        freestanding::unwinder::RULE,
        freestanding::thread_local::RULE,
        freestanding::writable_code::RULE,
    ];
    ALL
}

/// Checks the rules that apply to an image, those about a chip only if there is one.
pub(crate) fn check(
    image: &Image<'_>,
    subject: Option<&Subject<'_>>,
    levels: &[(&'static Rule, Level)],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in all() {
        let Some(severity) = severity(rule, levels) else {
            continue;
        };
        let mut problems = Vec::new();
        match (rule.check, subject) {
            (Check::Chip(check), Some(subject)) => check(subject, &mut problems),
            (Check::Freestanding(check), _) if rule.platforms.contains(&image.platform) => {
                check(image, &mut problems);
            }
            _ => {}
        }
        findings.extend(
            problems
                .into_iter()
                .map(|Problem { message, hint }| Finding {
                    rule: rule.name,
                    scope: rule.scope(),
                    severity,
                    message,
                    hint,
                    notes: Vec::new(),
                }),
        );
    }
    findings
}

/// How bad a breach of a rule is; `None` if it is allowed. Of several levels for a rule the last holds.
fn severity(rule: &Rule, levels: &[(&'static Rule, Level)]) -> Option<Severity> {
    let level = levels.iter().rev().find(|(of, _)| of.name == rule.name);
    match level {
        None => Some(rule.severity),
        Some((_, Level::Deny)) => Some(Severity::Error),
        Some((_, Level::Warn)) => Some(Severity::Warning),
        Some((_, Level::Allow)) => None,
    }
}

/// An image and the chip it is checked against, with what several rules ask.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) image: &'a Image<'a>,
    pub(crate) chip: &'a Chip,
    /// The first two words of the vector table, if the core has one and anything is loaded there.
    vectors: Option<Vectors>,
}

/// The two words that the core loads at reset (ARMv6-M ARM, B1.5.3 "The vector table").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Vectors {
    /// `SP_main`: the initial stack pointer.
    initial_sp: u32,
    /// Reset: the address of the first instruction, with bit 0 set for Thumb.
    reset: u32,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(image: &'a Image<'a>, chip: &'a Chip) -> Self {
        let mut subject = Self {
            image,
            chip,
            vectors: None,
        };
        let table = subject.boot_address().filter(|_| chip.core.is_arm());
        subject.vectors = table.and_then(|address| {
            let initial_sp = subject.loaded_word(address)?;
            let reset = subject.loaded_word(address + 4)?;
            Some(Vectors { initial_sp, reset })
        });
        subject
    }

    /// Finds the memory that holds `address`.
    pub(crate) fn locate(&self, address: u64) -> Option<Place<'a>> {
        memory::locate(&self.chip.memories, address)
    }

    /// What happens to a section between flashing and `main`. One that is loaded by one address of its place
    /// and runs by another, an alias, stays where it is.
    pub(crate) fn kind(&self, section: &Section<'_>) -> Kind {
        let Some(load_address) = section.load_address else {
            return Kind::Reserved;
        };
        let place = |address| {
            self.locate(address)
                .map(|place| (place.index, place.offset))
        };
        let in_place = load_address == section.address
            || place(load_address).is_some_and(|load| place(section.address) == Some(load));
        if in_place { Kind::Loaded } else { Kind::Copied }
    }

    /// Where the core finds the program: of an Arm core the vector table, of a RISC-V core the first instruction.
    fn boot_address(&self) -> Option<u64> {
        self.chip.program_origin().map(u64::from)
    }

    /// First address of the main flash.
    fn flash_origin(&self) -> Option<u64> {
        let flash = self.chip.memory(MemoryKind::Flash)?;
        Some(u64::from(flash.origin))
    }

    /// Whether two addresses are names of one place.
    fn is_same_place(&self, a: u64, b: u64) -> bool {
        let place = |address| {
            let place = self.locate(address)?;
            Some((place.index, place.offset))
        };
        a == b || place(a).is_some_and(|a| place(b) == Some(a))
    }

    /// The segment that loads something to the place of `address`, and how far into it that is. An
    /// address of the image and `address` may be different names of one place.
    fn loaded_at(&self, address: u64) -> Option<(&'a Segment<'a>, u64)> {
        let place = self.locate(address)?;
        self.image.segments.iter().find_map(|segment| {
            let start = self.locate(segment.physical_address)?;
            let distance = place.offset.checked_sub(start.offset)?;
            (start.index == place.index && distance < segment.file_size())
                .then_some((segment, distance))
        })
    }

    /// The little-endian word that is loaded at `address`.
    fn loaded_word(&self, address: u64) -> Option<u32> {
        let (segment, distance) = self.loaded_at(address)?;
        let bytes = segment.data.get(usize::try_from(distance).ok()?..)?;
        bytes.first_chunk().copied().map(u32::from_le_bytes)
    }

    /// What is left for the stack: from the initial stack pointer down to the static data below it.
    pub(crate) fn stack_space(&self) -> Option<StackSpace> {
        let top = u64::from(self.vectors?.initial_sp);
        let last = self
            .locate(top.checked_sub(1)?)
            .filter(|place| place.memory.kind == MemoryKind::Ram)?;
        let origin = top - 1 - last.offset;
        let ends = self
            .image
            .sections
            .iter()
            .filter(|section| section.address >= origin && section.address < top);
        let bottom = ends
            .map(|section| section.address + section.size)
            .fold(origin, u64::max);
        Some(StackSpace {
            top,
            bottom,
            size: top.saturating_sub(bottom),
        })
    }
}
