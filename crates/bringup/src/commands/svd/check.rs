//! `bringup svd check`: everything wrong with SVD files, as a compiler says it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bringup_device::{Diagnostic, LineIndex, Severity};
use clap::ValueEnum;
use serde_json::{Value, json};

use super::diagnose;
use crate::error::Error;
use crate::exit::Exit;
use crate::svd::Text;
use crate::svd::patch::PatchArgs;
use crate::ui::{self, BAD, DIM, HINT, STRONG, WARN, paint};
use crate::view;

/// Problems of one kind that are shown of a file unless all are asked for.
const SHOWN: usize = 5;

/// Characters of a line that are shown.
const WIDTH: usize = 88;

/// Characters of a line that are shown before the place in question.
const BEFORE: usize = 24;

/// Report everything wrong with SVD files
///
/// Exits with 0 if there are no more than warnings, with 1 if there are errors, or warnings that are denied,
/// and with 2 if something is no SVD file or cannot be read.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// SVD files
    #[arg(required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    patches: PatchArgs,

    /// Show each problem, not only the first ones of a kind
    #[arg(long)]
    all: bool,

    /// Exit with 1 for warnings as well
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,

    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

/// What there is to say about a file.
struct Checked {
    name: String,
    /// The name of the device; `None` where the text is no SVD file.
    device: Option<String>,
    text: Vec<u8>,
    lines: LineIndex,
    diagnostics: Vec<Diagnostic>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let mut exit = Exit::Fine;
    let mut files = Vec::new();
    for path in &args.files {
        let checked = match check(path, &args.patches) {
            Ok(checked) => checked,
            // One file that cannot be read is no reason to be silent about the others.
            Err(error) if args.files.len() > 1 => {
                ui::report(&error);
                exit = Exit::Input;
                continue;
            }
            Err(error) => return Err(error),
        };
        exit = worse(exit, checked.exit(args.deny));
        if args.json {
            files.push(checked.json());
        } else {
            view::print(checked.show(args.all).trim_end());
        }
    }
    if args.json {
        view::print_json(&json!({ "files": files }));
    }
    Ok(exit)
}

/// Of two ways to end the one that counts more.
fn worse(a: Exit, b: Exit) -> Exit {
    if (a as u8) < (b as u8) { b } else { a }
}

fn check(path: &Path, patches: &PatchArgs) -> Result<Checked, Error> {
    let Text { bytes, name } = Text::read(path, patches)?;
    let (device, diagnostics) = diagnose(&bytes);
    Ok(Checked {
        name,
        device: device.map(|device| device.name),
        lines: LineIndex::from_bytes(&bytes),
        text: bytes,
        diagnostics,
    })
}

impl Checked {
    fn count(&self, severity: Severity) -> usize {
        let these = |diagnostic: &&Diagnostic| diagnostic.severity == severity;
        self.diagnostics.iter().filter(these).count()
    }

    fn exit(&self, deny: Option<Deny>) -> Exit {
        let denied = deny.is_some() && !self.diagnostics.is_empty();
        if self.device.is_none() {
            Exit::Input
        } else if denied || self.count(Severity::Error) > 0 {
            Exit::Findings
        } else {
            Exit::Fine
        }
    }

    fn json(&self) -> Value {
        let diagnostics = self.diagnostics.iter().map(|diagnostic| {
            let position = self.lines.position(diagnostic.span.start);
            json!({
                "severity": diagnostic.severity.to_string(),
                "rule": diagnostic.rule,
                "message": diagnostic.message,
                "line": position.line,
                "column": position.column,
                "offset": diagnostic.span.start,
                "length": diagnostic.span.len,
                "breadcrumb": diagnostic.breadcrumb,
                "hint": diagnostic.hint,
            })
        });
        json!({
            "file": self.name,
            "device": self.device,
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "diagnostics": diagnostics.collect::<Vec<_>>(),
        })
    }

