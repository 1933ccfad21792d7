//! `components`: rustfmt and clippy are installed.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::machine::first_line;

pub(super) const CHECK: Check = Check {
    name: "components",
    subject: Subject::Machine,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let missing: Vec<_> = [("rustfmt", "rustfmt"), ("clippy-driver", "clippy")]
        .into_iter()
        .filter(|(program, _)| first_line(&facts.dir, program, &["--version"]).is_none())
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() {
        return vec![Outcome::ok("rustfmt and clippy are installed")];
    }
    let names = missing.join(" ");
    vec![
        Outcome::warning(format!(
            "the active toolchain lacks {}",
            missing.join(" and ")
        ))
        .hint(format!("`rustup component add {names}`")),
    ]
}
