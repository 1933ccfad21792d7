//! `unsafe-attribute`: an attribute is unsafe since edition 2024.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "unsafe-attribute",
    summary: "an attribute is unsafe since edition 2024",
    symptom: "error: unsafe attribute used without unsafe",
    patterns: &[r"unsafe attribute used without unsafe"],
    names: &[r"(?s)unsafe attribute used without unsafe.{0,2000}?#\[(?<attribute>\w+)[^\n]*\]"],
    cause: "`{attribute|no_mangle}` can break a program with no `unsafe` in sight: two functions of one name, or code in a section where it must not be. In edition 2024 it has to be written as unsafe.",
    fix: &[
        "Write `#[unsafe({attribute|no_mangle})]`; `cargo fix --edition` does it for a whole crate",
        "In a generated crate, generate for the edition: `bringup pac FILE --edition 2024`, or leave that crate at `edition = \"2021\"`: editions differ from crate to crate",
    ],
    ..PLAIN
};
