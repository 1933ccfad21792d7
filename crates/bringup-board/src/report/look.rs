//! Findings and faults as text, as compilers write them: what, where, when, and the way out.

use std::fmt::{self, Display, Write};

use bringup_symbols::Location;

use super::{FaultReport, FindingReport};
use crate::checks::Severity;

/// A part of a message that may look different from the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What an error begins with.
    Error,
    /// What a warning begins with.
    Warning,
    /// The word before a way out.
    Hint,
    /// Signs that lead to a place or a note.
    Mark,
}

/// How a message looks where it is shown.
pub trait Look {
    /// A part of the message.
    fn paint(&self, part: Part, text: &dyn Display) -> String;

    /// A count.
    fn number(&self, number: u64) -> String;
}

/// Text and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plain;

impl Look for Plain {
    fn paint(&self, _: Part, text: &dyn Display) -> String {
        text.to_string()
    }

    fn number(&self, number: u64) -> String {
        number.to_string()
    }
}

impl FindingReport {
    /// Writes the finding, without a line end behind it.
    pub fn write(&self, out: &mut dyn Write, look: &dyn Look) -> fmt::Result {
        let (part, word) = match self.severity {
            Severity::Error => (Part::Error, "error"),
            Severity::Warning => (Part::Warning, "warning"),
        };
        let rule = look.paint(part, &format_args!("{word}[{}]:", self.rule));
        write!(out, "{rule} {}", self.message)?;
        write_place(out, look, self.location.as_ref())?;
        write_moment(out, look, self.cycle, self.pc)?;
        if self.count > 1 {
            write!(out, ", {} times", look.number(self.count))?;
        }
        let Some(hint) = &self.hint else {
            return Ok(());
        };
        let (mark, word) = (mark(look, "="), look.paint(Part::Hint, &"hint:"));
        write!(out, "\n   {mark} {word} {hint}")
    }
}

impl FaultReport {
    /// Writes what the fault is, and where and when it came, without a line end behind that.
    pub fn write_head(&self, out: &mut dyn Write, look: &dyn Look) -> fmt::Result {
        let word = look.paint(Part::Error, &"fault:");
        write!(out, "{word} {}", self.message)?;
        write_place(out, look, self.location.as_ref())?;
        write_moment(out, look, self.cycle, self.pc)
    }
}

/// Writes a place in the source on a line of its own, if it is known.
pub fn write_place(
    out: &mut dyn Write,
    look: &dyn Look,
    location: Option<&Location>,
) -> fmt::Result {
    let Some(Location { file, line, column }) = location else {
        return Ok(());
    };
    write!(out, "\n  {} {file}:{line}", mark(look, "-->"))?;
    match column {
        0 => Ok(()),
        column => write!(out, ":{column}"),
    }
}

fn write_moment(out: &mut dyn Write, look: &dyn Look, cycle: u64, pc: u32) -> fmt::Result {
    let cycle = look.number(cycle);
    write!(
        out,
        "\n   {} at cycle {cycle}, pc {pc:#010x}",
        mark(look, "=")
    )
}

fn mark(look: &dyn Look, sign: &str) -> String {
    look.paint(Part::Mark, &sign)
}

impl Display for FindingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &Plain)
    }
}

impl Display for FaultReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_head(f, &Plain)
    }
}
