//! `std-required-by-dependency`: a dependency asks for the standard library.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "std-required-by-dependency",
    summary: "a dependency asks for the standard library",
    codes: &["E0463"],
    symptom: "note: `std` is required by `serde` because it does not declare `#![no_std]`",
    patterns: &[r"can't find crate for `std`"],
    names: &[
        r"`std` is required by `(?<crate>[^`<]+)`",
        r"could not compile `(?<crate>[^`]+)` \(lib\)",
        r"the `(?<target>[^`]+)` target may not support the standard library",
    ],
    needs: Some(super::STD_IN_LIBRARY),
    cause: "{`crate`|A dependency} does not declare `#![no_std]`, or a feature of it (mostly the default one, `std`) takes that back. Features add up: it is enough that one \
            crate of the tree asks for it.",
    fix: &[
        "Find out who wants it: `cargo tree -e features -i {crate|NAME}`",
        "Turn its default features off, in `Cargo.toml`:\n{crate|NAME} = { version = \"…\", default-features = false }",
        "With `resolver = \"1\"` (edition 2018 and older) features of build scripts and macros reach the firmware: use edition 2021 or newer",
        "If it has no such feature it cannot run on the chip: look for a crate of the category `no-std` in its place; if it is your own, begin `src/lib.rs` with `#![no_std]`",
    ],
    see: &["no-std-missing"],
    ..PLAIN
};
