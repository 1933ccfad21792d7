//! `flip-link-missing`: `flip-link` is not installed.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "flip-link-missing",
    summary: "`flip-link` is not installed",
    symptom: "error: linker `flip-link` not found",
    patterns: &[r"linker `(?<linker>flip-link)` not found"],
    cause: "`.cargo/config.toml` names `flip-link`, a wrapper of the linker that puts the stack below the static data, so that an overflow faults. It is a program of its own.",
    fix: &[
        "Install it: `cargo install flip-link --locked`",
        "Or do without: take the line out and the linker that comes with Rust is used:\nlinker = \"flip-link\"",
    ],
    see: &["linker-not-found"],
    ..PLAIN
};
