//! Firmware looked at as a whole: all of its functions, who calls whom, and what follows from that.

use bringup_symbols::{Location, Symbols};
use serde::Serialize;

use super::accesses::{self, FunctionAccesses};
use super::body::Body;
use super::calls::{self, Calls};
use super::isa::Isa;
use super::listing::missing;
use super::names::Names;
use super::panics::{self, PanicSite};
use super::program::Program;
use super::sizes::{self, Sizes};
use super::stack::{self, StackReport};
use super::starts;
use crate::report::SectionUse;

/// What the code and data of firmware are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeReport {
    /// Who takes how much of flash and RAM.
    pub sizes: Sizes,
    /// How deep the stack gets; `None` if the code is not disassembled here.
    pub stack: Option<StackReport>,
    /// Calls that panic, the first in the source first.
    pub panics: Vec<PanicSite>,
    /// Accesses to the chip's registers by function; nothing if the chip's registers are not known.
    pub accesses: Vec<FunctionAccesses>,
    /// What the file lacks, so that less is said than could be.
    pub missing: Vec<String>,
}

/// A program with all of its functions decoded and followed.
pub(crate) struct Whole<'a> {
    pub(crate) program: &'a Program<'a>,
    pub(crate) isa: Isa,
    /// Of each function of the program.
    pub(crate) bodies: Vec<Body>,
    pub(crate) calls: Vec<Calls>,
    pub(crate) names: Option<&'a Names>,
    lines: Option<Symbols<'a>>,
}

impl Whole<'_> {
    /// A place in the source.
    pub(crate) fn locate(&self, address: u64) -> Option<Location> {
        self.lines.as_ref()?.locate(address)
    }
}

/// The most bytes of code that are looked at as a whole; microcontrollers have less.
const MOST: u64 = 16 << 20;

/// Looks at firmware; `None` if the file cannot be read this way. `sections` are those of the report.
pub(crate) fn analyse(
    file: &[u8],
    sections: &[SectionUse],
    names: Option<&Names>,
) -> Option<CodeReport> {
    let mut program = Program::parse(file).ok()?;
    let code: u64 = program
        .sections
        .iter()
        .filter(|section| section.executable)
        .map(|section| section.size)
        .sum();
    let followed = |isa: &Isa| code <= MOST && *isa != Isa::X86_64;
    let isa = program.isa.filter(followed);
    if let Some(isa) = isa {
        starts::complete(&mut program, isa);
    }
    let lines = program.has_lines.then(|| program.lines());
    let sizes = sizes::of(&program, sections, lines.as_ref());
    let mut report = CodeReport {
        sizes,
        stack: None,
        panics: Vec::new(),
        accesses: Vec::new(),
        missing: missing(&program),
    };
    let Some(isa) = isa else {
        let what = &program.machine;
        report.missing.push(format!(
            "code for {what} is not followed: no stack, panics or accesses"
        ));
        return Some(report);
    };
    let bodies: Vec<_> = program
        .functions
        .iter()
        .map(|function| Body::of(&program, isa, function))
        .collect();
    let calls = calls::of(&program, &bodies);
    let whole = Whole {
        program: &program,
        isa,
        bodies,
        calls,
        names,
        lines,
    };
    report.stack = Some(stack::of(&whole));
    report.panics = panics::of(&whole);
    report.accesses = accesses::of(&whole);
    Some(report)
}
