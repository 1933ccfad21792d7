//! `memory-x`: the linker finds one description of the memories.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::Fix;
use crate::doctor::facts::{MemoryFile, ProjectFacts};
use crate::doctor::fix::memory_x;

pub(super) const CHECK: Check = Check {
    name: "memory-x",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let files = project.memory_files();
    let Some((first, others)) = files.split_first() else {
        return missing(facts, project);
    };
    let place = |file: &MemoryFile| match &file.package {
        Some(package) => format!("that of the package `{package}`"),
        None => format!("`{}`", project.shown(&file.path)),
    };
    let Some(other) = others.first() else {
        return vec![Outcome::ok(place(first))];
    };
    if others.iter().all(|other| other.regions == first.regions) {
        return vec![
            Outcome::warning(format!(
                "{} and {} say the same; the linker takes the first",
                place(first),
                place(other)
            ))
            .hint("keep one of them"),
        ];
    }
    vec![
        Outcome::error(format!("there are {} and {}, which differ; the linker takes the first that it comes across", place(first), place(other)))
            .hint("keep one of them: the linker looks in the root of the workspace before it looks where build scripts send it; packages have a feature to leave theirs out")
            .explain("memory-x-not-found"),
    ]
}

fn missing(facts: &Facts, project: &ProjectFacts) -> Vec<Outcome> {
    let uses_it = project.graph.as_ref().is_ok_and(|graph| {
        let mut packages = graph.metadata.packages.iter();
        packages.any(|package| ["cortex-m-rt", "riscv-rt"].contains(&package.name.as_str()))
    });
    if !uses_it {
        return Vec::new();
    }
    let is_elsewhere = project.dir.join("memory.x").is_file();
    let (message, hint) = if is_elsewhere {
        (
            "`memory.x` is beside `Cargo.toml`, but no build script sends the linker there, and it looks in the root of the workspace",
            "add a `build.rs` with `println!(\"cargo:rustc-link-search={}\", env!(\"CARGO_MANIFEST_DIR\"));`",
        )
    } else {
        (
            "there is no `memory.x`, which the linker script of the run-time crate includes",
            "write one with the chip's memories; `bringup doctor --fix --chip CHIP` does it",
        )
    };
    let outcome = Outcome::error(message)
        .hint(hint)
        .explain("memory-x-not-found");
    match facts.chip.as_ref().and_then(memory_x) {
        Some(text) if !is_elsewhere => vec![outcome.fix(Fix::WriteMemory {
            path: project.dir.join("memory.x"),
            text,
        })],
        _ => vec![outcome],
    }
}
