//! `core-target`: the project is built for the core of its chip.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::Fix;
use bringup_device::catalogue::{Architecture, Core};

pub(super) const CHECK: Check = Check {
    name: "core-target",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let own_config = project.dir.join(".cargo/config.toml");
    let Some(target) = &project.target else {
        let outcome = Outcome::error("no target is set: `cargo build` builds for this computer")
            .explain("unwinding-without-std");
        let Some(chip) = &facts.chip else {
            return vec![outcome.hint("set it in `.cargo/config.toml`: `[build]` with `target = \"…\"`; `bringup explain wrong-core-target` has the targets of the cores")];
        };
        let new = chip.core.target().to_owned();
        return vec![
            outcome
                .hint(format!(
                    "set it in `.cargo/config.toml`: `[build]` with `target = \"{new}\"`"
                ))
                .fix(Fix::SetTarget {
                    path: own_config,
                    old: None,
                    new,
                }),
        ];
    };
    let Some(chip) = &facts.chip else {
        return Vec::new();
    };
    let best = chip.core.target();
    if target == best {
        return vec![Outcome::ok(format!(
            "`{target}`, which is that of a {}",
            chip.core.title()
        ))];
    }
    if runs_on(target, chip.core) {
        return vec![
            Outcome::warning(format!(
                "`{target}` runs on a {}, but does not use all of it",
                chip.core.title()
            ))
            .hint(format!("`{best}` is its own target")),
        ];
    }
    let outcome = Outcome::error(format!(
        "`{target}` is not for a {}, the core of {}",
        chip.core.title(),
        chip.name
    ))
    .hint(format!("build for `{best}`"))
    .explain("wrong-core-target");
    // Only where the project itself says it is it changed.
    let file = project
        .configs
        .iter()
        .find(|file| file.build_target().is_some());
    let is_own = file.is_some_and(|file| file.path.starts_with(&project.dir));
    match file {
        Some(file) if is_own => vec![outcome.fix(Fix::SetTarget {
            path: file.path.clone(),
            old: Some(target.clone()),
            new: best.to_owned(),
        })],
        _ => vec![outcome],
    }
}

/// Whether code for a target runs on a core, by the instruction sets that its architecture includes (ARMv8-M ARM, A1; ARMv7-M ARM, A1).
fn runs_on(target: &str, core: Core) -> bool {
    let has_float = core.target().ends_with("hf");
    let targets: &[&str] = match core.architecture() {
        Architecture::Armv6M => &["thumbv6m-none-eabi"],
        Architecture::Armv7M => &["thumbv6m-none-eabi", "thumbv7m-none-eabi"],
        Architecture::Armv7EM => &[
            "thumbv6m-none-eabi",
            "thumbv7m-none-eabi",
            "thumbv7em-none-eabi",
        ],
        Architecture::Armv8MBase => &["thumbv6m-none-eabi", "thumbv8m.base-none-eabi"],
        Architecture::Armv8MMain => &[
            "thumbv6m-none-eabi",
            "thumbv7m-none-eabi",
            "thumbv8m.base-none-eabi",
            "thumbv8m.main-none-eabi",
        ],
        Architecture::RiscV32 => &[
            "riscv32i-unknown-none-elf",
            "riscv32im-unknown-none-elf",
            "riscv32imc-unknown-none-elf",
        ],
    };
    targets.contains(&target)
        || (has_float
            && target
                .strip_suffix("hf")
                .is_some_and(|soft| targets.contains(&soft)))
}
