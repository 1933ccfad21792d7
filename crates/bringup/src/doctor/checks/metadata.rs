//! `metadata`: the project names its chip.

use super::{Check, Facts, Outcome, Subject};
use crate::ui;
use bringup_device::catalogue::{Chip, Core, MemoryKind};

pub(super) const CHECK: Check = Check {
    name: "metadata",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    // A program for a computer, or a kernel, is for no chip.
    let target = project.target.as_deref();
    let is_for_chips = target.is_none_or(|target| Core::all().any(|core| core.target() == target));
    match &facts.chip {
        None if !is_for_chips => Vec::new(),
        Some(chip) => vec![Outcome::ok(format!("{}, {} of {} flash and {} RAM", chip.name, chip.core.title(), total(chip, MemoryKind::Flash), total(chip, MemoryKind::Ram)))],
        None => vec![
            Outcome::warning(format!("`{}` names no chip: memories, target and breakpoints cannot be compared with it", project.dir.join("Cargo.toml").display()))
                .hint("name it with `--chip`, or in `Cargo.toml`: `[package.metadata.bringup]` with `chip = \"STM32L031K6\"`; `bringup chips` lists those that are known"),
        ],
    }
}

fn total(chip: &Chip, kind: MemoryKind) -> String {
    let bytes = chip
        .memories
        .iter()
        .filter(|memory| memory.kind == kind)
        .map(|memory| u64::from(memory.length));
    ui::bytes(bytes.sum())
}
