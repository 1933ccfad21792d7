//! `pin-not-output`: a level is set on a pin that never becomes an output.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "pin-not-output",
    severity: Severity::Warning,
    summary: "a level is set on a pin that never becomes an output",
    explanation: "\
`ODR`, `BSRR` and `BRR` set the level that a pin has as an output. In any other mode (RM0377 and RM0091, chapter on ports:
`MODER` 00 input, 10 alternate function, 11 analog, which is the mode after reset on an STM32L0) nothing happens on the pin: the LED
stays dark.

Set the pin's field in `MODER` to 01. Setting the level first and the mode afterwards is right, and avoids a glitch. So a pin is reported
at the end of a run, if its level was changed and it was no output at any time before; in a run that only ends because its
time is over, if that was not just now. Only changes of the level in `ODR` count, so that resetting a whole port is no breach. It is a
warning because such a write may be left over from a pin that is used in another way.",
};

/// Words the finding. `mode` is the mode that the pin has, `label` what the board has there.
pub(crate) fn detail(
    register: &str,
    field: Option<&str>,
    pin: &str,
    label: Option<&str>,
    mode: &str,
) -> Detail {
    let label = label.map_or_else(String::new, |label| format!(" ({label})"));
    let port = register.split('.').next().unwrap_or(register);
    let number: String = pin.chars().filter(char::is_ascii_digit).collect();
    Detail {
        message: format!(
            "the level of {pin}{label} is set, but the pin is no output: its mode is {mode}"
        ),
        register: Some(register.to_owned()),
        field: field.map(str::to_owned),
        hint: Some(format!(
            "set the mode of pin {number} in `{port}.MODER` to 01, output"
        )),
    }
}
