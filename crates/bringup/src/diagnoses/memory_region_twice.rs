//! `memory-region-twice`: the linker script is given twice.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "memory-region-twice",
    summary: "the linker script is given twice",
    symptom: "memory.x:1: region 'FLASH' already defined",
    patterns: &[
        r"region '(?<region>\w+)' already defined",
        r"redeclaration of memory region [`'](?<region>\w+)'",
    ],
    cause: "`-Tlink.x` reaches the linker twice, mostly from `.cargo/config.toml` and from `build.rs`. Each time `link.x` includes `memory.x`, and the second one defines `{region|FLASH}` again.",
    fix: &[
        "Keep one of them. In `build.rs` is the safer place, for the variable RUSTFLAGS replaces the flags of `.cargo/config.toml`:\nprintln!(\"cargo:rustc-link-arg-bins=-Tlink.x\");",
        "`-Tmemory.x` beside `-Tlink.x` does the same: take it out",
        "Flags of `.cargo/config.toml` files in folders above add up: `bringup doctor` lists where each comes from",
    ],
    see: &["memory-x-not-found", "nothing-linked"],
    ..PLAIN
};
