//! `bad-reset-handler`: the second word of the vector table is no code.

use bringup_device::catalogue::MemoryKind;

use super::{Check, FIRMWARE, Problem, Rule, Subject};
use crate::report::Severity;

pub(super) const RULE: Rule = Rule {
    name: "bad-reset-handler",
    summary: "the second word of the vector table is no code",
    severity: Severity::Error,
    docs: "The second word of the vector table is the address of the first instruction. Its bit 0 has to be set: it goes to \
           EPSR.T, and a core that only knows Thumb faults on the first instruction without it, with no handler to turn to. \
           The address has to be in flash, where the image has something loaded, because RAM holds nothing after power-on. \
           Source: ARMv6-M Architecture Reference Manual, B1.5.5 \"Reset behavior\".",
    platforms: FIRMWARE,
    check: Check::Chip(check),
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Problem>) {
    let Some(vectors) = subject.vectors else {
        return;
    };
    let reset = vectors.reset;
    let address = u64::from(reset & !1);
    let in_flash = subject
        .locate(address)
        .is_some_and(|place| place.memory.kind == MemoryKind::Flash);
    let mut problem = |message: String, hint: &str| {
        problems.push(Problem {
            message,
            hint: hint.to_owned(),
        });
    };
    if !in_flash {
        problem(
            format!(
                "the reset vector {reset:#010x} is not in the flash of {}",
                subject.chip.name
            ),
            "put the vector table first in flash and the address of the reset handler into its second word",
        );
        return;
    }
    if reset & 1 == 0 {
        problem(
            format!(
                "the reset vector {reset:#010x} is even, so the core would leave Thumb state and lock up"
            ),
            "mark the handler as a function (`.type Reset, %function` and `.thumb_func` in assembly)",
        );
    }
    if subject.loaded_at(address).is_none() {
        problem(
            format!(
                "the reset vector {reset:#010x} points to flash in which the image loads nothing"
            ),
            "look for a section that was discarded, and for `ENTRY(Reset)` in the linker script",
        );
    }
}
