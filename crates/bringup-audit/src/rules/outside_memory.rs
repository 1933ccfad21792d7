//! `outside-memory`: a segment lies where the chip has no memory.

use super::{Check, FIRMWARE, Problem, Rule, Subject};
use crate::report::Severity;

pub(super) const RULE: Rule = Rule {
    name: "outside-memory",
    summary: "a segment lies where the chip has no memory",
    severity: Severity::Error,
    docs: "Every segment of the image has to begin in a memory of the chip, both where it is loaded and where it runs. \
           The usual cause is a linker script for another chip, or none: the linker's own default puts programs at 0x10000.",
    platforms: FIRMWARE,
    check: Check::Chip(check),
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Problem>) {
    for (number, segment) in subject.image.segments.iter().enumerate() {
        let loaded = (segment.file_size() != 0).then_some((segment.physical_address, "loaded"));
        let runs = Some((segment.virtual_address, "used"));
        // One problem for a segment that is loaded where it runs.
        let runs = runs.filter(|&(address, _)| loaded.is_none_or(|(load, _)| load != address));
        for (address, verb) in [loaded, runs].into_iter().flatten() {
            if subject.locate(address).is_none() {
                problems.push(Problem {
                    message: format!(
                        "segment {number} ({} bytes) is {verb} at {address:#010x}, where {} has no memory",
                        segment.memory_size, subject.chip.name
                    ),
                    hint: "compare `memory.x` with the chip's memories, and check that the linker is given its script \
                           (`-C link-arg=-Tlink.x`)"
                        .to_owned(),
                });
            }
        }
    }
}
