//! `run-time-versions`: each run-time crate is there once.

use super::{Check, Facts, Outcome, Subject};

pub(super) const CHECK: Check = Check {
    name: "run-time-versions",
    subject: Subject::Project,
    run: check,
};

/// Crates that define what a program may have only once.
const CRATES: &[&str] = &[
    "cortex-m-rt",
    "riscv-rt",
    "critical-section",
    "defmt",
    "panic-halt",
];

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let Ok(graph) = &project.graph else {
        return Vec::new();
    };
    let mut outcomes = Vec::new();
    for name in CRATES {
        let versions: Vec<_> = graph
            .resolved()
            .filter(|(package, _)| package.name.as_str() == *name)
            .map(|(package, _)| package.version.to_string())
            .collect();
        if versions.len() > 1 {
            outcomes.push(
                Outcome::error(format!(
                    "there are {} versions of `{name}`: {}",
                    versions.len(),
                    versions.join(" and ")
                ))
                .hint(format!(
                    "`cargo tree -i {name}` says who wants which; use one version everywhere"
                ))
                .explain("links-conflict"),
            );
        }
    }
    if outcomes.is_empty() {
        outcomes.push(Outcome::ok("no run-time crate is there in two versions"));
    }
    outcomes
}
