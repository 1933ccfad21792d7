//! `memory-overflow`: a segment runs over the end of a memory.

use super::{Check, FIRMWARE, Problem, Rule, Subject};
use crate::memory;
use crate::report::Severity;

pub(super) const RULE: Rule = Rule {
    name: "memory-overflow",
    summary: "a segment runs over the end of a memory",
    severity: Severity::Error,
    docs: "A segment of the image has to end in the memory in which it begins. The linker says so only when its script knows the \
           chip's real sizes; with a `memory.x` for a bigger relative it links without a word.",
    platforms: FIRMWARE,
    check: Check::Chip(check),
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Problem>) {
    for (number, segment) in subject.image.segments.iter().enumerate() {
        let load = (segment.physical_address, segment.file_size());
        let run = (segment.virtual_address, segment.memory_size);
        let once = load.0 == run.0;
        for (address, size) in [run, load].into_iter().take(if once { 1 } else { 2 }) {
            let Some(place) = subject.locate(address) else {
                continue;
            };
            let Some(excess) = size.checked_sub(place.room()).filter(|&excess| excess != 0) else {
                continue;
            };
            let name = memory::title(place.memory.kind);
            problems.push(Problem {
                message: format!(
                    "segment {number} at {address:#010x} overflows the {name} of {} by {excess} bytes",
                    subject.chip.name
                ),
                hint: format!(
                    "the chip has {} bytes of {name}; correct `memory.x`, then build with `opt-level = \"s\"`, `lto = true`, \
                     `codegen-units = 1`",
                    place.memory.length
                ),
            });
        }
    }
}
