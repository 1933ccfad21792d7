//! `no-vector-table`: nothing is loaded where the core boots.

use super::{Check, FIRMWARE, Problem, Rule, Subject};
use crate::report::Severity;

pub(super) const RULE: Rule = Rule {
    name: "no-vector-table",
    summary: "nothing is loaded where the core boots",
    severity: Severity::Error,
    docs: "At reset the core loads its stack pointer from address 0 and its first program counter from address 4. A chip that boots \
           from flash shows the start of flash there, so an image has to load its vector table to the \
           start of flash, by its own address or by its alias at 0. Source: ARMv6-M Architecture Reference Manual, B1.5.5 \
           \"Reset behavior\".",
    platforms: FIRMWARE,
    check: Check::Chip(check),
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Problem>) {
    if subject.vectors.is_some() || !subject.chip.core.is_arm() {
        return;
    }
    let Some(address) = subject.boot_address() else {
        return;
    };
    let (message, hint) = if subject.image.segments.is_empty() {
        (
            "the image loads nothing at all".to_owned(),
            "pass `-C link-arg=-Tlink.x` to the linker (cortex-m-rt); without its script everything is discarded as unused",
        )
    } else {
        (
            format!(
                "nothing is loaded at {address:#010x}, where the core looks for its vector table"
            ),
            "pass `-C link-arg=-Tlink.x` to the linker and let `FLASH` in `memory.x` begin where the chip's flash does",
        )
    };
    problems.push(Problem {
        message,
        hint: hint.to_owned(),
    });
}
