//! `region-overflow`: the program is larger than a memory.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "region-overflow",
    summary: "the program is larger than a memory",
    symptom: "section '.text' will not fit in region 'FLASH': overflowed by 37524 bytes",
    patterns: &[
        r"section '(?<section>[^']+)' will not fit in region '(?<region>[^']+)': overflowed by (?<bytes>\d+) bytes",
        r"section [`'](?<section>[^']+)' will not fit in region [`'](?<region>[^']+)'",
        r"region [`'](?<region>[^']+)' overflowed by (?<bytes>\d+) bytes",
    ],
    names: &[r"overflowed by (?<bytes>\d+) bytes"],
    cause: "`{section|.text}` does not fit into `{region|FLASH}` as `memory.x` describes it: {bytes|some} bytes are left over. A debug build is several times the size of a release build.",
    fix: &[
        "Compare `{region|FLASH}` in `memory.x` with the chip; `bringup doctor` does",
        "Build in release, or let the debug build optimise as well, in `Cargo.toml`:\n[profile.dev]\nopt-level = \"s\"\n[profile.release]\nopt-level = \"s\"\nlto = true\ncodegen-units = 1",
        "See what takes the room: `bringup audit` for sections; formatting of floats, `unwrap` with messages and 64-bit division are the usual ones",
        "If it is RAM: large `static` arrays and buffers; constants without `mut` stay in flash",
    ],
    see: &["memory-overflow", "wrong-flash-origin"],
    ..PLAIN
};
