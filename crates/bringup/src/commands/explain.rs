//! `bringup explain`: what a rule is about.

use bringup_board::checks;

use crate::error::Error;
use crate::exit::Exit;
use crate::find::similar;
use crate::ui::{DIM, STRONG, paint};
use crate::view;

/// Say what a rule is about, why it matters and what to do
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rule, as messages name it in brackets; without one, all rules are listed
    rule: Option<String>,
}

/// A rule of any of the commands that have rules.
struct Rule {
    name: &'static str,
    /// Command that reports it.
    command: &'static str,
    summary: String,
    /// What there is to say beyond the summary.
    text: &'static str,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let rules = rules();
    let Some(name) = &args.rule else {
        list(&rules);
        return Ok(Exit::Fine);
    };
    let found: Vec<&Rule> = rules.iter().filter(|rule| rule.name == name).collect();
    if found.is_empty() {
        return Err(unknown(name, rules.iter().map(|rule| rule.name)));
    }
    for rule in found {
        view::print(format_args!(
            "{}, of `bringup {}`: {}",
            paint(STRONG, rule.name),
            rule.command,
            rule.summary
        ));
        if !rule.text.is_empty() {
            view::print(format_args!("\n{}", rule.text));
        }
    }
    Ok(Exit::Fine)
}

/// The error for a rule that does not exist.
pub(crate) fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> Error {
    Error::NoElement {
        what: "`bringup`".into(),
        kind: "rule",
        name: name.to_owned(),
        similar: similar(name, known),
    }
}

/// All rules, by command.
fn rules() -> Vec<Rule> {
    let board = checks::RULES.iter().map(|rule| Rule {
        name: rule.name,
        command: "run",
        summary: rule.summary.to_owned(),
        text: rule.explanation,
    });
    let audit = bringup_audit::rules::all().iter().map(|rule| {
        let (first, rest) = rule.docs.split_once(". ").unwrap_or((rule.docs, ""));
        let summary = first.split_whitespace().collect::<Vec<_>>().join(" ");
        Rule {
            name: rule.name,
            command: "audit",
            summary: summary.trim_end_matches('.').to_owned(),
            text: rest.trim(),
        }
    });
    let svd = bringup_device::rules::ALL.iter().map(|rule| Rule {
        name: rule.name,
        command: "svd check",
        summary: rule.summary.to_owned(),
        text: "",
    });
    board.chain(audit).chain(svd).collect()
}

fn list(rules: &[Rule]) {
    let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut command = "";
    for rule in rules {
        if rule.command != command {
            let gap = if command.is_empty() { "" } else { "\n" };
            command = rule.command;
            let title = format!("bringup {command}");
            view::print(format_args!("{gap}{}", paint(DIM, title)));
        }
        view::print(format_args!("  {:<width$}  {}", rule.name, rule.summary));
    }
}
