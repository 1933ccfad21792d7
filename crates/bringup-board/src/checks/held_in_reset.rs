//! `held-in-reset`: a peripheral is used while its reset bit is set.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "held-in-reset",
    severity: Severity::Error,
    summary: "a peripheral is used while it is held in reset",
    explanation: "\
While a peripheral's bit in a reset register of the RCC is 1, the peripheral stays in reset: its registers keep their
reset values and writes are lost.

Clear the bit again after setting it.",
};

/// Words the finding. `path` is the reset bit.
pub(crate) fn detail(peripheral: &str, register: &str, write: bool, path: &str) -> Detail {
    let what = if write { "write to" } else { "read of" };
    let effect = if write {
        "is lost"
    } else {
        "gives the reset value"
    };
    Detail {
        message: format!(
            "{what} `{register}` {effect}: `{peripheral}` is held in reset (`{path}` = 1)"
        ),
        register: Some(register.to_owned()),
        field: None,
        hint: Some(format!("clear `{path}` before the access")),
    }
}
