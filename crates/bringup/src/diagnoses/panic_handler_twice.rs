//! `panic-handler-twice`: there are two functions for a panic.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "panic-handler-twice",
    summary: "there are two functions for a panic",
    codes: &["E0152"],
    symptom: "error[E0152]: found duplicate lang item `panic_impl`",
    patterns: &[r"duplicate lang item(?: in crate `[^`]+`[^:]*)?:? `panic_impl`"],
    names: &[
        r"first defined in crate `(?<first>[^`]+)`",
        r"second definition in (?:the local crate \()?`(?<second>[^`]+)`",
    ],
    cause: "{`first`|One crate} has one, and {`second`|the program} another. Where the first is `std`, either this is a test build (the test harness stands on the standard library), or a dependency brings the library in.",
    fix: &[
        "If `cargo test`, `cargo clippy --all-targets` or an editor built it: tests cannot run on the chip, so turn them off for the program in `Cargo.toml`:\n[[bin]]\nname = \"{second|NAME}\"\ntest = false\nbench = false",
        "Else see which dependency brings `{first|std}`: `cargo tree -e features`; turn off its `std` feature",
        "Two crates such as `panic-halt` and `panic-semihosting` exclude each other: keep one",
    ],
    see: &["std-required-by-dependency"],
    ..PLAIN
};
