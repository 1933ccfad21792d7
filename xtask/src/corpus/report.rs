//! What came of the files: a row each, and totals.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::measure::Cost;
use crate::table::{Align, Table};

/// What came of one file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Row {
    /// Path inside the folder.
    pub(super) file: String,
    pub(super) device: String,
    /// The Rust target, or the host.
    pub(super) target: String,
    pub(super) peripherals: usize,
    pub(super) registers: usize,
    /// Warnings about the SVD file.
    pub(super) warnings: usize,
    pub(super) load_ms: f64,
    pub(super) generate_ms: f64,
    /// Length of all generated files.
    pub(super) bytes: usize,
    /// `cargo check` with all features.
    pub(super) check: Cost,
    /// `cargo check` without features.
    pub(super) check_plain: Cost,
    /// Passed in an earlier run.
    #[serde(skip)]
    pub(super) before: bool,
    /// Why the file did not pass.
    pub(super) failure: Option<String>,
}

impl Row {
    /// A file that could not even be read.
    pub(super) fn failed(file: String, failure: String) -> Self {
        Self {
            file,
            failure: Some(failure),
            ..Self::default()
        }
    }

    fn result(&self) -> &'static str {
        match (&self.failure, self.before) {
            (Some(_), _) => "FAILED",
            (None, true) => "ok before",
            (None, false) => "ok",
        }
    }
}

/// The table, and the totals below it.
pub(super) fn render(rows: &[Row], elapsed: Duration) -> String {
    let mut table = Table::new(&[
        ("file", Align::Left),
        ("device", Align::Left),
        ("target", Align::Left),
        ("periph", Align::Right),
        ("regs", Align::Right),
        ("warn", Align::Right),
        ("load ms", Align::Right),
        ("gen ms", Align::Right),
        ("KiB", Align::Right),
        ("check s", Align::Right),
        ("plain s", Align::Right),
        ("MB", Align::Right),
        ("result", Align::Left),
    ]);
    for row in rows {
        table.row(vec![
            row.file.clone(),
            row.device.clone(),
            row.target.clone(),
            row.peripherals.to_string(),
            row.registers.to_string(),
            row.warnings.to_string(),
            format!("{:.1}", row.load_ms),
            format!("{:.1}", row.generate_ms),
            (row.bytes / 1024).to_string(),
            seconds(row.check.cpu),
            seconds(row.check_plain.cpu),
            (row.cost().peak / 1_000_000).to_string(),
            row.result().to_owned(),
        ]);
    }
    let mut text = table.render();
    text.push_str(&totals(rows, elapsed));
    text
}

fn totals(rows: &[Row], elapsed: Duration) -> String {
    let passed = rows.iter().filter(|row| row.failure.is_none()).count();
    let check: Duration = rows.iter().map(|row| row.check.cpu).sum();
    let plain: Duration = rows.iter().map(|row| row.check_plain.cpu).sum();
    let milliseconds: f64 = rows.iter().map(|row| row.load_ms + row.generate_ms).sum();
    let bytes: usize = rows.iter().map(|row| row.bytes).sum();
    let registers: usize = rows.iter().map(|row| row.registers).sum();
    let build = if cfg!(debug_assertions) {
        " (not optimised: `cargo run --release -p xtask` is)"
    } else {
        ""
    };
    format!(
        "\n{passed} of {} files passed in {:.0} s: {registers} registers, {} KiB of Rust\n\
         loading and generating {milliseconds:.0} ms{build}; `cargo check` {} s of processor time with all features, {} s without\n",
        rows.len(),
        elapsed.as_secs_f64(),
        bytes / 1024,
        seconds(check),
        seconds(plain),
    )
}

fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}
