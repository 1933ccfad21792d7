//! `target-not-installed`: the toolchain has no core library for the target.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "target-not-installed",
    summary: "the toolchain has no core library for the target",
    codes: &["E0463"],
    symptom: "error[E0463]: can't find crate for `core`",
    patterns: &[r"can't find crate for `(?:core|alloc|compiler_builtins)`"],
    names: &[r"the `(?<target>[^`]+)` target may not be installed"],
    cause: "The core library comes compiled, once for each target and toolchain. The toolchain that is active in this folder has none \
            for {`target`|this target}. A `rust-toolchain.toml`, `rustup override` or `+nightly` makes another toolchain \
            active, to which targets have to be added again.",
    fix: &[
        "Run `rustup target add {target|TARGET}` in the folder of the project; `bringup doctor --fix` does it",
        "For everybody who builds the project, name it in `rust-toolchain.toml`:\n[toolchain]\nchannel = \"stable\"\ntargets = [\"{target|TARGET}\"]",
        "A Rust that was not installed by rustup has its host's library only: install rustup from https://rustup.rs",
    ],
    see: &["no-std-missing"],
    ..PLAIN
};
