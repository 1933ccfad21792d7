//! `memory-x-not-found`: the linker finds no description of the chip's memories.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "memory-x-not-found",
    summary: "the linker finds no description of the chip's memories",
    symptom: "cannot find linker script memory.x",
    patterns: &[
        r"cannot find linker script (?<file>[\w.-]*memory\.x)",
        r"cannot open linker script file (?<file>[\w.-]*memory\.x)",
        r"(?<file>memory\.x): No such file or directory",
    ],
    cause: "`link.x` of cortex-m-rt includes `{file|memory.x}` by name. The linker looks for it in the folder it was started in, which is the root of the workspace and not always that of the package, and in the search paths that \
            build scripts name.",
    fix: &[
        "Write `memory.x` beside `Cargo.toml`, with the chip's own origins and lengths; `bringup doctor --fix --chip CHIP` writes it:\nMEMORY\n{\n  FLASH : ORIGIN = 0x08000000, LENGTH = 32K\n  RAM   : ORIGIN = 0x20000000, LENGTH = 8K\n}",
        "Name its place in `build.rs`, so that the folder does not matter:\nfn main() {\n    println!(\"cargo:rustc-link-search={}\", std::env::var(\"CARGO_MANIFEST_DIR\").unwrap());\n    println!(\"cargo:rerun-if-changed=memory.x\");\n}",
        "Some HALs and PACs bring the file (feature `memory-x` or so): then leave yours out",
    ],
    see: &["memory-region-twice", "wrong-flash-origin"],
    ..PLAIN
};
