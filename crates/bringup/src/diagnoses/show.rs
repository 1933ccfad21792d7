//! A diagnosis for people and as data.

use anstyle::Style;
use serde::Serialize;

use super::recognise::{Names, fill};
use super::{Diagnosis, Recognised, What};
use crate::rules::Rule;
use crate::ui::{DIM, HINT, STRONG, paint};

/// Columns that a line takes at most, where words can be put on the next one.
const WIDTH: usize = 100;

/// The column in which texts begin, after their labels.
const COLUMN: usize = 11;

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
        let advice = diagnosis.advice.and_then(|advice| advice(&names));
        let fix = diagnosis.fix.iter().map(|step| fill(step, &names));
        Self {
            name: diagnosis.name,
            kind: "diagnosis",
            command: None,
            summary: diagnosis.summary.to_owned(),
            line: None,
            symptom: diagnosis.symptom.to_owned(),
            cause: fill(diagnosis.cause, &names),
            fix: advice.into_iter().chain(fix).collect(),
            names,
            see: diagnosis.see.to_vec(),
        }
    }

    /// What there is to say about something that stands in front of the explanation.
    pub(crate) fn without_line(recognised: Recognised) -> Self {
        let mut explanation = Self::from(recognised);
        explanation.line = None;
        explanation
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
    let symptom = match explanation.line {
        Some(line) => format!("line {line}: {}", explanation.symptom),
        None => explanation.symptom.clone(),
    };
    if let Some(command) = explanation.command {
        let mut lines = vec![format!(
            "{name}, of `bringup {command}`: {}",
            explanation.summary
        )];
        lines.extend(labelled(HINT, "symptom", &symptom));
        if !explanation.cause.is_empty() {
            lines.push(format!("\n{}", explanation.cause));
        }
        return lines.join("\n");
    }
    let mut lines = vec![format!("{name}: {}", explanation.summary)];
    lines.extend(labelled(HINT, "symptom", &symptom));
    lines.extend(labelled(HINT, "cause", &explanation.cause));
    for (number, step) in explanation.fix.iter().enumerate() {
        let label = if number == 0 { "fix" } else { "" };
        lines.extend(labelled(HINT, label, &format!("- {step}")));
    }
    let near = explanation
        .see
        .iter()
        .map(|name| format!("`bringup explain {name}`"));
    lines.extend(labelled(DIM, "see", &near.collect::<Vec<_>>().join(", ")));
    lines.join("\n")
}

/// A label, and behind it the first line of `text` in lines of a width that is easy to read; the other lines, which are to be
/// copied, as they are. Nothing if there is no text.
fn labelled(style: Style, label: &str, text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let (prose, code) = text.split_once('\n').unwrap_or((text, ""));
    let hang = if prose.starts_with("- ") { "  " } else { "" };
    let options = textwrap::Options::new(WIDTH - COLUMN)
        .subsequent_indent(hang)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let head = format!("  {} ", paint(style, format_args!("{label:<8}")));
    let space = " ".repeat(COLUMN);
    let mut lines: Vec<String> = textwrap::wrap(prose, options)
        .iter()
        .enumerate()
        .map(|(number, line)| format!("{}{line}", if number == 0 { &head } else { &space }))
        .collect();
    lines.extend(code.lines().map(|line| format!("{space}      {line}")));
    lines
}
