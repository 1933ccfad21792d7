//! `svd2rust-options`: a guide for an old svd2rust.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "svd2rust-options",
    summary: "a guide for an old svd2rust",
    symptom: "error: unexpected argument '--nightly' found",
    patterns: &[r"unexpected argument '(?<option>--nightly)'"],
    cause: "`{option|--nightly}` let the generated code use unstable features, untagged unions among them. That form of them is gone since Rust 1.64, and svd2rust does without: it dropped the option.",
    fix: &[
        "Leave `{option|--nightly}` out; nothing takes its place",
        "`bringup pac FILE` makes the crate in one step: no `form`, no `rustfmt` after it",
    ],
    see: &["untagged-unions"],
    ..PLAIN
};
