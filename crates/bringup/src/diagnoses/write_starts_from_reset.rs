//! `write-starts-from-reset`: `write` does not keep what was in the register.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "write-starts-from-reset",
    summary: "`write` does not keep what was in the register",
    symptom: "nothing; other pins change, or the debugger loses the chip",
    cause: "`write` never reads: it starts from the reset value of the SVD file. So `odr().write(…)` drives all sixteen pins of a port, and `write_with_zero` on `GPIOA.MODER` makes the debug pins PA13 and PA14 inputs.",
    fix: &[
        "To set single pins write BSRR, which leaves the others alone:\ngpiob.bsrr().write(|w| w.bs3().set_bit());",
        "To change some fields of a register: `modify`, which reads first",
    ],
    see: &["lost-debug-pins"],
    ..PLAIN
};
