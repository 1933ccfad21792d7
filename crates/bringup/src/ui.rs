//! What the user sees: numbered steps with timings, notes, errors with hints.
//!
//! Data goes to standard output; everything here goes to standard error, in colour only on a terminal.

use std::error::Error as _;
use std::fmt::{Display, Write as _};
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::Error;

/// Bold.
pub(crate) const STRONG: Style = Style::new().bold();
/// Things that went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Things to look at.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Things that went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Ways out.
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// Figures beside the point.
pub(crate) const DIM: Style = Style::new().dimmed();

/// Text in a style, which a stream that is not a terminal drops.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Writes a line to standard error; a closed pipe is no reason to fail.
pub(crate) fn note(line: impl Display) {
    let text = format!("{line}\n");
    let stderr = std::io::stderr();
    // A stream that drops styles writes what is between them piece by piece: here it is one text, written at once.
    let _ = if AutoStream::choice(&stderr) == ColorChoice::Never {
        let plain = strip_str(&text).to_string();
        stderr.lock().write_all(plain.as_bytes())
    } else {
        anstream::stderr().write_all(text.as_bytes())
    };
}

/// `warning: …`.
pub(crate) fn warn(line: impl Display) {
    note(format_args!("{} {line}", paint(WARN, "warning:")));
}

/// The column in which a step's duration stands.
const TIME_COLUMN: usize = 78;

/// A sequence of numbered steps: each is announced, timed and summed up in a line.
pub(crate) struct Steps {
    number: u32,
}

impl Steps {
    /// No step yet.
    pub(crate) fn new() -> Self {
        Self { number: 0 }
    }

    /// Performs a step: `work` gets the progress line to write to, and returns a value and what to
    /// say of it.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&Progress) -> Result<(T, String), Error>,
    ) -> Result<T, Error> {
        self.number += 1;
        let progress = Progress::new(name);
        let start = Instant::now();
        let result = work(&progress);
        progress.bar.finish_and_clear();
        let (value, summary) = result?;
        let head = format!("{:>2} {name:<9} ", self.number);
        let time = seconds(start.elapsed());
        let space = TIME_COLUMN.saturating_sub(head.chars().count() + summary.chars().count());
        note(format_args!(
            "{}{summary} {:>space$}",
            paint(STRONG, &head),
            paint(DIM, time),
            space = space.max(1)
        ));
        Ok(value)
    }
}

/// A line that shows what a long step is doing, on a terminal only.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    fn new(name: &str) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:<9} {wide_msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar }
    }

    /// Shows what is being done now.
    pub(crate) fn say(&self, what: impl Into<String>) {
        self.bar.set_message(what.into());
    }
}

/// A duration of the host for people: `0.42 s`, `3.1 ms`, `22 µs`.
pub(crate) fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 0.000_995 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 0.0995 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 register`, `443 registers`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(number as u64))
}

/// An amount of memory: `812 B`, `1.9 KiB`, `32 KiB`.
pub(crate) fn bytes(amount: u64) -> String {
    if amount < 1024 {
        format!("{amount} B")
    } else if amount.is_multiple_of(1024) {
        format!("{} KiB", amount / 1024)
    } else {
        format!("{:.1} KiB", amount as f64 / 1024.0)
    }
}

/// Prints an error: what other programs said, the error, its causes, the way out.
pub(crate) fn report(error: &Error) {
    let mut text = String::new();
    if let Some(transcript) = error
        .transcript()
        .filter(|transcript| !transcript.is_empty())
    {
        let _ = writeln!(text, "{transcript}\n");
    }
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let _ = write!(said, "\n  {} {inner}", paint(DIM, "because:"));
        cause = inner.source();
    }
    text.push_str(&message(&said, error.hint().as_deref()));
    note(text);
}

/// `error: …`, and the way out.
pub(crate) fn message(text: &str, hint: Option<&str>) -> String {
    let mut message = format!("{} {text}", paint(BAD, "error:"));
    if let Some(hint) = hint {
        let _ = write!(message, "\n\n{} {hint}", paint(HINT, "hint:"));
    }
    message
}
