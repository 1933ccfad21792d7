//! `svd-file-wrong`: the vendor's file does not say what the manual says.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "svd-file-wrong",
    summary: "the vendor's file does not say what the manual says",
    symptom: "nothing; the right name has the wrong bit",
    cause: "SVD files are made by people and programs and have mistakes. ST's file of the STM32L0x1 has `APB1ENR.TIM3EN` at bit 2 where the manual says 1, no enumerated value in 306 registers, the core's own peripherals once more, `nvicPrioBits` 3 where ARMv6-M has 2, \
            and fields of CCMR registers that overlap.",
    fix: &[
        "`bringup svd check FILE` finds what contradicts itself or the core",
        "`--patch FILE` corrects it wherever a file is read, in the form of the svdtools project; the patches of stm32-rs fit",
        "What only the manual knows, only the manual tells: compare the bit in doubt",
    ],
    see: &["core-peripheral", "field-overlap"],
    ..PLAIN
};
