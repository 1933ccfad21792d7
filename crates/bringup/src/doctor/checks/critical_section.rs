//! `critical-section`: critical sections have an implementation.

use super::{Check, Facts, Outcome, Subject};

pub(super) const CHECK: Check = Check {
    name: "critical-section",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let Ok(graph) = &project.graph else {
        return Vec::new();
    };
    let Some((_, on)) = graph
        .resolved()
        .find(|(package, _)| package.name.as_str() == "critical-section")
    else {
        return Vec::new();
    };
    // An implementation has to choose the type of what it restores, by one of these features.
    if on
        .iter()
        .any(|feature| feature.starts_with("restore-state-") || *feature == "std")
    {
        return vec![Outcome::ok("`critical-section` has an implementation")];
    }
    let is_riscv = project
        .target
        .as_deref()
        .is_some_and(|target| target.starts_with("riscv"));
    let (name, feature) = if is_riscv {
        ("riscv", "critical-section-single-hart")
    } else {
        ("cortex-m", "critical-section-single-core")
    };
    vec![
        Outcome::error("`critical-section` is there, and nothing implements it: the first use of it does not link")
            .hint(format!("`{name} = {{ …, features = [\"{feature}\"] }}` in `Cargo.toml`, and name the crate in the program"))
            .explain("critical-section-missing"),
    ]
}
