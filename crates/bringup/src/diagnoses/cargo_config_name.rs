//! `cargo-config-name`: an old name of cargo's configuration.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "cargo-config-name",
    summary: "an old name of cargo's configuration",
    symptom: "warning: `.cargo/config` is deprecated in favor of `config.toml`",
    patterns: &[r"`(?<file>[^`]*\.cargo/config)` is deprecated in favor of `config\.toml`"],
    cause: "Since Cargo 1.39 the file is called `config.toml`. The old name is still read, with a warning, and where both are there the old one wins.",
    fix: &["Rename it: `mv .cargo/config .cargo/config.toml`; `bringup doctor --fix` does it"],
    ..PLAIN
};
