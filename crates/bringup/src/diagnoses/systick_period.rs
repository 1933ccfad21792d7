//! `systick-period`: SysTick counts one more than its reload value, to 24 bits.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "systick-period",
    summary: "SysTick counts one more than its reload value, to 24 bits",
    symptom: "nothing; times are wrong",
    cause: "The reload register has 24 bits: more is cut off. N counts N + 1 cycles. COUNTFLAG is cleared by reading it, so two readers take it from each other. Enabling the counter before its current value was cleared leaves the length of the first period open \
            (ARMv6-M Architecture Reference Manual, B3.3).",
    fix: &[
        "Reload with cycles − 1, at most 0x00FF_FFFF; for longer times count periods",
        "In this order: reload, clear the current value, enable",
        "`bringup run` shows the edges with their exact times",
    ],
    see: &["systick-range", "systick-current"],
    ..PLAIN
};
