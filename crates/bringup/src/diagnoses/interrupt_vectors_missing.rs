//! `interrupt-vectors-missing`: the table of interrupts is not in the image.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "interrupt-vectors-missing",
    summary: "the table of interrupts is not in the image",
    symptom: "ERROR(cortex-m-rt): The interrupt vectors are missing.",
    patterns: &[
        r"The interrupt vectors are missing",
        r"undefined symbol: __INTERRUPTS\b",
    ],
    cause: "With the feature `device` cortex-m-rt expects `__INTERRUPTS`, the table of the chip's own interrupts, from the peripheral access crate. That has it only with its feature `rt`, and a crate that no \
            line of the program names is not linked at all.",
    fix: &[
        "Name the crate in the program, even if nothing of it is used yet:\nuse stm32l0x1 as _;",
        "Turn its feature `rt` on, in `Cargo.toml`:\nstm32l0x1 = { version = \"…\", features = [\"rt\"] }",
        "Without such a crate do without the feature `device` of cortex-m-rt: it then fills the table itself",
    ],
    see: &["links-conflict"],
    ..PLAIN
};
