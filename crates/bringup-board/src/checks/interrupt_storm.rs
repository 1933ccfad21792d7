//! `interrupt-storm`: an interrupt is taken again and again, and what it interrupted never goes on.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "interrupt-storm",
    severity: Severity::Error,
    summary: "an interrupt is taken again and again, and what it interrupted never goes on",
    explanation: "\
A peripheral keeps the line of its interrupt high as long as the flag that raised it is set. If the handler returns with the
line still high, the interrupt is pending at once and its handler is entered again without one instruction of the program in
between (tail-chaining; ARMv6-M ARM, sections B1.5 and B3.4): the program stands still, and nothing faults.

Reported are 1,000 entries in a row, without an instruction of what was interrupted. Usual causes are a handler that does not
clear the flag of its peripheral, one that clears the NVIC's pending bit in its place, and a flag that is cleared by reading or
writing another register. The message names the flags that are set. If the line did fall during the handler, the
interrupt comes faster than its handler ends: then a longer period or a faster clock helps.

Exceptions that software makes pending, such as PendSV, are not counted.",
};

/// Entries in a row that are reported.
pub(crate) const ENTRIES: u32 = 1_000;

/// Why the interrupt is pending whenever its handler ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Nobody cleared these flags; none if no model knows which.
    NeverCleared(Vec<String>),
    /// It was cleared, and came again before the handler ended.
    TooFast,
}

/// Words the finding. `sources` are the peripherals that raise the line.
pub(crate) fn detail(name: &str, sources: &[String], cause: &Cause) -> Detail {
    let quoted = |names: &[String]| {
        let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(", ")
    };
    let by = if sources.is_empty() {
        String::new()
    } else {
        format!(" by {}", quoted(sources))
    };
    let (why, hint) = match cause {
        Cause::NeverCleared(flags) if flags.is_empty() => (
            format!("its handler returns while the interrupt is still raised{by}"),
            "clear the flag in the peripheral before the handler returns".to_owned(),
        ),
        Cause::NeverCleared(flags) => (
            format!(
                "its handler returns while the interrupt is still raised{by}: {} {} set",
                quoted(flags),
                if flags.len() == 1 { "is" } else { "are" }
            ),
            format!("clear {} before the handler returns", quoted(flags)),
        ),
        Cause::TooFast => (
            format!("it is raised{by} again before its handler has ended"),
            "let it come less often, do less in the handler, or run the core faster".to_owned(),
        ),
    };
    let register = match cause {
        Cause::NeverCleared(flags) => flags.first().and_then(|flag| flag.rsplit_once('.')),
        Cause::TooFast => None,
    };
    Detail {
        message: format!(
            "the interrupt `{name}` is taken again and again, and what it interrupted never goes on: {why}"
        ),
        register: register.map(|(register, _)| register.to_owned()),
        field: register.map(|(_, field)| field.to_owned()),
        hint: Some(hint),
    }
}
