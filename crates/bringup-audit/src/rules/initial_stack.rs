//! `bad-initial-stack`: the first word of the vector table is no stack pointer.

use bringup_device::catalogue::MemoryKind;

use super::{Check, FIRMWARE, Problem, Rule, Subject};
use crate::report::Severity;

pub(super) const RULE: Rule = Rule {
    name: "bad-initial-stack",
    summary: "the first word of the vector table is no stack pointer",
    severity: Severity::Error,
    docs: "The first word of the vector table is the initial stack pointer. It has to be in RAM, or one past its end, because the \
           stack grows down from there, and a multiple of 8, as the procedure call standard wants of every public \
           interface. Sources: ARMv6-M Architecture Reference Manual, B1.5.3 \"The vector table\"; AAPCS32, 6.2.1.2.",
    platforms: FIRMWARE,
    check: Check::Chip(check),
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Problem>) {
    let Some(vectors) = subject.vectors else {
        return;
    };
    let sp = vectors.initial_sp;
    // The highest address that the stack uses is the byte below the stack pointer.
    let below = u64::from(sp)
        .checked_sub(1)
        .and_then(|address| subject.locate(address));
    if !below.is_some_and(|place| place.memory.kind == MemoryKind::Ram) {
        problems.push(Problem {
            message: format!(
                "the initial stack pointer {sp:#010x} is not in the RAM of {}",
                subject.chip.name
            ),
            hint: format!(
                "let `RAM` in `memory.x` be what the chip has: {}",
                ram_of(subject)
            ),
        });
    } else if !sp.is_multiple_of(8) {
        problems.push(Problem {
            message: format!("the initial stack pointer {sp:#010x} is not a multiple of 8"),
            hint: "round `_stack_start` down to a multiple of 8".to_owned(),
        });
    }
}

/// The chip's RAM as a linker script names it.
fn ram_of(subject: &Subject<'_>) -> String {
    let rams = subject
        .chip
        .memories
        .iter()
        .filter(|memory| memory.kind == MemoryKind::Ram);
    let rams = rams.map(|ram| {
        format!(
            "`ORIGIN = {:#010x}, LENGTH = {:#x}`",
            ram.origin, ram.length
        )
    });
    rams.collect::<Vec<_>>().join(" and ")
}
