//! `breakpoints`: the breakpoints of `openocd.gdb` fit into the core.

use super::{Check, Facts, Outcome, Subject};
use crate::ui;

pub(super) const CHECK: Check = Check {
    name: "breakpoints",
    subject: Subject::Project,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    let (Some(project), Some(chip)) = (&facts.project, &facts.chip) else {
        return Vec::new();
    };
    let Some(text) = project.read("openocd.gdb") else {
        return Vec::new();
    };
    let set = text.lines().filter(|line| {
        let command = line.split_whitespace().next().unwrap_or_default();
        [
            "b", "br", "bre", "brea", "break", "hb", "hbreak", "tb", "tbreak", "thb", "thbreak",
        ]
        .contains(&command)
    });
    let set = set.count();
    let there = chip.breakpoints as usize;
    if set > there {
        return vec![
            Outcome::error(format!(
                "`openocd.gdb` sets {}, and {} has {there} in hardware",
                ui::count(set, "breakpoint"),
                chip.name
            ))
            .hint("take some out; one free comparator is needed to step")
            .explain("hardware-breakpoints"),
        ];
    }
    vec![Outcome::ok(format!(
        "`openocd.gdb` sets {set} of {}",
        ui::count(there, "breakpoint")
    ))]
}
