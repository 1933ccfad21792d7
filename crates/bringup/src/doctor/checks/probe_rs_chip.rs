//! `probe-rs-chip`: probe-rs knows the chip by the name that the project has for it.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::facts::ProjectFacts;
use crate::doctor::launch;
use crate::doctor::machine::first_line;
use crate::find::similar;
use bringup_device::catalogue;

/// Where the editor has its debuggers.
const LAUNCH: &str = ".vscode/launch.json";

pub(super) const CHECK: Check = Check {
    name: "probe-rs-chip",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let wanted = facts
        .chip
        .as_ref()
        .and_then(|chip| chip.debug.probe_rs.as_deref());
    let known = catalogue::chips().filter_map(|chip| chip.debug.probe_rs.as_deref());
    let known: Vec<_> = known.collect();
    let mut outcomes = Vec::new();
    for (place, name) in names(project) {
        let same = |other: &str| other.eq_ignore_ascii_case(&name);
        let is_known = wanted.is_none()
            && (known.iter().any(|known| same(known))
                // Of other names, only probe-rs knows.
                || first_line(&facts.dir, "probe-rs", &["chip", "info", &name]).is_some());
        outcomes.push(match wanted {
            _ if is_known || wanted.is_some_and(same) => {
                Outcome::ok(format!("`{name}` in `{place}`"))
            }
            Some(wanted) => Outcome::error(format!(
                "`{place}` calls the chip `{name}`, and probe-rs `{wanted}`"
            ))
            .hint(format!("write `{wanted}`"))
            .explain("probe-rs-chip-unknown"),
            None => {
                let near = similar(&name, known.iter().copied());
                let near = near.map_or_else(String::new, |near| format!("; like it is `{near}`"));
                Outcome::warning(format!(
                    "whether probe-rs knows `{name}`, in `{place}`, cannot be told"
                ))
                .hint(format!("`probe-rs chip list` has all names{near}"))
                .explain("probe-rs-chip-unknown")
            }
        });
    }
    outcomes
}

/// The names that files of the project have for the chip, each with its file.
fn names(project: &ProjectFacts) -> Vec<(String, String)> {
    let mut names = Vec::new();
    let embed = project
        .read("Embed.toml")
        .and_then(|text| text.parse::<toml::Table>().ok());
    let general = embed
        .iter()
        .flatten()
        .filter_map(|(_, profile)| profile.get("general")?.get("chip")?.as_str());
    names.extend(general.map(|name| ("Embed.toml".to_owned(), name.to_owned())));
    let launch = project.read(LAUNCH).unwrap_or_default();
    let launched = launch::values(&launch, "probe-rs-debug", "chip");
    names.extend(launched.into_iter().map(|name| (LAUNCH.to_owned(), name)));
    if let Some(target) = &project.target {
        let runners = project
            .configs
            .iter()
            .filter_map(|file| Some((file, file.of_target(target, "runner")?)));
        names.extend(
            runners
                .filter(|(_, runner)| runner.contains("probe-r"))
                .filter_map(|(file, runner)| {
                    let words: Vec<_> = runner.split([' ', '=']).collect();
                    let at = words.iter().position(|word| *word == "--chip")?;
                    Some((project.shown(&file.path), (*words.get(at + 1)?).to_owned()))
                }),
        );
    }
    names
}
