//! `bringup svd check`: everything wrong with SVD files, as a compiler says it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bringup_device::{Diagnostic, Severity, Source};
use clap::ValueEnum;
use serde_json::{Value, json};

use super::diagnose;
use crate::error::Error;
use crate::exit::Exit;
use crate::snippet;
use crate::svd::patch::PatchArgs;
use crate::svd::{self, Text};
use crate::ui::{self, STRONG, paint};
use crate::view;

/// Problems of one kind that are shown of a file unless all are asked for.
const SHOWN: usize = 5;

/// Report everything wrong with SVD files
///
/// Exits with 0 if there are no more than warnings, with 1 if there are errors, or warnings that are denied,
/// and with 2 if something is no SVD file or cannot be read.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// SVD files, or chips that are known by name
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
    source: Source,
    /// The name of the device; `None` where the text is no SVD file.
    device: Option<String>,
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
    a.max(b)
}

fn check(path: &Path, patches: &PatchArgs) -> Result<Checked, Error> {
    let Text { bytes, name } = Text::read(&svd::locate(path)?, patches)?;
    let (device, diagnostics) = diagnose(&bytes);
    Ok(Checked {
        device: device.map(|device| device.name),
        source: Source::new(name, bytes),
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
            let position = self.source.position(diagnostic);
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
            "file": self.source.name(),
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
                text.push_str(&snippet::show(&self.source, diagnostic));
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
            count => ui::count(count, what),
        };
        let _ = writeln!(
            text,
            "{}: {}, {}",
            paint(STRONG, self.source.name()),
            number(self.count(Severity::Error), "error"),
            number(self.count(Severity::Warning), "warning")
        );
    }
}
