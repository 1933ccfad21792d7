//! A run of the board as people read it: pin edges, image, findings, what was simulated in how long.

use std::fmt::{Display, Write as _};
use std::io::{BufWriter, Write as _};
use std::time::Duration;

use bringup_board::report::{
    CallReport, FindingReport, ImageReport, Look, Part, PinReport, Report, write_place,
};
use bringup_board::{Location, Stop};

use crate::json::Indented;
use crate::ui::{self, BAD, DIM, GOOD, HINT, STRONG, WARN, paint};

/// Messages in the colours of the terminal.
struct Terminal;

impl Look for Terminal {
    fn paint(&self, part: Part, text: &dyn Display) -> String {
        let style = match part {
            Part::Error => BAD,
            Part::Warning => WARN,
            Part::Hint => HINT,
            Part::Mark => DIM,
        };
        paint(style, text)
    }

    fn number(&self, number: u64) -> String {
        ui::grouped(number)
    }
}

/// Writes a line to standard output; a closed pipe is no reason to fail.
pub(crate) fn print(line: impl Display) {
    let _ = writeln!(anstream::stdout(), "{line}");
}

/// Prints a report as JSON to standard output; a closed pipe is no reason to fail.
pub(crate) fn print_json(report: &impl serde::Serialize) {
    // Nothing in JSON looks like a colour: there is no need to look for one in what may be hundreds of megabytes.
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut json = serde_json::Serializer::with_formatter(&mut out, Indented::default());
    let written = report.serialize(&mut json);
    // Plain data with string keys always serialises; if not, silence would look like success.
    if let Err(error) = written.as_ref()
        && !error.is_io()
    {
        ui::warn(format_args!(
            "the report cannot be written as JSON: {error}"
        ));
    }
    if written.is_ok() {
        let _ = out.write_all(b"\n");
        let _ = out.flush();
    }
}

/// How many edges of a pin are shown before the rest is summed up.
const EDGES_SHOWN: usize = 12;

/// Edges, image, findings and the sum of a run, as lines of text.
pub(crate) fn run(report: &Report, host: Duration) -> String {
    let mut text = String::new();
    for pin in &report.pins {
        edges(&mut text, pin);
    }
    image_use(&mut text, report.image);
    unmodelled(&mut text, report);
    findings(&mut text, &report.findings);
    fault(&mut text, report);
    panic(&mut text, report);
    summary(&mut text, report, host);
    text
}

fn row(text: &mut String, name: &str, value: impl Display) {
    let _ = writeln!(
        text,
        "   {} {value}",
        paint(STRONG, format_args!("{name:<10}"))
    );
}

fn edges(text: &mut String, pin: &PinReport) {
    let name = match &pin.label {
        Some(label) => format!("{label} ({})", pin.pin),
        None => pin.pin.clone(),
    };
    if pin.edges.is_empty() {
        row(text, &name, format_args!("no edge, {}", level(pin.level)));
        return;
    }
    row(
        text,
        &name,
        format_args!("{} edges", ui::grouped(pin.edges.len() as u64)),
    );
    let mut before: Option<f64> = None;
    for edge in pin.edges.iter().take(EDGES_SHOWN) {
        let apart = before.map_or_else(String::new, |before| {
            format!("   +{:.6} s", edge.seconds - before)
        });
        let _ = writeln!(
            text,
            "     {:>14.6} s  {} {:<4}  {:>14} cycles{}",
            edge.seconds,
            lamp(edge.level),
            level(edge.level),
            ui::grouped(edge.cycle),
            paint(DIM, apart)
        );
        before = Some(edge.seconds);
    }
    if let (Some(first), Some(last), true) = (
        pin.edges.first(),
        pin.edges.last(),
        pin.edges.len() > EDGES_SHOWN,
    ) {
        let mean = (last.seconds - first.seconds) / (pin.edges.len() - 1) as f64;
        let _ = writeln!(
            text,
            "     … {} more, the last at {:.6} s; {mean:.6} s apart in the mean",
            ui::grouped((pin.edges.len() - EDGES_SHOWN) as u64),
            last.seconds
        );
    }
}

/// An edge by itself, in a line.
pub(crate) fn edge(pin: &str, label: Option<&str>, high: bool, seconds: f64) -> String {
    let name = match label {
        Some(label) => format!("{label} ({pin})"),
        None => pin.to_owned(),
    };
    format!("{seconds:>14.6} s  {} {name} {}", lamp(high), level(high))
}

fn lamp(lit: bool) -> String {
    if lit {
        paint(GOOD, "●")
    } else {
        paint(DIM, "○")
    }
}

fn level(high: bool) -> &'static str {
    if high { "high" } else { "low" }
}

fn image_use(text: &mut String, image: ImageReport) {
    let part = |used, size, what| {
        format!(
            "{} of {} {what} ({:.1} %)",
            ui::bytes(used),
            ui::bytes(size),
            100.0 * used as f64 / size as f64
        )
    };
    row(
        text,
        "image",
        format_args!(
            "{}, {}",
            part(image.flash, image.flash_size, "flash"),
            part(image.ram, image.ram_size, "RAM")
        ),
    );
}

