//! `unknown-semihosting`: a semihosting call that does not exist or cannot be served.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-semihosting",
    severity: Severity::Warning,
    summary: "a semihosting call that is unknown or not served by a board without a host",
    explanation: "\
The board serves the calls for console, exit, time and command line. It has no files and runs no commands: such calls
fail as the semihosting specification says they may, and unknown calls return -1.",
};

/// Words the finding.
pub(crate) fn detail(operation: u32, name: Option<&str>) -> Detail {
    let message = match name {
        Some(name) => format!(
            "semihosting call `{name}` ({operation:#04x}) is not served: it returns an error"
        ),
        None => format!("semihosting call {operation:#04x} does not exist: it returns -1"),
    };
    Detail {
        message,
        ..Detail::default()
    }
}
