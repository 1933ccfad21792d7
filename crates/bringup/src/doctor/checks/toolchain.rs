//! `toolchain`: the compiler and cargo are there, and new enough for the project.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::machine::first_line;
use cargo_metadata::semver::Version;

pub(super) const CHECK: Check = Check {
    name: "toolchain",
    subject: Subject::Machine,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(rustc) = first_line(&facts.dir, "rustc", &["--version"]) else {
        return vec![
            Outcome::error("`rustc` is not on the path, or fails in this folder")
                .hint("rustup installs the compiler and cargo: https://rustup.rs; `rust-toolchain.toml` may name a toolchain that is not installed"),
        ];
    };
    let Some(cargo) = first_line(&facts.dir, "cargo", &["--version"]) else {
        return vec![
            Outcome::error("`cargo` is not on the path")
                .hint("rustup installs it: https://rustup.rs"),
        ];
    };
    let active = rustc
        .split_whitespace()
        .nth(1)
        .and_then(|version| Version::parse(version).ok());
    let mut wanted = facts
        .project
        .iter()
        .filter_map(|project| project.graph.as_ref().ok());
    let wanted = wanted.find_map(|graph| graph.own()?.rust_version.clone());
    if let (Some(active), Some(wanted)) = (active, wanted)
        && Version::new(active.major, active.minor, active.patch) < wanted
    {
        return vec![
            Outcome::error(format!(
                "the project wants Rust {wanted}, and {active} is active"
            ))
            .hint("`rustup update`; `rustup show` says why this toolchain is active")
            .explain("rustc-too-old"),
        ];
    }
    vec![Outcome::ok(format!("{rustc}; {cargo}"))]
}
