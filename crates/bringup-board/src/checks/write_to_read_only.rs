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

Some registers are read-only for a time: those of a channel of a DMA controller while the channel is enabled. The message
says so.

The usual cause is an input register taken for the output register beside it.",
};

/// Words the finding for a register that is read-only as long as the bit `enable` is set.
pub(crate) fn while_enabled(register: &str, enable: &str) -> Detail {
    Detail {
        message: format!(
            "write to `{register}` changes nothing: the register is read-only while `{enable}` is 1"
        ),
        register: Some(register.to_owned()),
        field: None,
        hint: Some(format!("clear `{enable}` first")),
    }
}

/// Words the finding.
pub(crate) fn detail(register: &str) -> Detail {
    Detail {
        message: format!("write to `{register}` has no effect: the register is read-only"),
        register: Some(register.to_owned()),
        field: None,
        hint: None,
    }
}
