//! `pac-features`: the features of peripheral access crates that programs need are on.

use super::{Check, Facts, Outcome, Subject};
use cargo_metadata::Package;

pub(super) const CHECK: Check = Check {
    name: "pac-features",
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
    let mut outcomes = Vec::new();
    for (package, on) in graph.direct() {
        if !is_pac(package) {
            continue;
        }
        let off = |feature: &str| package.features.contains_key(feature) && !on.contains(&feature);
        let name = &package.name;
        if off("rt") {
            outcomes.push(
                Outcome::error(format!(
                    "`{name}` is without its feature `rt`: it brings no table of interrupts"
                ))
                .hint(format!(
                    "`{name} = {{ …, features = [\"rt\"] }}` in `Cargo.toml`"
                ))
                .explain("interrupt-vectors-missing"),
            );
        }
        if off("critical-section") {
            outcomes.push(
                Outcome::warning(format!("`{name}` is without its feature `critical-section`: it has no `Peripherals::take`"))
                    .hint(format!("`{name} = {{ …, features = [\"critical-section\"] }}` in `Cargo.toml`, or `Peripherals::steal`"))
                    .explain("take-missing"),
            );
        }
        if outcomes.is_empty() {
            outcomes.push(Outcome::ok(format!("those of `{name}`")));
        }
    }
    outcomes
}

/// Whether this is a peripheral access crate: it may have a table of interrupts, and its registers are those of svd2rust or of `bringup`.
fn is_pac(package: &Package) -> bool {
    let has = |name: &str| {
        package
            .dependencies
            .iter()
            .any(|dependency| dependency.name == name)
    };
    let has_table = package
        .features
        .get("rt")
        .is_some_and(|on| on.iter().any(|on| on.contains("-rt")));
    has_table
        && (has("vcell") || has("cortex-m") || has("riscv"))
        && !has("embedded-hal")
        && !has("nb")
}
