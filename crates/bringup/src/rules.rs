//! The rules of all commands that have rules.

use bringup_board::checks;

/// A rule of any of the commands that have rules.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// Command that reports it.
    pub(crate) command: &'static str,
    pub(crate) summary: String,
    /// What there is to say beyond the summary.
    pub(crate) text: &'static str,
}

/// All rules, by command.
pub(crate) fn all() -> Vec<Rule> {
    let board = checks::RULES.iter().map(|rule| Rule {
        name: rule.name,
        command: "run",
        summary: rule.summary.to_owned(),
        text: rule.explanation,
    });
    let audit = bringup_audit::rules::all().iter().map(|rule| Rule {
        name: rule.name,
        command: "audit",
        summary: rule.summary.to_owned(),
        text: rule.docs,
    });
    let svd = bringup_device::rules::ALL.iter().map(|rule| Rule {
        name: rule.name,
        command: "svd check",
        summary: rule.summary.to_owned(),
        text: "",
    });
    board.chain(audit).chain(svd).collect()
}
