//! A diagnosis for people and as data.

use serde::Serialize;

use super::recognise::{Names, fill};
use super::{Diagnosis, Recognised, What};
use crate::rules::Rule;
use crate::ui::{DIM, HINT, STRONG, paint};

/// Columns that a line takes at most, where words can be put on the next one.
const WIDTH: usize = 100;

/// What is said about an error or a rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Explanation {
    /// Name of the diagnosis or the rule.
    name: &'static str,
    /// `diagnosis` or `rule`.
    kind: &'static str,
    /// The command that reports the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'static str>,
    summary: String,
    /// The line of the text, from 1 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// What was seen there; without a text, what is usually seen.
    symptom: String,
    cause: String,
    /// Ways out, the likeliest first.
    fix: Vec<String>,
    /// Names that were found.
    #[serde(skip_serializing_if = "Names::is_empty")]
    names: Names,
    see: Vec<&'static str>,
}

impl Explanation {
    /// What there is to say about a diagnosis by itself.
    pub(crate) fn of_diagnosis(diagnosis: &'static Diagnosis) -> Self {
        Self::with_names(diagnosis, Names::new())
    }

    fn with_names(diagnosis: &'static Diagnosis, names: Names) -> Self {
        let fix = diagnosis.fix.iter().map(|step| fill(step, &names));
        Self {
            name: diagnosis.name,
            kind: "diagnosis",
            command: None,
            summary: diagnosis.summary.to_owned(),
            line: None,
            symptom: diagnosis.symptom.to_owned(),
            cause: fill(diagnosis.cause, &names),
            fix: fix.collect(),
            names,
            see: diagnosis.see.to_vec(),
        }
    }

    /// What there is to say about a rule.
    pub(crate) fn of_rule(rule: Rule) -> Self {
        Self {
            name: rule.name,
            kind: "rule",
            command: Some(rule.command),
            summary: rule.summary,
            line: None,
            symptom: String::new(),
            cause: rule.text.to_owned(),
            fix: Vec::new(),
            names: Names::new(),
            see: Vec::new(),
        }
    }
}

impl From<Recognised> for Explanation {
    fn from(recognised: Recognised) -> Self {
        let mut explanation = match recognised.what {
            What::Diagnosis(diagnosis) => Self::with_names(diagnosis, recognised.names),
            What::Rule(rule) => Self::of_rule(rule),
        };
        explanation.line = Some(recognised.line);
        explanation.symptom = recognised.seen;
        explanation
    }
}

/// An explanation for people, of several lines, without an end of the last one.
pub(crate) fn show(explanation: &Explanation) -> String {
    let name = paint(STRONG, explanation.name);
    let mut lines = vec![match explanation.command {
        Some(command) => format!("{name}, of `bringup {command}`: {}", explanation.summary),
        None => format!("{name}: {}", explanation.summary),
    }];
    let mut say = |label: &str, text: &str| {
        if !text.is_empty() {
            let label = paint(HINT, format_args!("{label:<8}"));
            lines.extend(wrapped(&format!("  {label} "), 11, text));
        }
    };
    let symptom = match explanation.line {
        Some(line) => format!("line {line}: {}", explanation.symptom),
        None => explanation.symptom.clone(),
    };
    say("symptom", &symptom);
    say("cause", &explanation.cause);
    for (number, step) in explanation.fix.iter().enumerate() {
        say(if number == 0 { "fix" } else { "" }, &format!("- {step}"));
    }
    if !explanation.see.is_empty() {
        let near: Vec<_> = explanation
            .see
            .iter()
            .map(|name| format!("`bringup explain {name}`"))
            .collect();
        lines.extend(wrapped(
            &format!("  {} ", paint(DIM, format_args!("{:<8}", "see"))),
            11,
            &near.join(", "),
        ));
    }
    lines.join("\n")
}

/// The first line of `text` in lines of a width that is easy to read, after `label`, which takes `column` columns; the other lines are
/// left as they are.
fn wrapped(label: &str, column: usize, text: &str) -> Vec<String> {
    let (prose, code) = text.split_once('\n').unwrap_or((text, ""));
    let hang = if prose.starts_with("- ") { "  " } else { "" };
    let options = textwrap::Options::new(WIDTH - column)
        .subsequent_indent(hang)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let space = " ".repeat(column);
    let mut lines: Vec<String> = textwrap::wrap(prose, options)
        .iter()
        .enumerate()
        .map(|(number, line)| format!("{}{line}", if number == 0 { label } else { &space }))
        .collect();
    lines.extend(code.lines().map(|line| format!("{space}      {line}")));
    lines
}
