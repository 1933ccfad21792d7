//! `links-conflict`: two versions of a crate that may be in a program only once.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "links-conflict",
    summary: "two versions of a crate that may be in a program only once",
    symptom: "package `cortex-m-rt v0.6.15` links to the native library `cortex-m-rt`, but it conflicts with a previous package",
    patterns: &[
        r"links to the native library `(?<library>[^`]+)`, but it conflicts with a previous package",
        r"Only one package in the dependency graph may specify the same links value",
        r"multiple packages link to native library `(?<library>[^`]+)`",
    ],
    names: &[
        r"package `(?<second>[^`]+)`\n?[^\n]*links to the native library",
        r"(?s)conflicts with a previous package[^\n]*\n[^\n]*package `(?<first>[^`]+)`",
    ],
    cause: "`{library|cortex-m-rt}` defines the vector table and the reset handler, so it says `links = \"{library|cortex-m-rt}\"`: one in a program. The dependencies want two versions that do not go together ({first|0.6} and {second|0.7}).",
    fix: &[
        "See who wants which: `cargo tree -d`, or the chain of `required by` in the message",
        "Use one version everywhere: raise the older crate, mostly a PAC or a HAL of 2020 or before, in `Cargo.toml`",
        "A PAC that nobody maintains is generated again from its SVD file: `bringup pac FILE`",
    ],
    ..PLAIN
};
