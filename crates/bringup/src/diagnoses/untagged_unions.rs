//! `untagged-unions`: a crate that was generated years ago.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "untagged-unions",
    summary: "a crate that was generated years ago",
    codes: &["E0557", "E0740"],
    symptom: "error[E0557]: feature has been removed … untagged_unions … removed in 1.64.0",
    patterns: &[
        r"feature has been removed[^\n]*\n(?:[^\n]*\n){0,8}?[^\n]*untagged_unions",
        r"untagged_unions[^\n]*\n(?:[^\n]*\n){0,4}?[^\n]*removed in 1\.64",
        r"field must implement `Copy` or be wrapped in `ManuallyDrop<\.\.\.>` to be used in a union",
        r"unions with non-`Copy` fields",
    ],
    names: &[r"could not compile `(?<crate>[^`]+)`"],
    cause: "{`crate`|The crate} was made by an old svd2rust: registers that share an address are fields of a union, which needed an unstable feature that Rust 1.64 removed.",
    fix: &[
        "Generate it again: `bringup pac FILE`, or with a newer svd2rust; names change on the way",
        "Or take a newer version of the crate: `cargo update -p {crate|NAME}`, or raise its version in `Cargo.toml`",
    ],
    see: &["pac-names-changed"],
    ..PLAIN
};
