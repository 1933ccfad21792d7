//! `clock-gated`: a peripheral is used while its clock is off.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "clock-gated",
    severity: Severity::Error,
    summary: "a peripheral is used while its clock is off",
    explanation: "\
A peripheral whose clock is off answers nothing: its registers read as 0 and writes are lost, without a fault and
without a trace. After reset almost every peripheral of an STM32 is in that state.

Set the peripheral's bit in the enable register of the RCC before the first access to it.",
};

/// Words the finding. `gate` is `(peripheral of the gate, register, field)`.
pub(crate) fn detail(
    peripheral: &str,
    register: &str,
    write: bool,
    gate: (&str, &str, &str),
) -> Detail {
    let (rcc, enable, field) = gate;
    let path = format!("{rcc}.{enable}.{field}");
    let what = if write { "write to" } else { "read of" };
    let effect = if write { "is lost" } else { "gives 0" };
    let call = |name: &str| name.to_ascii_lowercase();
    Detail {
        message: format!(
            "{what} `{register}` {effect}: the clock of `{peripheral}` is off (`{path}` = 0)"
        ),
        register: Some(register.to_owned()),
        field: None,
        hint: Some(format!(
            "set `{path}` before the first access, for example `{}.{}().modify(|_, w| w.{}().set_bit())`",
            call(rcc),
            call(enable),
            call(field)
        )),
    }
}
