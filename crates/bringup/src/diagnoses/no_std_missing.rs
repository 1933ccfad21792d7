//! `no-std-missing`: the program asks for the standard library, which a target without an operating system has not.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "no-std-missing",
    summary: "the program asks for the standard library, which a target without an operating system has not",
    codes: &["E0463"],
    symptom: "error[E0463]: can't find crate for `std`",
    patterns: &[r"can't find crate for `std`"],
    names: &[r"the `(?<target>[^`]+)` target may not support the standard library"],
    unless: Some(super::STD_IN_LIBRARY),
    cause: "Every crate links the standard library unless it says that it does not. {`target`|The target} has no operating system that it could \
            stand on, and only `core` and `alloc`.",
    fix: &[
        "Begin `src/main.rs` with these two lines:\n#![no_std]\n#![no_main]",
        "Is the message about a dependency (`could not compile … (lib)`)? Then that crate needs the library",
        "Is the program meant for this computer? Then `build.target` in `.cargo/config.toml` sends it to the chip: `cargo build --target HOST`, where `rustc -vV` names the host",
    ],
    see: &[
        "std-required-by-dependency",
        "panic-handler-missing",
        "main-needs-std",
    ],
    ..PLAIN
};
