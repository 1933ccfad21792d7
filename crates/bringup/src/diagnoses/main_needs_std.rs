//! `main-needs-std`: nothing would call `main`.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "main-needs-std",
    summary: "nothing would call `main`",
    symptom: "error: using `fn main` requires the standard library",
    patterns: &[
        r"using `fn main` requires the standard library",
        r"requires `start` lang_item",
    ],
    cause: "What calls `main` is part of the standard library. Without it the first code to run is that which the reset vector points to, and for the compiler the program has no `main`.",
    fix: &[
        "Let the run time of the core call it: `cargo add cortex-m-rt` (`riscv-rt` for RISC-V), and\n#![no_main]\n#[cortex_m_rt::entry]\nfn main() -> ! {\n    loop {}\n}",
        "On a hosted system without the library: `#![no_main]` and a function `_start`",
    ],
    see: &["nothing-linked", "start-files-linked"],
    ..PLAIN
};
