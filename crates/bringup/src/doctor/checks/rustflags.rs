//! `rustflags`: no variable of the environment replaces the flags of the project.

use super::{Check, Facts, Outcome, Subject};

pub(super) const CHECK: Check = Check {
    name: "rustflags",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let Some((name, value)) = &facts.rustflags else {
        return Vec::new();
    };
    let target = project.target.as_deref().unwrap_or_default();
    let replaced: Vec<_> = project
        .configs
        .iter()
        .filter(|file| {
            let (of_target, of_build) = file.rustflags(target);
            !of_target.is_empty() || !of_build.is_empty()
        })
        .map(|file| format!("`{}`", project.shown(&file.path)))
        .collect();
    if replaced.is_empty() {
        return vec![Outcome::ok(format!(
            "`{name}` is set (`{value}`), and replaces nothing"
        ))];
    }
    vec![
        Outcome::error(format!("the variable `{name}` (`{value}`) replaces the flags of {}", replaced.join(" and ")))
            .hint(format!("`unset {name}`, or pass the flags of the linker in `build.rs`, which it does not replace"))
            .explain("nothing-linked"),
    ]
}
