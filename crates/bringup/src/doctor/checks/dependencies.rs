//! `dependencies`: cargo can resolve the dependencies.

use super::{Check, Facts, Outcome, Subject};
use crate::ui;

pub(super) const CHECK: Check = Check {
    name: "dependencies",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let graph = facts.project.as_ref().map(|project| &project.graph);
    match graph {
        None => Vec::new(),
        Some(Ok(graph)) => vec![Outcome::ok(format!(
            "{} are resolved",
            ui::count(graph.metadata.packages.len(), "package")
        ))],
        Some(Err((said, diagnosis))) => {
            let first = said
                .lines()
                .find(|line| line.starts_with("error"))
                .or(said.lines().next())
                .unwrap_or_default();
            let outcome = Outcome::error(format!(
                "cargo cannot resolve the dependencies: {}",
                first.trim_start_matches("error: ")
            ))
            .hint(
                "`cargo metadata` says more; `cargo metadata 2>&1 | bringup explain` what it means",
            );
            vec![match diagnosis {
                Some(diagnosis) => outcome.explain(diagnosis),
                None => outcome,
            }]
        }
    }
}
