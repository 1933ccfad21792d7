//! `cargo-config-name`: cargo's configuration has its present name.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::Fix;

pub(super) const CHECK: Check = Check {
    name: "cargo-config-name",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let old = project.configs.iter().filter(|file| file.has_old_name);
    old.map(|file| {
        let new = file.path.with_extension("toml");
        let outcome = Outcome::warning(format!(
            "`{}` is the old name of `config.toml`",
            project.shown(&file.path)
        ))
        .hint(format!("rename it to `{}`", project.shown(&new)))
        .explain("cargo-config-name");
        // Where both are there, only a person knows which is meant; those of other folders are not the project's.
        if new.exists() || !file.path.starts_with(&project.dir) {
            outcome
        } else {
            outcome.fix(Fix::Rename {
                from: file.path.clone(),
                to: new,
            })
        }
    })
    .collect()
}
