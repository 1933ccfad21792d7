//! `bits-is-unsafe`: a field takes its bits only in an unsafe block.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "bits-is-unsafe",
    summary: "a field takes its bits only in an unsafe block",
    codes: &["E0133"],
    symptom: "error[E0133]: call to unsafe function `Field::<…>::bits` is unsafe and requires unsafe block",
    patterns: &[
        r"call to unsafe (?:function|method) `(?<function>[^`]*(?:Writer|\bField|\bRangeField|\bBits|\bW\b)[^`]*::bits)` is unsafe",
    ],
    cause: "`bits` is safe only if the SVD file says that every value is allowed, by enumerated values for all of them or a `writeConstraint`. For most fields vendors say nothing, MODER of the STM32 among them, so the compiler has to be told that the manual was read.",
    fix: &[
        "Write `unsafe { w.mode3().bits(0b01) }` with a comment that says why the value is valid",
        "Or describe the values in a patch of the SVD file (`bringup pac --patch FILE`), and use their names",
    ],
    see: &["svd-file-wrong"],
    ..PLAIN
};
