//! `target-installed`: the core library of the target is installed.

use super::{Check, Facts, Outcome, Subject};
use crate::cargo;
use crate::doctor::Fix;

pub(super) const CHECK: Check = Check {
    name: "target-installed",
    subject: Subject::Machine,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let named = facts
        .project
        .as_ref()
        .and_then(|project| project.target.clone());
    let Some(target) = named.or_else(|| Some(facts.chip.as_ref()?.core.target().to_owned())) else {
        return Vec::new();
    };
    match cargo::target_is_installed(&facts.dir, &target) {
        Ok(true) => vec![Outcome::ok(format!("`{target}` is installed"))],
        Ok(false) => vec![
            Outcome::error(format!(
                "the active toolchain has no core library for `{target}`"
            ))
            .hint(format!(
                "`rustup target add {target}` in the folder of the project"
            ))
            .explain("target-not-installed")
            .fix(Fix::AddTarget {
                dir: facts.dir.clone(),
                target,
            }),
        ],
        // That there is no compiler is said elsewhere.
        Err(_) => Vec::new(),
    }
}
