//! `lost-debug-pins`: a write to a whole port takes the debug port's pins along.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "lost-debug-pins",
    severity: Severity::Warning,
    summary: "a write to a whole port takes pins away from the debugger",
    explanation: "\
After reset two pins belong to the debug port, as their alternate function 0: `SWDIO` and `SWCLK`, on an STM32 PA13 and PA14 (RM0377 and
RM0091, chapter on ports: reset value of `GPIOA_MODER`). When they become something else, a probe loses the chip: it can only
be reached again under reset, or through the boot loader.

The usual cause is a write of all of `MODER` that starts from 0 and has only one pin in mind, as `write_with_zero` and `=` in C do.
Change the pin's own field: `modify(|_, w| w.mode5().output())`.

A write that changes nothing but debug pins is taken as meant, and so is one that makes all pins analog, as is done to save
power. It is a warning because the firmware itself works.",
};

/// Words the finding. `field` is what took the first pin away; `pins` are the pins and what they carried, for example
/// `("PA13", "SWDIO")`.
pub(crate) fn detail(register: &str, field: Option<&str>, pins: &[(&str, &str)]) -> Detail {
    let signals = pins
        .iter()
        .map(|(pin, signal)| format!("{pin} (`{signal}`)"));
    let signals: Vec<_> = signals.collect();
    Detail {
        message: format!(
            "write to `{register}` takes {} away from the debug port, and other pins change with it",
            signals.join(" and ")
        ),
        register: Some(register.to_owned()),
        field: field.map(str::to_owned),
        hint: Some(
            "change only the field of the pin that is meant, with `modify`, and leave the debug pins as they are"
                .to_owned(),
        ),
    }
}
