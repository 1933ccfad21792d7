//! `bringup audit --compare`: what changed in size since another build.

use std::path::Path;

use bringup_audit::Options;
use bringup_audit::code::{Change, Comparison, Sizes};
use serde::Deserialize as _;

use super::code::short;
use crate::error::Error;
use crate::files;
use crate::ui::{self, BAD, DIM, GOOD, STRONG, paint};
use crate::view;

/// Changes of one kind that are shown.
const SHOWN: usize = 16;

/// The sizes of the other build: of its ELF file, or as an earlier `--json` has them.
pub(super) fn read(path: &Path, options: &Options<'_>) -> Result<Sizes, Error> {
    let bytes = files::read(path)?;
    let none = || Error::NoSizes { path: path.into() };
    if bytes.trim_ascii_start().starts_with(b"{") {
        let wrong = |source| Error::NotReport {
            path: path.into(),
            source,
        };
        let report: serde_json::Value = serde_json::from_slice(&bytes).map_err(wrong)?;
        let sizes = report.pointer("/code/sizes").ok_or_else(none)?;
        return Sizes::deserialize(sizes).map_err(wrong);
    }
    let reports = bringup_audit::examine(&bytes, options).map_err(|source| Error::Audit {
        path: path.into(),
        source,
    })?;
    let code = reports.into_iter().next().and_then(|report| report.code);
    code.map(|code| code.sizes).ok_or_else(none)
}

pub(super) fn show(comparison: &Comparison) {
    view::print("");
    view::print(paint(
        STRONG,
        format_args!(
            "{:<44} {:>10} {:>8} {:>10} {:>8}",
            "changes", "flash", "", "RAM", ""
        ),
    ));
    line(&comparison.total);
    for (name, changes) in [
        ("section", &comparison.sections),
        ("crate", &comparison.crates),
        ("symbol", &comparison.symbols),
    ] {
        if !changes.is_empty() {
            view::print(paint(STRONG, format_args!("by {name}")));
        }
        changes.iter().take(SHOWN).for_each(line);
        if changes.len() > SHOWN {
            view::print(paint(DIM, format_args!("{} more", changes.len() - SHOWN)));
        }
    }
}

fn line(change: &Change) {
    let side = |difference: i64, now: u64| {
        let style = if difference > 0 { BAD } else { GOOD };
        let text = if difference == 0 {
            String::new()
        } else {
            format!("{difference:+}")
        };
        format!(
            "{:>10} {}",
            ui::bytes(now),
            paint(style, format_args!("{text:>8}"))
        )
    };
    view::print(format_args!(
        "{:<44} {} {}",
        short(&change.name, 44),
        side(change.flash_difference(), change.flash),
        side(change.ram_difference(), change.ram)
    ));
}
