//! `memory-regions`: `memory.x` describes the memories of the chip.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::fix::{memory_x, size};
use crate::doctor::linker_script::Region;
use crate::doctor::{Fix, Level};
use bringup_device::catalogue::{Chip, Memory, MemoryKind};

pub(super) const CHECK: Check = Check {
    name: "memory-regions",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let (Some(project), Some(chip)) = (&facts.project, &facts.chip) else {
        return Vec::new();
    };
    let files = project.memory_files();
    let Some(file) = files.first() else {
        return Vec::new();
    };
    let fix = memory_x(chip)
        .filter(|_| file.package.is_none())
        .map(|text| Fix::WriteMemory {
            path: file.path.clone(),
            text,
        });
    let name = project.shown(&file.path);
    let mut outcomes = Vec::new();
    for (region, kind) in [("FLASH", MemoryKind::Flash), ("RAM", MemoryKind::Ram)] {
        match file.region(region) {
            Some(region) => outcomes.extend(compare(chip, region, kind)),
            None => outcomes.push(
                Outcome::warning(format!("`{name}` has no region `{region}` that can be read"))
                    .hint(format!("cortex-m-rt and riscv-rt expect `{region} : ORIGIN = …, LENGTH = …`, or an alias of it")),
            ),
        }
    }
    if outcomes.is_empty() {
        return vec![Outcome::ok(format!("`{name}` is that of {}", chip.name))];
    }
    // One new file mends all of it.
    if let (Some(fix), Some(first)) = (
        fix,
        outcomes
            .iter_mut()
            .find(|outcome| outcome.level == Level::Error),
    ) {
        first.fix = Some(fix);
    }
    outcomes
}

/// What is wrong with a region, if anything is.
fn compare(chip: &Chip, region: &Region, kind: MemoryKind) -> Option<Outcome> {
    let Region {
        name,
        origin,
        length,
    } = region;
    let fitting = chip.memories.iter().filter(|memory| memory.kind == kind);
    let main = fitting.clone().next()?;
    let is_in = |start: u32, memory: &Memory| {
        (u64::from(start)..u64::from(start) + u64::from(memory.length)).contains(origin)
    };
    let Some(memory) = fitting.clone().find(|memory| is_in(memory.origin, memory)) else {
        let alias = fitting
            .clone()
            .any(|memory| memory.aliases.iter().any(|alias| is_in(*alias, memory)));
        let outcome = if alias {
            Outcome::warning(format!(
                "`{name}` begins at {origin:#010x}, where {} shows its {} at times only",
                chip.name,
                kind.word()
            ))
        } else {
            Outcome::error(format!(
                "`{name}` begins at {origin:#010x}, where {} has no {}",
                chip.name,
                kind.word()
            ))
        };
        return Some(
            outcome
                .hint(format!("it begins at {:#010x}", main.origin))
                .explain("wrong-flash-origin"),
        );
    };
    if origin + length > memory.end() {
        let there = memory.end() - origin;
        return Some(
            Outcome::error(format!(
                "`{name}` is {} long, and {} has {} there",
                size(*length),
                chip.name,
                size(there)
            ))
            .hint(format!("`LENGTH = {}`", size(there)))
            .explain(if kind == MemoryKind::Ram {
                "hardfault-before-main"
            } else {
                "region-overflow"
            }),
        );
    }
    let start = chip.program_origin.unwrap_or(main.origin);
    if kind == MemoryKind::Flash && *origin != u64::from(start) && memory.origin == main.origin {
        return Some(
            Outcome::warning(format!(
                "`{name}` begins at {origin:#010x}, and {} starts the program at {start:#010x}",
                chip.name
            ))
            .hint("right only if a boot loader is in front of it")
            .explain("wrong-flash-origin"),
        );
    }
    None
}
