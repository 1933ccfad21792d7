//! `dynamic-loader`: a program without the C library still asks for the dynamic loader.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "dynamic-loader",
    summary: "a program without the C library still asks for the dynamic loader",
    symptom: "dynamically linked, interpreter /lib64/ld-linux-x86-64.so.2",
    patterns: &[
        r"Requesting program interpreter: (?<loader>/\S+?)\]",
        r"dynamically linked, interpreter (?<loader>[^\s,]+)",
        r"cannot execute: required file not found",
    ],
    cause: "`-nostartfiles` leaves the start-up code out and nothing else: the program is position-independent still and names a loader (`PT_INTERP`, {loader|/lib64/ld-linux-x86-64.so.2}), which has to be there and runs first. With \
            `relocation-model=static` alone the loader stays and the program crashes, for nobody relocates it.",
    fix: &[
        "Link statically, in `build.rs`:\nprintln!(\"cargo:rustc-link-arg-bins=-nostartfiles\");\nprintln!(\"cargo:rustc-link-arg-bins=-static\");",
        "and with code that needs no relocation, in `.cargo/config.toml`:\n[build]\nrustflags = [\"-C\", \"relocation-model=static\"]",
        "Or for both at once `-C target-feature=+crt-static`",
        "`readelf -l PROGRAM` shows no `INTERP` then",
    ],
    see: &["start-files-linked", "start-misaligned"],
    ..PLAIN
};
