//! `bringup audit`: what a program holds, whether it is freestanding, and whether it can start on its chip.

mod code;
mod compare;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bringup_audit::code::{Comparison, Names};
use bringup_audit::rules::{self, Level, Rule};
use bringup_audit::{Finding, Options, Platform, Report, Severity};
use bringup_device::Device;
use serde::Serialize;

use crate::commands::explain;
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::std_path;
use crate::svd::SvdArgs;
use crate::target::{Target, TargetArgs};
use crate::ui::{self, BAD, DIM, GOOD, HINT, STRONG, WARN, paint};
use crate::view;

/// Tell whether programs are freestanding, and of firmware its flash and RAM use and whether it can start on the chip
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bringup audit target/x86_64-unknown-linux-gnu/release/hello\n  \
                        bringup audit hello.exe --deny no-boot-note --json\n  \
                        bringup audit firmware.elf --board nucleo-l031k6"
)]
pub(crate) struct Args {
    /// The programs: ELF, PE or Mach-O files
    #[arg(required = true, value_name = "BINARY")]
    binaries: Vec<PathBuf>,

    #[command(flatten)]
    target: TargetArgs,

    /// What the programs run on, if their files shall not tell: linux, windows, macos, uefi, kernel, firmware
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    platform: Option<Platform>,

    /// Make breaches of this rule errors; `bringup explain` lists the rules
    #[arg(long, value_name = "RULE")]
    deny: Vec<String>,

    /// Make breaches of this rule warnings
    #[arg(long, value_name = "RULE")]
    warn: Vec<String>,

    /// Do not report breaches of this rule
    #[arg(long, value_name = "RULE")]
    allow: Vec<String>,

    #[command(flatten)]
    svd: SvdArgs,

    /// Write a page with treemaps of flash and RAM, sizes by crate and symbol, stack, panics and accesses to registers
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Tell what changed in size since another build: its ELF file, or what `--json` printed of it
    #[arg(long, value_name = "OLD")]
    compare: Option<PathBuf>,

    /// The project that a program was built from, to tell through which crates the standard library comes into it; without this
    /// the one whose target folder the program is in
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,

    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// The report of a file, as JSON.
#[derive(Serialize)]
struct FileReport<'a> {
    file: String,
    #[serde(flatten)]
    report: &'a Report,
    /// What changed since another build.
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'a Comparison>,
}

