//! `start-files-linked`: the start-up code of C is linked and asks for its `main`.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "start-files-linked",
    summary: "the start-up code of C is linked and asks for its `main`",
    symptom: "undefined symbol: main, undefined symbol: __libc_start_main",
    patterns: &[
        r"undefined symbol: (?:main|__libc_start_main|__libc_csu_init)\b",
        r"undefined reference to [`'](?:main|__libc_start_main|__libc_csu_init)'",
    ],
    cause: "The linker was started through a C compiler, which adds `Scrt1.o` or `crt1.o`: a `_start` that calls `__libc_start_main` with `main`. A program without the standard library has neither.",
    fix: &[
        "For a chip: build for its target, whose linker is `rust-lld` and adds nothing: `cargo build --target {target|thumbv6m-none-eabi}`",
        "For a program on this computer that brings its own `_start`, in `build.rs`:\nprintln!(\"cargo:rustc-link-arg-bins=-nostartfiles\");\nprintln!(\"cargo:rustc-link-arg-bins=-static\");",
        "Or take a project of `bringup new NAME --freestanding x86_64-unknown-linux-gnu`, whose linker is `rust-lld`, too",
        "Or let C start it and define `main`:\n#[unsafe(no_mangle)]\nextern \"C\" fn main() -> i32 {\n    0\n}",
    ],
    see: &["start-twice", "dynamic-loader"],
    ..PLAIN
};
