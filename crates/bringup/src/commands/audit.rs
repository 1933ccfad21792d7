//! `bringup audit`: what an image holds, and whether it can start on the chip.

use std::path::PathBuf;

use bringup_audit::{Finding, Report, Severity};

use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::target::TargetArgs;
use crate::ui::{self, BAD, DIM, GOOD, HINT, STRONG, WARN, paint};
use crate::view;

/// Report an image's flash and RAM use, and whether it can start on the chip
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The firmware, an ELF file
    elf: PathBuf,

    #[command(flatten)]
    target: TargetArgs,

    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let target = args.target.resolve()?;
    let elf = files::read(&args.elf)?;
    let report = bringup_audit::audit(&elf, &target.chip).map_err(|source| Error::Audit {
        path: args.elf.clone(),
        source,
    })?;
    if args.json {
        view::print_json(&report);
    } else {
        show(&report);
    }
    Ok(if report.findings.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn show(report: &Report) {
    for section in &report.sections {
        let to = section.region.unwrap_or("outside the chip's memories");
        let from = match section.load_region {
            Some(load) if section.load_region != section.region => format!(", loaded from {load}"),
            _ => String::new(),
        };
        view::print(format_args!(
            "{:<20} {:>10} at {:#010x}  {}",
            section.name,
            ui::bytes(section.size),
            section.address,
            paint(DIM, format_args!("{to}{from}"))
        ));
    }
    view::print("");
    for region in &report.regions {
        let percent = 100.0 * region.used as f64 / region.size.max(1) as f64;
        let used = format!(
            "{} of {} ({percent:.1} %)",
            ui::bytes(region.used),
            ui::bytes(region.size)
        );
        view::print(format_args!(
            "{} {used}",
            paint(STRONG, format_args!("{:<20}", region.name))
        ));
    }
    if let Some(stack) = &report.stack {
        let stack = format!(
            "{} from {:#010x} down to {:#010x}",
            ui::bytes(stack.size),
            stack.top,
            stack.bottom
        );
        view::print(format_args!(
            "{} {stack}",
            paint(STRONG, format_args!("{:<20}", "left for the stack"))
        ));
    }
    if report.findings.is_empty() {
        view::print(format_args!(
            "{} {}",
            paint(STRONG, format_args!("{:<20}", "findings")),
            paint(GOOD, "none")
        ));
    }
    for found in &report.findings {
        view::print(format_args!("\n{}", finding(found)));
    }
}

/// A finding for people: what, and the way out.
pub(crate) fn finding(finding: &Finding) -> String {
    let (style, word) = match finding.severity {
        Severity::Error => (BAD, "error"),
        Severity::Warning => (WARN, "warning"),
    };
    format!(
        "{} {}\n   {} {} {}",
        paint(style, format_args!("{word}[{}]:", finding.rule)),
        finding.message,
        paint(DIM, "="),
        paint(HINT, "hint:"),
        finding.hint
    )
}
