//! `no-handler`: an exception is taken that the firmware has no handler for.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "no-handler",
    severity: Severity::Error,
    summary: "an exception is taken that the firmware has no handler for",
    explanation: "\
The core takes an interrupt, or SVCall, PendSV, SysTick or NMI, and its entry of the vector table is the default handler, 0,
an address without memory, or lies behind the end of the table. The default handler of `cortex-m-rt` (`DefaultHandler_`) and
that of the vendors' start-up files (`Default_Handler`) are endless loops: the program hangs there, and nothing tells why. An
entry without bit 0 set, as 0 is, ends in a HardFault (ARMv6-M ARM, section B1.5.6).

Usual causes are an interrupt that was enabled in the peripheral and the NVIC before its handler was written, a handler
under another name than the device crate's (`#[interrupt] fn TIM2()`), and a device crate without its feature `rt`.

A handler of the program's own is never reported, even if it is called `DefaultHandler`: what it does about
interrupts is the program's decision. HardFault is not reported either, because the run tells of the fault itself.",
};

/// Why an entry of the vector table is no handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The default handler, by the name of its symbol.
    Default(&'static str),
    /// The entry is 0.
    Zero,
    /// Bit 0 is not set.
    Even(u32),
    /// There is no memory.
    Nowhere(u32),
    /// The table has only so many entries.
    PastTable(u32),
}

/// Words the finding. `name` is that of the exception, `interrupt` that it is one of the chip's.
pub(crate) fn detail(name: &str, interrupt: bool, missing: &Missing) -> Detail {
    let kind = if interrupt { "interrupt" } else { "exception" };
    let (what, end) = match missing {
        Missing::Default(symbol) => (
            format!("the default handler `{symbol}`"),
            "an endless loop".to_owned(),
        ),
        Missing::Zero => ("0".to_owned(), "a HardFault".to_owned()),
        Missing::Even(vector) => (
            format!("`{vector:#010x}`, whose bit 0 is not set"),
            "a HardFault".to_owned(),
        ),
        Missing::Nowhere(vector) => (
            format!("`{vector:#010x}`, where the chip has no memory"),
            "a HardFault".to_owned(),
        ),
        Missing::PastTable(entries) => (
            format!("behind the end of the table of {entries} entries"),
            "anything may happen".to_owned(),
        ),
    };
    let hint = if interrupt {
        format!(
            "write `#[interrupt] fn {name}()`, with the feature `rt` of the device crate, or do not enable the interrupt"
        )
    } else {
        format!("write `#[exception] fn {name}()`, or do not let the exception happen")
    };
    Detail {
        message: format!(
            "the {kind} `{name}` is taken and has no handler: its vector is {what}; {end}"
        ),
        hint: Some(hint),
        ..Detail::default()
    }
}
