//! `openocd-config`: `openocd.cfg` names files that OpenOCD has, for this chip.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::Fix;

pub(super) const CHECK: Check = Check {
    name: "openocd-config",
    subject: Subject::Project,
    run: check,
};

/// Names that OpenOCD warns about, and the one that takes their place.
const OLD: &[&str] = &[
    "interface/stlink-v1.cfg",
    "interface/stlink-v2.cfg",
    "interface/stlink-v2-1.cfg",
];
const NEW: &str = "interface/stlink.cfg";

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let Some(text) = project.read("openocd.cfg") else {
        return Vec::new();
    };
    let mut outcomes = Vec::new();
    if let Some(old) = OLD.iter().find(|old| text.contains(**old)) {
        outcomes.push(
            Outcome::warning(format!("`openocd.cfg` names `{old}`, which is deprecated"))
                .hint(format!("`source [find {NEW}]`"))
                .explain("openocd-stlink-config")
                .fix(Fix::Replace {
                    path: project.dir.join("openocd.cfg"),
                    old: (*old).into(),
                    new: NEW.into(),
                }),
        );
    }
    let wanted = facts
        .chip
        .as_ref()
        .and_then(|chip| Some((chip, chip.debug.openocd.as_deref()?)));
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let named = code.filter_map(|line| {
        line.split_whitespace()
            .find(|word| word.trim_matches(['[', ']']).starts_with("target/"))
    });
    let named: Vec<_> = named.map(|word| word.trim_matches(['[', ']'])).collect();
    if let (Some((chip, wanted)), Some(other)) = (wanted, named.first())
        && !named.contains(&wanted)
    {
        outcomes.push(
            Outcome::error(format!(
                "`openocd.cfg` names `{other}`, and {} is `{wanted}`",
                chip.name
            ))
            .hint(format!("`source [find {wanted}]`"))
            .explain("openocd-wrong-target"),
        );
    }
    if outcomes.is_empty() {
        outcomes.push(Outcome::ok("`openocd.cfg`"));
    }
    outcomes
}
