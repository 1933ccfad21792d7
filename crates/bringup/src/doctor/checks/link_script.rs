//! `link-script`: the linker script is given once.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::facts::ProjectFacts;

pub(super) const CHECK: Check = Check {
    name: "link-script",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let has_run_time = project.graph.as_ref().is_ok_and(|graph| {
        let mut packages = graph.metadata.packages.iter();
        packages.any(|package| ["cortex-m-rt", "riscv-rt"].contains(&package.name.as_str()))
    });
    let Some(target) = project.target.as_deref().filter(|_| has_run_time) else {
        return Vec::new();
    };
    let places = places(facts, project, target);
    match places.as_slice() {
        [] => vec![
            Outcome::error("nothing passes `-Tlink.x` to the linker: the image will be empty")
                .hint("add it to `build.rs`: `println!(\"cargo:rustc-link-arg-bins=-Tlink.x\");`")
                .explain("nothing-linked"),
        ],
        [place] => vec![Outcome::ok(format!("`-Tlink.x` from {place}"))],
        several => vec![
            Outcome::error(format!("`-Tlink.x` is passed more than once: from {}", several.join(" and ")))
                .hint("keep one of them; `build.rs` is the safer place, for the variable RUSTFLAGS replaces the flags of the configuration")
                .explain("memory-region-twice"),
        ],
    }
}

/// Where the script is passed, each time.
fn places(facts: &Facts, project: &ProjectFacts, target: &str) -> Vec<String> {
    let times = |flags: &[String]| flags.iter().filter(|flag| is_script(flag)).count();
    let mut places = Vec::new();
    if let Some((name, flags)) = &facts.rustflags {
        let flags: Vec<_> = flags.split_whitespace().map(str::to_owned).collect();
        places.extend(std::iter::repeat_n(
            format!("the variable `{name}`"),
            times(&flags),
        ));
    } else {
        let flags: Vec<_> = project
            .configs
            .iter()
            .map(|file| (file, file.rustflags(target)))
            .collect();
        // Cargo takes the flags of all builds only if the target has none.
        let has_own = flags
            .iter()
            .any(|(_, (of_target, _))| !of_target.is_empty());
        for (file, (of_target, of_build)) in &flags {
            let flags = if has_own { of_target } else { of_build };
            places.extend(std::iter::repeat_n(
                format!("`{}`", project.shown(&file.path)),
                times(flags),
            ));
        }
    }
    let script = project.build_script().unwrap_or_default();
    let lines = script
        .lines()
        .filter(|line| line.contains("rustc-link-arg") && is_script(line));
    places.extend(lines.map(|_| "`build.rs`".to_owned()));
    places
}

/// Whether a flag passes the script of a run-time crate.
fn is_script(flag: &str) -> bool {
    flag.contains("-Tlink.x") || flag.contains("--script=link.x")
}
