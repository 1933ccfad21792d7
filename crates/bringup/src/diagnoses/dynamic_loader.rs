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
        "Or take a project that has all of it, with each argument explained, and no C compiler: `bringup new NAME --freestanding x86_64-unknown-linux-gnu`",
        "`readelf -l PROGRAM` shows no `INTERP` then, and `bringup audit PROGRAM` says that it is freestanding",
    ],
    see: &["start-files-linked", "start-misaligned"],
    ..PLAIN
};
