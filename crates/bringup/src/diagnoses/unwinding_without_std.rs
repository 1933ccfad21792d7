//! `unwinding-without-std`: a panic is to unwind, for which there is no code.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "unwinding-without-std",
    summary: "a panic is to unwind, for which there is no code",
    symptom: "error: unwinding panics are not supported without std",
    patterns: &[
        r"unwinding panics are not supported without std",
        r"language item required, but not found: `eh_personality`",
    ],
    cause: "Without the standard library nothing unwinds the stack. The bare-metal targets know that and abort; the target of this computer unwinds. So mostly the build was for this computer and not for the chip.",
    fix: &[
        "Build for the chip: `cargo build --target {target|thumbv6m-none-eabi}`, or once and for all in `.cargo/config.toml`:\n[build]\ntarget = \"{target|thumbv6m-none-eabi}\"",
        "If it is meant for this computer, abort in both profiles, in `Cargo.toml`:\n[profile.dev]\npanic = \"abort\"\n[profile.release]\npanic = \"abort\"",
        "`cargo test` and editors build for this computer, too: give the program `test = false` in its `[[bin]]` section",
    ],
    see: &["panic-handler-twice"],
    ..PLAIN
};
