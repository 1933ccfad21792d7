//! `no-stack-space`: the static data leaves no room for a stack.

use super::{Check, FIRMWARE, Problem, Rule, Subject};
use crate::report::Severity;

/// Bytes the core pushes on exception entry: eight words (ARMv6-M ARM, B1.5.6).
const EXCEPTION_FRAME: u64 = 32;

pub(super) const RULE: Rule = Rule {
    name: "no-stack-space",
    summary: "the static data leaves no room for a stack",
    severity: Severity::Error,
    docs: "Between the initial stack pointer and the static data below it there has to be room for one exception frame, eight \
           words, at the very least. With less, the first interrupt or call overwrites static data. \
           Source: ARMv6-M Architecture Reference Manual, B1.5.6 \"Exception entry behavior\".",
    platforms: FIRMWARE,
    check: Check::Chip(check),
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Problem>) {
    let Some(stack) = subject.stack_space() else {
        return;
    };
    if stack.size < EXCEPTION_FRAME {
        problems.push(Problem {
            message: format!(
                "{} bytes are left for the stack below {:#010x}, where static data ends at {:#010x}; an exception alone \
                 takes {EXCEPTION_FRAME}",
                stack.size, stack.top, stack.bottom
            ),
            hint: "make static buffers smaller; what takes RAM is listed by section".to_owned(),
        });
    }
}
