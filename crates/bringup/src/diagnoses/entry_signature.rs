//! `entry-signature`: the function that is to be the entry returns.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "entry-signature",
    summary: "the function that is to be the entry returns",
    symptom: "error: `#[entry]` function must have signature `[unsafe] fn() -> !`",
    patterns: &[
        r"`#\[(?<attribute>entry|riscv_rt::entry|exception|interrupt|pre_init)\]` (?:function|handler) must have signature `(?<signature>[^`]+)`",
    ],
    cause: "Nothing called the entry, so there is nothing to return to: `#[{attribute|entry}]` wants `{signature|[unsafe] fn() -> !}`.",
    fix: &[
        "Write the type, and end in a loop that does not:\n#[cortex_m_rt::entry]\nfn main() -> ! {\n    loop {}\n}",
        "While there is nothing to do: `cortex_m::asm::wfi()` in the loop",
    ],
    ..PLAIN
};
