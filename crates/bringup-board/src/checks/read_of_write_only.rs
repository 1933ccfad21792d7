//! `read-of-write-only`: a read of a register that gives nothing back.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "read-of-write-only",
    severity: Severity::Warning,
    summary: "a read of a register that can only be written",
    explanation: "\
No bit of what is read can be read, so the value says nothing: an STM32 gives the reset value, mostly 0. Which
bits can be read is taken from the SVD file, corrected by the reference manual where a peripheral is modelled.

The usual cause is a read-modify-write (`|=`, `modify`) of a register that sets or clears by being written, such as
`GPIOx.BSRR` (RM0377 and RM0091, chapter on ports: its bits are write-only and read as 0): write the bits alone. It is a
warning because such code often works all the same.",
};

/// Words the finding. `value` is what the read gives.
pub(crate) fn detail(register: &str, value: u32) -> Detail {
    Detail {
        message: format!(
            "read of `{register}` gives `{value:#x}` whatever was written: the register is write-only"
        ),
        register: Some(register.to_owned()),
        field: None,
        hint: Some(format!(
            "write to `{register}` without reading it first, or read the register that shows the state"
        )),
    }
}
