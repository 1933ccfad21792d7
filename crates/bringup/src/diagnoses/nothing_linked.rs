//! `nothing-linked`: the program links, and is empty.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "nothing-linked",
    summary: "the program links, and is empty",
    symptom: "text 0, data 0, bss 0; start address 0x0, load size 0",
    patterns: &[
        r"(?m)^\s*text\s+data\s+bss[^\n]*\n\s*0\s+0\s+0\s",
        r"Start address 0x0+, load size 0\b",
        r"[Nn]o loadable segments",
        r"(?m)^\.text\s+0\s+0x?0+\s*$",
    ],
    cause: "Without a linker script nothing refers to the entry point, and the linker discards all that nothing refers to. It is content with that, and so is cargo. `link.x`, which keeps the vector table, was not passed: often because \
            the variable RUSTFLAGS replaces the flags of `.cargo/config.toml`, or the build was not for the target that they are under.",
    fix: &[
        "Pass it in `build.rs`:\nprintln!(\"cargo:rustc-link-arg-bins=-Tlink.x\");",
        "and see with `bringup audit` that the image starts on the chip",
        "Is cortex-m-rt linked at all? It is if the program says `use cortex_m_rt::entry;` or names the crate in another way",
    ],
    see: &["no-vector-table", "memory-region-twice"],
    ..PLAIN
};
