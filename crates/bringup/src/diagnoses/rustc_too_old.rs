//! `rustc-too-old`: a package wants a newer compiler.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "rustc-too-old",
    summary: "a package wants a newer compiler",
    symptom: "it requires rustc 1.96 or newer, while the currently active rustc version is 1.95.0",
    patterns: &[
        r"requires rustc (?<wanted>\d[\w.-]*)",
        r"rustc (?<active>\d[\w.-]*) is not supported by the following packages?",
    ],
    names: &[
        r"rustc (?<active>\d[\w.-]*) is not supported by",
        r"currently active rustc version is (?<active>\d[\w.-]*\w)",
        r"requires rustc (?<wanted>\d[\w.-]*\w)",
        r"package `(?<package>[^` ]+)[^`]*`,? .{0,20}requires rustc",
        r"(?m)^\s*(?<package>[\w-]+)@\S+ requires rustc",
    ],
    cause: "{`package`|A package} says that it needs Rust {wanted|of a newer version}; here it is {active|older}. `cargo install` takes the newest versions of all dependencies unless it is told otherwise.",
    fix: &[
        "Installing a tool: `cargo install --locked NAME` takes the versions it was released with",
        "Building a project: `rustup update`, or let cargo choose versions that fit: `cargo update` with `rust-version` in `Cargo.toml` and edition 2024 (`resolver = \"3\"`)",
        "Is `rust-toolchain.toml` holding the toolchain back? `rustup show` says",
    ],
    ..PLAIN
};