    fn show(&self, all: bool) -> String {
        let mut text = String::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for diagnostic in &self.diagnostics {
            let count = counts.entry(diagnostic.rule).or_default();
            *count += 1;
            if all || *count <= SHOWN {
                self.diagnostic(&mut text, diagnostic);
            }
        }
        for (rule, count) in counts {
            if !all && count > SHOWN {
                let _ = writeln!(
                    text,
                    "… and {} more [{rule}]; `--all` shows them",
                    count - SHOWN
                );
            }
        }
        self.summary(&mut text);
        text
    }

    fn summary(&self, text: &mut String) {
        let number = |count: usize, what: &str| match count {
            0 => format!("no {what}s"),
            1 => format!("1 {what}"),
            count => format!("{} {what}s", ui::grouped(count as u64)),
        };
        let _ = writeln!(
            text,
            "{}: {}, {}",
            paint(STRONG, &self.name),
            number(self.count(Severity::Error), "error"),
            number(self.count(Severity::Warning), "warning")
        );
    }

    /// One problem: what, where, the line, around it, the way out.
    fn diagnostic(&self, text: &mut String, diagnostic: &Diagnostic) {
        let style = match diagnostic.severity {
            Severity::Warning => WARN,
            Severity::Error => BAD,
        };
        let position = self.lines.position(diagnostic.span.start);
        let number = position.line.to_string();
        let margin = " ".repeat(number.len());
        let word = format!("{}[{}]", diagnostic.severity, diagnostic.rule);
        let _ = writeln!(
            text,
            "{}: {}",
            paint(style, word),
            paint(STRONG, &diagnostic.message)
        );
        let _ = writeln!(
            text,
            "{margin}{} {}:{position}",
            paint(DIM, "-->"),
            self.name
        );
        if let Some((line, before, length)) = self.excerpt(diagnostic) {
            let bar = paint(DIM, "|");
            let marks = paint(style, "^".repeat(length));
            let _ = writeln!(text, "{} {bar} {line}", paint(DIM, &number));
            let _ = writeln!(text, "{margin} {bar} {}{marks}", " ".repeat(before));
        }
        let equals = paint(DIM, "=");
        if !diagnostic.breadcrumb.is_empty() {
            let _ = writeln!(
                text,
                "{margin} {equals} in {}",
                diagnostic.breadcrumb.join(" in ")
            );
        }
        if let Some(hint) = &diagnostic.hint {
            let _ = writeln!(text, "{margin} {equals} {} {hint}", paint(HINT, "hint:"));
        }
        text.push('\n');
    }

    /// The line in question without its indentation, and where in it the marks stand. Of long lines, as in files
    /// that are one line, the part in question.
    fn excerpt(&self, diagnostic: &Diagnostic) -> Option<(String, usize, usize)> {
        let start = diagnostic.span.start as usize;
        let before = self.text.get(..start)?;
        let begin = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let length = self
            .text
            .get(start..)?
            .iter()
            .position(|&byte| byte == b'\n');
        let end = length.map_or(self.text.len(), |length| start + length);
        let plain = |bytes: &[u8]| -> Vec<char> {
            let text = String::from_utf8_lossy(bytes);
            let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
            visible.collect()
        };
        let head = plain(self.text.get(begin..start)?);
        let tail = plain(self.text.get(start..end)?);
        let indent = head.iter().take_while(|c| c.is_whitespace()).count();
        let skip = indent.max(head.len().saturating_sub(BEFORE));
        let marks = plain(self.text.get(start..start + diagnostic.span.len as usize)?).len();
        let shown: String = head.iter().skip(skip).chain(&tail).take(WIDTH).collect();
        let column = head.len() - skip;
        let marks = marks
            .clamp(1, WIDTH.saturating_sub(column).max(1))
            .min(tail.len().max(1));
        Some((shown.trim_end().to_owned(), column, marks))
    }
}
