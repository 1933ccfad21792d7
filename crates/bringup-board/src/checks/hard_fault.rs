//! `hard-fault`: the core took a HardFault.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "hard-fault",
    severity: Severity::Error,
    summary: "the core took a HardFault or locked up",
    explanation: "\
An instruction could not be carried out, and ARMv6-M knows one answer to that: HardFault. A fault inside the HardFault or
NMI handler locks the core up.",
};

/// Words the finding.
pub(crate) fn detail(fault: &str, lockup: bool) -> Detail {
    let effect = if lockup {
        "the core locked up"
    } else {
        "HardFault"
    };
    Detail {
        message: format!("{effect}: {fault}"),
        ..Detail::default()
    }
}
