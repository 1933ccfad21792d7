//! `no-compare-and-swap`: the core has no atomic read-modify-write.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "no-compare-and-swap",
    summary: "the core has no atomic read-modify-write",
    codes: &["E0599"],
    symptom: "error[E0599]: no method named `fetch_add` found for struct `AtomicU32`",
    patterns: &[
        r"no method named `(?<method>fetch_\w+|swap|compare_(?:exchange(?:_weak)?|and_swap))` found for (?:struct|reference) `&?(?:[\w:]*::)?(?<type>Atomic\w+)",
        r"unresolved import `[\w:]*sync::atomic::(?<type>Atomic(?:U64|I64))`",
        r"no `(?<type>Atomic(?:U64|I64))` in `sync::atomic`",
        r"cannot find \w+ `(?<method>atomic_\w+)` in (?:module|crate) `(?:intrinsics|core)`",
    ],
    cause: "ARMv6-M (Cortex-M0, M0+) has no `ldrex` and `strex`, RISC-V without the extension A no `amo` instructions: `{type|AtomicU32}` can load and store there, not `{method|fetch_add}`.",
    fix: &[
        "Use `portable_atomic::{type|AtomicU32}` in place of `core::sync::atomic::{type|AtomicU32}`, in `Cargo.toml`:\nportable-atomic = { version = \"1\", features = [\"critical-section\"] }\ncortex-m = { version = \"0.7\", features = [\"critical-section-single-core\"] }",
        "Or a `critical_section::Mutex<Cell<u32>>`; where one side only writes, `load` and `store` are enough",
        "Is the chip a Cortex-M3 or larger? Then the target is wrong",
    ],
    see: &["critical-section-missing", "wrong-core-target"],
    ..PLAIN
};
