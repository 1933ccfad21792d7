//! `start-twice`: there are two entry points `_start`.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "start-twice",
    summary: "there are two entry points `_start`",
    symptom: "duplicate symbol: _start",
    patterns: &[
        r"duplicate symbol: _start\b",
        r"multiple definition of [`']_start'",
    ],
    names: &[r">>> defined at (?<file>\S*crt1\.o)"],
    cause: "The program defines `_start`, and so does `{file|crt1.o}`, the start-up code that a C compiler adds when it is used as the linker.",
    fix: &[
        "Leave the start-up code out, in `build.rs`:\nprintln!(\"cargo:rustc-link-arg-bins=-nostartfiles\");\nprintln!(\"cargo:rustc-link-arg-bins=-static\");",
        "Or use no C compiler: in a project of `bringup new NAME --freestanding x86_64-unknown-linux-gnu` the linker is `rust-lld`, which adds nothing",
        "For a chip: build for its target, whose linker is `rust-lld`: `cargo build --target {target|thumbv6m-none-eabi}`",
    ],
    see: &["start-files-linked", "dynamic-loader"],
    ..PLAIN
};
