//! `bringup doctor`: whether the machine and a project are fit for firmware.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use crate::doctor::{self, Check, Facts, Level, Outcome, Where};
use crate::error::Error;
use crate::exit::Exit;
use crate::target::TargetArgs;
use crate::ui::{self, BAD, DIM, GOOD, HINT, WARN, paint};
use crate::view;

/// Check the machine and a firmware project: tools, targets, probes, and the project's files against each other and the chip
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The project, not necessarily one made by `bringup`
    #[arg(default_value = ".")]
    path: PathBuf,

    #[command(flatten)]
    target: TargetArgs,

    /// Mend what can be mended without losing anything, and say what was done
    #[arg(long)]
    fix: bool,

    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,

    /// Look for udev rules and USB devices below this folder
    #[arg(long, value_name = "DIR", default_value = "/", hide = true)]
    system_root: PathBuf,
}

/// The JSON object.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    /// Name of the chip, if it is known.
    chip: Option<String>,
    results: Vec<CheckResult>,
    /// What `--fix` did.
    fixed: Vec<String>,
    errors: usize,
    warnings: usize,
}

/// What a check found.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CheckResult {
    check: &'static str,
    /// `machine` or `project`.
    subject: &'static str,
    level: Level,
    message: String,
    hint: Option<String>,
    /// The diagnosis that says more.
    explain: Option<&'static str>,
    /// Whether `--fix` can mend it.
    fixable: bool,
}

/// A fix may bring up something else to fix; more turns than this no chain of them takes.
const TURNS: usize = 3;

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let place = Where {
        path: &args.path,
        system: &args.system_root,
        target: &args.target,
    };
    let mut facts = Facts::gather(&place)?;
    let mut found = look(&facts);
    let (mut fixed, mut tried) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let fixes = found.iter().filter_map(|(_, outcome)| outcome.fix.clone());
        let fixes: Vec<_> = fixes.filter(|fix| !tried.contains(fix)).collect();
        if !args.fix || fixes.is_empty() {
            break;
        }
        for fix in fixes {
            fixed.push(fix.apply()?);
            tried.push(fix);
        }
        facts = Facts::gather(&place)?;
        found = look(&facts);
    }
    let report = report(&facts, found, fixed);
    if args.json {
        view::print_json(&report);
    } else {
        show(&report);
    }
    Ok(if report.errors == 0 {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// Runs all checks.
fn look(facts: &Facts) -> Vec<(&'static Check, Outcome)> {
    let run = |check: &&'static Check| {
        let check = *check;
        (check.run)(facts)
            .into_iter()
            .map(move |outcome| (check, outcome))
    };
    doctor::ALL.iter().flat_map(run).collect()
}

fn report(facts: &Facts, found: Vec<(&'static Check, Outcome)>, fixed: Vec<String>) -> Report {
    let count = |level| {
        found
            .iter()
            .filter(|(_, outcome)| outcome.level == level)
            .count()
    };
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    let result = |(check, outcome): (&'static Check, Outcome)| CheckResult {
        check: check.name,
        subject: check.subject.word(),
        level: outcome.level,
        message: outcome.message,
        hint: outcome.hint,
        explain: outcome.explain,
        fixable: outcome.fix.is_some(),
    };
    Report {
        chip: facts.chip.as_ref().map(|chip| chip.name.clone()),
        results: found.into_iter().map(result).collect(),
        fixed,
        errors,
        warnings,
    }
}

fn show(report: &Report) {
    for done in &report.fixed {
        view::print(format_args!("{} {done}", paint(GOOD, "fixed:")));
    }
    let width = report
        .results
        .iter()
        .map(|result| result.check.len())
        .max()
        .unwrap_or(0);
    let mut subject = "";
    for result in &report.results {
        if result.subject != subject {
            let gap = if subject.is_empty() && report.fixed.is_empty() {
                ""
            } else {
                "\n"
            };
            subject = result.subject;
            view::print(format_args!("{gap}{}", paint(DIM, subject)));
        }
        let style = match result.level {
            Level::Ok => GOOD,
            Level::Warning => WARN,
            Level::Error => BAD,
        };
        let level = paint(style, format_args!("{:<7}", result.level.word()));
        view::print(format_args!(
            "  {level}  {:<width$}  {}",
            result.check, result.message
        ));
        let mut hint = result.hint.clone().unwrap_or_default();
        if let Some(name) = result.explain {
            let _ = write!(hint, "; `bringup explain {name}`");
        }
        if result.fixable {
            hint.push_str("; `--fix` does it");
        }
        if !hint.is_empty() {
            let space = " ".repeat(width + 13);
            view::print(format_args!(
                "{space}{} {}",
                paint(HINT, "hint:"),
                hint.trim_start_matches("; ")
            ));
        }
    }
    view::print(format_args!(
        "\n{}, {}",
        ui::count(report.errors, "error"),
        ui::count(report.warnings, "warning")
    ));
}
