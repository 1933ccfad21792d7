//! `openocd-wrong-target`: OpenOCD was told another chip than it found.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "openocd-wrong-target",
    summary: "OpenOCD was told another chip than it found",
    symptom: "Warn : UNEXPECTED idcode: 0x0bc11477",
    patterns: &[
        r"UNEXPECTED idcode: (?<idcode>0x[0-9a-fA-F]+)",
        r"(?m)^Error: expected \d+ of \d+: 0x[0-9a-fA-F]+",
    ],
    cause: "The debug port said {idcode|another number} and not what the `target/*.cfg` expects. 0x0bc11477 is a Cortex-M0+ (STM32L0, G0), 0x0bb11477 a Cortex-M0 (STM32F0, nRF51), 0x1ba01477 an M3 (STM32F1), \
            0x2ba01477 an M3 or M4 (STM32L1, F3, F4, L4, nRF52), 0x5ba02477 an M7 (STM32F7), 0x6ba02477 an M7 of the STM32H7, 0x0be12477 an M33 (STM32L5, U5).",
    fix: &[
        "Name the chip's own file in `openocd.cfg`, for example\nsource [find target/stm32l0.cfg]",
        "A clone of a chip has a number of its own: `set CPUTAPID {idcode|0x2ba01477}` before the `source` line accepts it",
    ],
    see: &["openocd-init-mode"],
    ..PLAIN
};