/// The reports of several files, as JSON.
#[derive(Serialize)]
struct Reports<'a> {
    reports: Vec<FileReport<'a>>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let target = args.target.find()?;
    let levels = args.levels()?;
    let names = args.names(target.as_ref())?;
    let options = Options {
        chip: target.as_ref().map(|target| &*target.chip),
        names: names.as_ref(),
        code: true,
        platform: args.platform,
        levels: &levels,
    };
    let mut reports = Vec::new();
    for path in &args.binaries {
        let bytes = files::read(path)?;
        let found = bringup_audit::examine(&bytes, &options).map_err(|source| Error::Audit {
            path: path.clone(),
            source,
        })?;
        for mut report in found {
            args.add_crates(path, &mut report)?;
            reports.push((path.as_path(), report));
        }
    }
    let comparison = args.comparison(&reports, &options)?;
    if let Some(page) = &args.html {
        let (path, report) = single(&reports, "--html")?;
        let title = path.file_name().unwrap_or_default().to_string_lossy();
        files::write_file(page, bringup_audit::code::html(&title, report).as_bytes())?;
    }
    if args.json {
        print_json(&reports, comparison.as_ref());
    } else {
        for (index, (path, report)) in reports.iter().enumerate() {
            if index > 0 {
                view::print("");
            }
            show(path, report, target.is_some());
        }
        if let Some(comparison) = &comparison {
            compare::show(comparison);
        }
    }
    let has_errors = reports.iter().any(|(_, report)| report.has_errors());
    Ok(if has_errors {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// The report of the one program that an option is for.
fn single<'r>(
    reports: &'r [(&Path, Report)],
    option: &'static str,
) -> Result<(&'r Path, &'r Report), Error> {
    match reports {
        [(path, report)] => Ok((path, report)),
        _ => Err(Error::OneProgram { option }),
    }
}

impl Args {
    /// Adds to the finding that the standard library is in a program through which crates it comes in.
    fn add_crates(&self, path: &Path, report: &mut Report) -> Result<(), Error> {
        let finding = report
            .findings
            .iter_mut()
            .find(|finding| finding.rule == "std-linked");
        if let Some(finding) = finding {
            finding.notes = std_path::of_program(path, self.manifest_path.as_deref())?;
        }
        Ok(())
    }

    /// Names of the chip's registers; `None` where they are not to be had, which is no reason to fail.
    fn names(&self, target: Option<&Target>) -> Result<Option<Names>, Error> {
        let Some(target) = target else {
            let svd = self.svd.load_named()?;
            return Ok(svd.map(|svd| Names::of_device(&svd.device)));
        };
        let device = match self.svd.load(target) {
            Ok(svd) => svd.device,
            Err(error) if self.svd.svd.is_some() => return Err(error),
            Err(_) => Device::without_peripherals(&target.chip.name),
        };
        Ok(Some(Names::new(&device, target.chip.core)))
    }

    /// What changed since the other build.
    fn comparison(
        &self,
        reports: &[(&Path, Report)],
        options: &Options<'_>,
    ) -> Result<Option<Comparison>, Error> {
        let Some(old) = &self.compare else {
            return Ok(None);
        };
        let (path, report) = single(reports, "--compare")?;
        let none = || Error::NoSizes { path: path.into() };
        let now = &report.code.as_ref().ok_or_else(none)?.sizes;
        let before = compare::read(old, options)?;
        Ok(Some(bringup_audit::code::compare(&before, now)))
    }

    /// What becomes of breaches of the rules that are named; what is denied is denied.
    fn levels(&self) -> Result<Vec<(&'static Rule, Level)>, Error> {
        let levels = [
            (&self.allow, Level::Allow),
            (&self.warn, Level::Warn),
            (&self.deny, Level::Deny),
        ];
        let mut rules = Vec::new();
        for (names, level) in levels {
            for name in names {
                let known = || rules::all().iter().map(|rule| rule.name);
                let rule = Rule::find(name).ok_or_else(|| explain::unknown(name, known()))?;
                rules.push((rule, level));
            }
        }
        Ok(rules)
    }
}

fn platform(name: &str) -> Result<Platform, String> {
    let known = Platform::ALL.into_iter().find(|known| known.name() == name);
    known.ok_or_else(|| {
        let names: Vec<_> = Platform::ALL.into_iter().map(Platform::name).collect();
        format!("there is {}", names.join(", "))
    })
}

/// One report is an object by itself; several are in one.
fn print_json(reports: &[(&Path, Report)], comparison: Option<&Comparison>) {
    let mut reports: Vec<_> = reports
        .iter()
        .map(|(path, report)| FileReport {
            file: path.display().to_string(),
            report,
            comparison,
        })
        .collect();
    match (reports.len(), reports.pop()) {
        (1, Some(report)) => view::print_json(&report),
        (_, last) => {
            reports.extend(last);
            view::print_json(&Reports { reports });
        }
    }
}

fn show(path: &Path, report: &Report, has_chip: bool) {
    if has_chip {
        show_memories(report);
    }
    show_program(path, report);
    if let Some(code) = &report.code {
        code::show(code);
    }
    if report.findings.is_empty() {
        row("findings", paint(GOOD, "none"));
    }
    for found in &report.findings {
        view::print(format_args!("\n{}", finding(found)));
    }
}

/// A line with a name and a value.
fn row(name: &str, value: impl std::fmt::Display) {
    view::print(format_args!(
        "{} {value}",
        paint(STRONG, format_args!("{name:<20}"))
    ));
}

/// What the file is, and the verdict.
fn show_program(path: &Path, report: &Report) {
    row(
        "program",
        format_args!(
            "{}, {} for {}, {}",
            path.display(),
            report.format,
            report.architecture.name(),
            report.platform.title()
        ),
    );
    let verdict = if report.freestanding {
        paint(GOOD, "yes")
    } else {
        paint(BAD, "no")
    };
    row("freestanding", verdict);
}

fn show_memories(report: &Report) {
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
        row(
            region.name,
            format_args!(
                "{} of {} ({percent:.1} %)",
                ui::bytes(region.used),
                ui::bytes(region.size)
            ),
        );
    }
    if let Some(stack) = &report.stack {
        row(
            "left for the stack",
            format_args!(
                "{} from {:#010x} down to {:#010x}",
                ui::bytes(stack.size),
                stack.top,
                stack.bottom
            ),
        );
    }
}

/// A finding for people: what, and the way out.
pub(crate) fn finding(finding: &Finding) -> String {
    let (style, word) = match finding.severity {
        Severity::Error => (BAD, "error"),
        Severity::Warning => (WARN, "warning"),
    };
    let mut text = format!(
        "{} {}",
        paint(style, format_args!("{word}[{}]:", finding.rule)),
        finding.message,
    );
    let equals = paint(DIM, "=");
    // Writing to a string cannot fail.
    for note in &finding.notes {
        let _ = write!(text, "\n   {equals} {note}");
    }
    let hint = paint(HINT, "hint:");
    let _ = write!(text, "\n   {equals} {hint} {}", finding.hint);
    text
}
