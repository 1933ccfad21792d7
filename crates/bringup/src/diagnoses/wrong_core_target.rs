//! `wrong-core-target`: the code is for another core.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "wrong-core-target",
    summary: "the code is for another core",
    symptom: "nothing; it links, and faults at once",
    cause: "Targets name an instruction set. Code for thumbv7em on a Cortex-M0+, which is ARMv6-M, links without a word and faults at the first instruction that the core does not have, usually in the start-up code.",
    fix: &[
        "Cortex-M0 and M0+: thumbv6m-none-eabi; M3: thumbv7m-none-eabi; M4 and M7: thumbv7em-none-eabi, with FPU thumbv7em-none-eabihf; M23: thumbv8m.base-none-eabi; M33: thumbv8m.main-none-eabi(hf)",
        "`bringup doctor` compares the project's target with the chip, and `--fix` changes it; `bringup audit` does so with the image, by the rule `wrong-architecture`",
    ],
    see: &["wrong-architecture", "target-not-installed"],
    ..PLAIN
};
