//! `openocd`: openocd is there if the project needs it.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::facts::ProjectFacts;
use crate::doctor::machine::first_line;
use crate::files::on_path;
use crate::project::ProbeTool;

pub(super) const CHECK: Check = Check {
    name: "openocd",
    subject: Subject::Machine,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    if let Some(version) = first_line(&facts.dir, "openocd", &["--version"]) {
        return vec![Outcome::ok(version)];
    }
    let probe = facts.project.as_ref().and_then(ProjectFacts::probe);
    let hint = "Debian: `apt install openocd`; other systems: https://openocd.org; `bringup run` needs none";
    match probe {
        Some(ProbeTool::Openocd) => vec![
            Outcome::error("the project flashes with `openocd`, which is not on the path")
                .hint(hint),
        ],
        Some(_) => Vec::new(),
        None if on_path("probe-rs").is_some() => Vec::new(),
        None => vec![
            Outcome::warning("`openocd` is not on the path; it is one of two ways to a real board")
                .hint(hint),
        ],
    }
}
