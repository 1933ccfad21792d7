//! `Cargo.toml` and `README.md`.

use std::fmt::Write;

use crate::pac::lower::tables::Crate;
use crate::pac::{Options, Target};

/// The oldest compiler that knows what the crate uses: attributes in `unsafe(…)`, bounds on associated types.
const RUST_2021: &str = "1.82";

/// The manifest, with versions of its dependencies that resolve together.
pub(super) fn cargo_toml(tables: &Crate, options: &Options) -> String {
    let rust = if options.edition.year() == "2024" {
        "1.85"
    } else {
        RUST_2021
    };
    let mut text = format!(
        "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"{}\"\nrust-version = \"{rust}\"\n\
         description = \"Peripheral access API for {} microcontrollers\"\n\n\
         [lib]\ntest = false\nbench = false\ndoctest = false\n\n[dependencies]\n",
        tables.name,
        options.edition.year(),
        tables.device.replace(['\\', '"'], ""),
    );
    if options.target == Target::CortexM {
        text.push_str("cortex-m = \"0.7\"\ncortex-m-rt = { version = \"0.7\", optional = true }\n");
    }
    text.push_str("critical-section = { version = \"1\", optional = true }\n\n[features]\n");
    text.push_str("# `Peripherals::take`.\ncritical-section = [\"dep:critical-section\"]\n");
    text.push_str("# `Debug` for registers.\ndebug = []\n");
    if options.target == Target::CortexM {
        text.push_str("# The vector table.\nrt = [\"dep:cortex-m-rt\", \"cortex-m-rt/device\"]\n");
    }
    text
}

/// What the crate is and how it is used, in short.
pub(super) fn readme(tables: &Crate, options: &Options) -> String {
    let mut text = format!(
        "# {}\n\nRegisters of the {}, as Rust methods.\n\n",
        tables.name, tables.device
    );
    if let Some(first) = tables.peripherals.first() {
        let krate = tables.name.replace('-', "_");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "```rust\nlet p = {krate}::Peripherals::take().unwrap();\nlet {} = &p.{};\n```\n",
            first.module, first.singleton
        );
    }
    text.push_str("| feature | what it adds |\n|---|---|\n");
    text.push_str(
        "| `critical-section` | `Peripherals::take` |\n| `debug` | `Debug` for registers |\n",
    );
    if options.target == Target::CortexM {
        text.push_str("| `rt` | the vector table, for `cortex-m-rt` |\n");
    }
    if !tables.notes.is_empty() {
        text.push_str("\nWithout a method:\n\n");
        for note in &tables.notes {
            let _ = writeln!(text, "- {note}");
        }
    }
    if let Some(license) = tables
        .license_text
        .as_deref()
        .map(str::trim)
        .filter(|license| !license.is_empty())
    {
        let _ = writeln!(text, "\n## Licence of the vendor's file\n");
        for line in license.lines() {
            let _ = writeln!(text, "    {}", line.trim());
        }
    }
    text
}
