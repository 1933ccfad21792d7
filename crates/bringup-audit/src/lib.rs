//! What a program holds, and what is certainly wrong with it before it ever runs.
//!
//! [`audit`] takes the bytes of an ELF file and the chip from the catalogue that it is meant for: flash and RAM use by region and
//! by section, the space left for the stack, and whether it can start there. [`examine`] takes any program, in the form of ELF, PE
//! or Mach-O, and tells whether it is freestanding, that is, needs nothing of an operating system's run-time; with a chip it tells
//! the rest, too.
//!
//! What can be audited but will not work is a [`Finding`] in the [`Report`]; what cannot be audited at all (no program, cut off, for
//! another kind of processor, not linked yet) is an [`Error`].
//!
//! Nothing here reads a file, and no input panics.

mod attributes;
pub mod code;
mod error;
mod image;
mod memory;
mod report;
pub mod rules;

pub use error::Error;
pub use report::{
    Architecture, Finding, Format, Kind, Platform, RegionUse, Report, SectionUse, Severity,
    StackSpace,
};

use bringup_device::catalogue::Chip;

use crate::code::Names;
use crate::image::Image;
use crate::rules::{Level, Rule, Subject};

/// What [`examine`] is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// The chip that firmware is for.
    pub chip: Option<&'a Chip>,
    /// Names of that chip's registers.
    pub names: Option<&'a Names>,
    /// Firmware is also disassembled and followed, for [`Report::code`].
    pub code: bool,
    /// What the program runs on, if the file shall not tell.
    pub platform: Option<Platform>,
    /// What becomes of breaches of rules, where it is not what the rule says; the last of a rule holds.
    pub levels: &'a [(&'static Rule, Level)],
}

/// Audits an ELF image against a chip.
///
/// # Errors
///
/// [`Error`] if `elf` is not a linked, complete, 32-bit little-endian ELF file for the chip's core. Everything that is wrong
/// with a file that is, is a [`Finding`].
pub fn audit(elf: &[u8], chip: &Chip) -> Result<Report, Error> {
    let image = Image::parse_for(elf, chip)?;
    Ok(report(
        elf,
        image,
        &Options {
            chip: Some(chip),
            ..Options::default()
        },
    ))
}

/// Audits a program: one report, or one for each architecture of a universal file of macOS.
///
/// # Errors
///
/// [`Error`] if `bytes` is not a linked, complete program, with a chip one for its core. Everything that is wrong with one that
/// is, is a [`Finding`].
pub fn examine(bytes: &[u8], options: &Options<'_>) -> Result<Vec<Report>, Error> {
    let images = match options.chip {
        Some(chip) => vec![Image::parse_for(bytes, chip)?],
        None => Image::parse_all(bytes)?,
    };
    let reports = images
        .into_iter()
        .map(|image| report(bytes, image, options));
    Ok(reports.collect())
}

fn report(bytes: &[u8], mut image: Image<'_>, options: &Options<'_>) -> Report {
    let of_chip = options.chip.map(|_| Platform::Firmware);
    if let Some(platform) = options.platform.or(of_chip) {
        image.platform = platform;
    }
    let mut report = Report::of(&image, image.platform);
    let subject = options.chip.map(|chip| Subject::new(&image, chip));
    if let Some(subject) = &subject {
        report.add_memories(subject);
    }
    if options.code && image.platform == Platform::Firmware && image.format == Format::Elf {
        report.code = code::analyse(bytes, &report.sections, options.names);
    }
    report.add_findings(rules::check(&image, subject.as_ref(), options.levels));
    report
}
