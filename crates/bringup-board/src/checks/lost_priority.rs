//! `lost-priority`: a priority of which the core keeps nothing.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "lost-priority",
    severity: Severity::Warning,
    summary: "an exception is given a priority whose bits the core does not have",
    explanation: "\
ARMv6-M has the two highest bits of each priority and ignores the other six (ARMv6-M Architecture Reference Manual, sections
B3.2.11 and B3.4.7): there are the priorities 0x00, 0x40, 0x80 and 0xC0. A priority below 0x40 is 0, the most urgent one, and
the exception pre-empts, or holds back, those that it was meant to yield to: a handler that waits for an interrupt of that
priority waits for ever.

It happens with numbers that are not shifted (`set_priority(irq, 1)` of the crate `cortex-m` takes the byte as it is), and with
code for cores of more priority bits. Shift the number by six: 1 is 0x40.",
};

/// Words the finding: the register, the exception, and what was written for it.
pub(crate) fn detail(register: String, exception: &str, priority: u8) -> Detail {
    Detail {
        message: format!(
            "priority {priority:#04x} of {exception} is taken as 0, the most urgent: the core has the two highest bits"
        ),
        register: Some(register),
        field: None,
        hint: Some(format!(
            "the priorities are `0x00`, `0x40`, `0x80` and `0xC0`: {}",
            match priority {
                1..=3 => format!("write `{priority} << 6`"),
                _ => "choose one of them".to_owned(),
            }
        )),
    }
}
