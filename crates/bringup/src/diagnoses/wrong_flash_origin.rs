//! `wrong-flash-origin`: the image is for another place than the chip's flash.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "wrong-flash-origin",
    summary: "the image is for another place than the chip's flash",
    symptom: "nothing; it links, and the chip does not start",
    cause: "`memory.x` comes from a template or another chip. The linker believes it, for it knows no chip; the programmer writes nothing, or to another place than the core reads its first two words from.",
    fix: &[
        "Take origin and length from the chip: `bringup doctor --fix --chip CHIP` writes `memory.x`, `bringup chips CHIP` shows them. For STM32 flash is at 0x08000000, for nRF, LPC and SAM D at 0",
        "`bringup audit ELF --chip CHIP` tells before flashing, by the rules `no-vector-table`, `outside-memory` and `bad-initial-stack`",
    ],
    see: &["no-vector-table", "outside-memory", "bad-initial-stack"],
    ..PLAIN
};
