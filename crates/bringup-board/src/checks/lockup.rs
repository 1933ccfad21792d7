//! `lockup`: the core stops for good.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "lockup",
    severity: Severity::Error,
    summary: "a fault where HardFault cannot be taken: the core stops for good",
    explanation: "\
A fault while HardFault or NMI is being handled, or one that keeps its frame from being stacked, leaves the core without a way on:
it locks up, and only a reset ends that (ARMv6-M ARM, section B1.5.10). The same comes of a vector table that cannot be
read at reset. On silicon the chip is dead until the watchdog or the reset pin; a debugger shows a PC of `0xfffffffe`.

Usual causes are a HardFault handler that faults itself, such as one that prints through a broken pointer, a `BKPT` in it
without a debugger, a panic in it, and a stack pointer that left RAM, for then no frame can be stacked.",
};

/// Words the finding. `fault` is what the core could not do, `handling` the exception it was in, `sp` the stack pointer if
/// that is what it failed over.
pub(crate) fn detail(fault: &str, handling: Option<&str>, sp: Option<u32>) -> Detail {
    let place = match handling {
        Some(exception) => format!(" while `{exception}` is being handled"),
        None => String::new(),
    };
    let hint = match (sp, handling) {
        (Some(sp), _) => {
            format!(
                "the stack pointer is `{sp:#010x}`, where nothing can be stored: look for what moved it"
            )
        }
        (None, None) => {
            "check that the image begins with a vector table and lies where the core starts"
                .to_owned()
        }
        (None, Some(_)) => {
            "look at the first fault in the backtrace; a fault handler must not fault itself"
                .to_owned()
        }
    };
    Detail {
        message: format!("the core locks up: {fault}{place}"),
        hint: Some(hint),
        ..Detail::default()
    }
}
