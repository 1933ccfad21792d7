//! What an ELF image holds, against the chip it is meant for: flash and RAM use by region and by
//! section, the space left for the stack, and what is certainly wrong with it before it ever runs.
//!
//! [`audit`] takes the bytes of the file and the chip from the catalogue and gives a [`Report`]. What
//! can be audited but will not work is a [`Finding`] in the report; what cannot be audited at all
//! (no ELF, cut off, for another kind of processor, not linked yet) is an [`Error`].
//!
//! Nothing here reads a file, and no input panics.

mod attributes;
mod error;
mod image;
mod memory;
mod report;
pub mod rules;

pub use error::Error;
pub use report::{Finding, Kind, RegionUse, Report, SectionUse, Severity, StackSpace};

use bringup_device::catalogue::Chip;

/// Audits an ELF image against a chip.
///
/// # Errors
///
/// [`Error`] if `elf` is not a linked, complete, 32-bit little-endian ARM ELF file. Everything that is wrong
/// with a file that is, is a [`Finding`].
pub fn audit(elf: &[u8], chip: &Chip) -> Result<Report, Error> {
    let image = image::Image::parse(elf, chip)?;
    let subject = rules::Subject::new(&image, chip);
    Ok(Report {
        regions: report::regions(&subject),
        sections: report::sections(&subject),
        stack: subject.stack_space(),
        findings: rules::check(&subject),
    })
}
