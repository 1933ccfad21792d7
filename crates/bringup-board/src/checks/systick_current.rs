//! `systick-current`: SysTick starts from a value that nobody set.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "systick-current",
    severity: Severity::Warning,
    summary: "SysTick is enabled before its current value was ever cleared",
    explanation: "\
The current value of SysTick is UNKNOWN after reset (ARMv6-M Architecture Reference Manual, section B3.3.5), and enabling the
counter does not load the reload value: it counts down from whatever is there. The first period can take anything up to
2^24 cycles, which is 8 s at the clock an STM32L0 boots with, and another time on each chip. On this board it begins with 0.

Write any value to `SYST_CVR` before enabling the counter, which clears it: `clear_current()` in the crate `cortex-m`. Only
the first start after a reset is looked at: a counter that is stopped and goes on later may keep its value. A rule of its
own, beside `systick-range`, because it spoils the first period only: a warning.",
};

/// Words the finding.
pub(crate) fn detail() -> Detail {
    Detail {
        message:
            "SysTick is enabled, and its current value was never cleared: the first period is \
                  of any length"
                .to_owned(),
        register: Some("SYST.CVR".to_owned()),
        field: Some("CURRENT".to_owned()),
        hint: Some("write to `SYST.CVR` before enabling the counter: `clear_current()`".to_owned()),
    }
}
