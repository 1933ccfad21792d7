//! `linker-not-found`: the linker that is named is not installed.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "linker-not-found",
    summary: "the linker that is named is not installed",
    symptom: "error: linker `arm-none-eabi-gcc` not found",
    patterns: &[
        r"linker `(?<linker>(?:[\w.-]*gcc[\w.-]*|cc|clang|rust-lld|arm-[\w.-]+|riscv[\w.-]+|ld[\w.-]*|probe-[\w-]+))` not found",
    ],
    cause: "{`linker`|It} is not on the path. For a chip it is named in `.cargo/config.toml` (`linker = …`) or by `-C linker=…`; `cc` is what Rust uses for this computer, for build scripts and macros, too.",
    fix: &[
        "For a chip take the line out: `rust-lld` comes with Rust and needs no C compiler",
        "`cc`: install a C compiler (Debian: `apt install build-essential`)",
        "`arm-none-eabi-gcc`: needed only if C code is linked (Debian: `apt install gcc-arm-none-eabi`)",
    ],
    see: &["flip-link-missing", "windows-linker"],
    ..PLAIN
};
