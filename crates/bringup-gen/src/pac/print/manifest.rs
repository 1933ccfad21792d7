//! `Cargo.toml` and `README.md`.

use std::fmt::Write;

use crate::pac::lower::tables::Crate;
use crate::pac::{Options, Target};

/// The oldest compiler that knows what the crate uses: exposed addresses of pointers.
const RUST_2021: &str = "1.84";

/// What a manifest says for a processor family.
struct Family {
    dependencies: &'static str,
    features: &'static str,
    /// Feature and what it adds.
    about: &'static [(&'static str, &'static str)],
}

impl Family {
    fn of(options: &Options) -> Self {
        match options.target {
            Target::CortexM => Self {
                dependencies: "cortex-m = \"0.7\"\n\
                    cortex-m-rt = { version = \"0.7\", optional = true }\n",
                features: "# The vector table.\nrt = [\"dep:cortex-m-rt\", \"cortex-m-rt/device\"]\n",
                about: &[("rt", "the vector table, for `cortex-m-rt`")],
            },
            Target::Riscv => Self {
                dependencies: "riscv = { version = \"0.16\", optional = true }\n\
                    riscv-rt = { version = \"0.18\", optional = true }\n",
                features: "# Interrupt numbers for `riscv` and the interrupt controllers of `riscv-peripheral`.\n\
                    riscv = [\"dep:riscv\"]\n\
                    # The table of handlers.\nrt = [\"riscv\", \"dep:riscv-rt\", \"riscv-rt/device\"]\n",
                about: &[
                    ("riscv", "the traits of `riscv` for interrupts"),
                    ("rt", "the table of handlers, for `riscv-rt`"),
                ],
            },
            Target::Msp430 => Self {
                dependencies: "msp430-rt = { version = \"0.4\", optional = true }\n",
                features: "# The vector table; needs a nightly compiler.\n\
                    rt = [\"dep:msp430-rt\", \"msp430-rt/device\"]\n",
                about: &[("rt", "the vector table, for `msp430-rt`")],
            },
            // The table of handlers is for whoever sets up the processor's interrupts; only the attribute is the run time's.
            Target::XtensaLx if options.reexport_interrupt => Self {
                dependencies: "xtensa-lx-rt = { version = \"0.23\", optional = true }\n",
                features: "# The table of handlers.\nrt = [\"dep:xtensa-lx-rt\"]\n",
                about: &[("rt", "the table of handlers, for `xtensa-lx-rt`")],
            },
            Target::XtensaLx => Self {
                dependencies: "",
                features: "# The table of handlers.\nrt = []\n",
                about: &[("rt", "the table of handlers")],
            },
            Target::None => Self {
                dependencies: "",
                features: "",
                about: &[],
            },
        }
    }
}

/// What every crate has.
const FEATURES: &str = "# `set_bits`, `clear_bits` and `toggle_bits`, each in one atomic step.\n\
    atomics = [\"dep:portable-atomic\"]\n\
    # `Peripherals::take`, and `atomics` on processors without such instructions.\n\
    critical-section = [\"dep:critical-section\", \"portable-atomic?/critical-section\"]\n\
    # `Debug` for registers.\ndebug = []\n\
    # `Format` for enumerations and interrupts.\ndefmt = [\"dep:defmt\"]\n";

/// What every crate may depend on.
const DEPENDENCIES: &str = "critical-section = { version = \"1\", optional = true }\n\
    defmt = { version = \"1\", optional = true }\n\
    portable-atomic = { version = \"1\", default-features = false, optional = true }\n";

/// The manifest, with versions of its dependencies that resolve together.
pub(super) fn cargo_toml(tables: &Crate, options: &Options) -> String {
    let rust = if options.edition.year() == "2024" {
        "1.85"
    } else {
        RUST_2021
    };
    let family = Family::of(options);
    let mut text = format!(
        "[package]\nname = \"{}\"\nversion = \"{}\"\nedition = \"{}\"\nrust-version = \"{rust}\"\n\
         description = \"Peripheral access API for {} microcontrollers\"\n\n\
         [lib]\ntest = false\nbench = false\ndoctest = false\n\n[dependencies]\n",
        tables.name,
        options.version,
        options.edition.year(),
        tables.device.replace(['\\', '"'], ""),
    );
    text.push_str(family.dependencies);
    text.push_str(DEPENDENCIES);
    text.push_str("\n[features]\n");
    text.push_str(FEATURES);
    text.push_str(family.features);
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
        "| `atomics` | `set_bits`, `clear_bits`, `toggle_bits` |\n\
         | `critical-section` | `Peripherals::take` |\n| `debug` | `Debug` for registers |\n\
         | `defmt` | `Format` for enumerations and interrupts |\n",
    );
    for (feature, adds) in Family::of(options).about {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{feature}` | {adds} |");
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