fn unmodelled(text: &mut String, report: &Report) {
    if report.unmodelled.is_empty() {
        return;
    }
    let mut names = Vec::new();
    for entry in &report.unmodelled {
        let fields = entry.fields.iter();
        names.extend(fields.map(|field| format!("{}.{field}", entry.register)));
        if entry.fields.is_empty() {
            names.push(entry.register.clone());
        }
    }
    row(
        text,
        "unmodelled",
        format_args!(
            "{} (plain registers, as the SVD file has them)",
            names.join(", ")
        ),
    );
}

/// The findings, each with its place and its way out.
fn findings(text: &mut String, findings: &[FindingReport]) {
    if findings.is_empty() {
        row(text, "findings", paint(GOOD, "none"));
        return;
    }
    row(text, "findings", paint(WARN, findings.len()));
    for finding in findings {
        text.push_str(&self::finding(finding));
    }
}

/// A finding with its place and its way out, after an empty line.
pub(crate) fn finding(finding: &FindingReport) -> String {
    let mut text = String::from("\n");
    let _ = finding.write(&mut text, &Terminal);
    text.push('\n');
    text
}

/// The fault that ended the run: what the instruction was, with which registers, and who called.
fn fault(text: &mut String, report: &Report) {
    let Some(fault) = &report.fault else { return };
    text.push('\n');
    let _ = fault.write_head(text, &Terminal);
    text.push('\n');
    let mut note = |what: &dyn Display| {
        let _ = writeln!(text, "   {} {what}", paint(DIM, "="));
    };
    if let Some(instruction) = &fault.instruction {
        let access = fault.address.map_or_else(String::new, |address| {
            let register = fault.register.as_ref();
            let register = register.map_or_else(String::new, |name| format!(", `{name}`"));
            format!(", address {address:#010x}{register}")
        });
        note(&format_args!("instruction `{instruction}`{access}"));
    }
    if let Some(frame) = &fault.frame {
        note(&format_args!(
            "r0 {:#010x}, r1 {:#010x}, r2 {:#010x}, r3 {:#010x}, r12 {:#010x}",
            frame.r0, frame.r1, frame.r2, frame.r3, frame.r12
        ));
        note(&format_args!(
            "lr {:#010x}, pc {:#010x}, xpsr {:#010x}, stacked at {:#010x}",
            frame.lr, frame.pc, frame.xpsr, frame.address
        ));
    }
    backtrace(text, &fault.backtrace, fault.backtrace_cut.as_deref());
}

/// The panic that the firmware hangs in.
fn panic(text: &mut String, report: &Report) {
    let Some(panic) = &report.panic else { return };
    let _ = write!(
        text,
        "\n{} the firmware panicked, and hangs in its panic handler",
        paint(BAD, "panic:")
    );
    let _ = write_place(text, &Terminal, panic.location.as_ref());
    text.push('\n');
    backtrace(text, &panic.backtrace, panic.backtrace_cut.as_deref());
}

/// Who called whom, the innermost first.
fn backtrace(text: &mut String, calls: &[CallReport], cut: Option<&str>) {
    let _ = writeln!(text, "   {} backtrace:", paint(DIM, "="));
    for (index, call) in calls.iter().enumerate() {
        if let Some(exception) = call.interrupted_by.as_ref().filter(|_| index > 0) {
            let _ = writeln!(
                text,
                "          {}",
                paint(DIM, format_args!("<{exception}>"))
            );
        }
        let function = call.function.as_deref().unwrap_or("?");
        let inlined = if call.inlined { ", inlined" } else { "" };
        let _ = writeln!(
            text,
            "     {index:>4}  {:#010x}  {function}{inlined}",
            call.pc
        );
        if let Some(Location { file, line, column }) = &call.location {
            let at = format_args!("at {file}:{line}:{column}");
            let _ = writeln!(text, "                       {}", paint(DIM, at));
        }
    }
    if let Some(reason) = cut {
        let _ = writeln!(
            text,
            "           {}",
            paint(DIM, format_args!("cut: {reason}"))
        );
    }
}

fn summary(text: &mut String, report: &Report, host: Duration) {
    row(
        text,
        "simulated",
        format_args!(
            "{:.6} s, {} cycles, {} instructions, in {}; {}",
            report.seconds,
            ui::grouped(report.cycles),
            ui::grouped(report.instructions),
            ui::seconds(host),
            ending(report)
        ),
    );
}

/// Why the run ended, in words.
fn ending(report: &Report) -> String {
    match (report.stop, report.exit_code) {
        _ if report.panic.is_some() => "the firmware panicked".into(),
        (Some(Stop::Limit), _) => "the time was over".into(),
        (Some(Stop::Until), _) => "what was waited for came".into(),
        (Some(Stop::Exit), code) => {
            format!("the firmware exited with code {}", code.unwrap_or_default())
        }
        (Some(Stop::Fault), _) => "the firmware faulted".into(),
        (Some(Stop::Lockup), _) => "the core locked up".into(),
        (Some(Stop::Stuck), _) => "the firmware waits for what will never come".into(),
        (None, _) => "it did not run".into(),
    }
}
