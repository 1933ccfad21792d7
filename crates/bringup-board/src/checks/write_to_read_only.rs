//! `write-to-read-only`: a write to a register that has nothing to write.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "write-to-read-only",
    severity: Severity::Warning,
    summary: "a write to a register that can only be read",
    explanation: "\
No bit of the register can be written, so the write has no effect. Which bits can be written is taken from the SVD file,
corrected by the reference manual where a peripheral is modelled.

The usual cause is an input register taken for the output register beside it.",
};

/// Words the finding.
pub(crate) fn detail(register: &str) -> Detail {
    Detail {
        message: format!("write to `{register}` has no effect: the register is read-only"),
        register: Some(register.to_owned()),
        field: None,
        hint: None,
    }
}
