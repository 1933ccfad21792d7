//! `no-program`: a RISC-V core starts where the image has no first instruction.

use super::{Check, FIRMWARE, Problem, Rule, Subject};
use crate::report::Severity;

pub(super) const RULE: Rule = Rule {
    name: "no-program",
    summary: "a RISC-V core starts where the image has no first instruction",
    severity: Severity::Error,
    docs: "A RISC-V core has no vector table to start from: it executes what lies at one address, the start of the flash or what \
           follows a boot loader. The image has to load its entry point there. Source: the chip's manual, \
           boot process; the address is `program-origin` of its data.",
    platforms: FIRMWARE,
    check: Check::Chip(check),
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Problem>) {
    let Some(start) = subject
        .boot_address()
        .filter(|_| !subject.chip.core.is_arm())
    else {
        return;
    };
    let entry = subject.image.entry.map_or(0, |entry| entry.address);
    if subject.loaded_at(start).is_none() {
        problems.push(Problem {
            message: format!(
                "nothing is loaded at {start:#010x}, where {} starts",
                subject.chip.name
            ),
            hint: "pass `-C link-arg=-Tlink.x` to the linker (riscv-rt), and compare `memory.x` with the chip's memories"
                .to_owned(),
        });
    } else if !subject.is_same_place(entry, start) {
        problems.push(Problem {
            message: format!(
                "the entry point {entry:#010x} is not at {start:#010x}, where {} starts",
                subject.chip.name
            ),
            hint: "let `REGION_TEXT` (or `_stext`) in `memory.x` begin where the chip starts, so that `.init` comes first"
                .to_owned(),
        });
    }
}
