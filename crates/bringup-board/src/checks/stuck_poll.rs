//! `stuck-poll`: a loop waits for something that nothing will ever bring about.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "stuck-poll",
    severity: Severity::Error,
    summary: "a loop waits for a register or variable that nothing will ever change",
    explanation: "\
The core repeats a loop that only reads, no interrupt is enabled that could leave it, and no peripheral has anything
planned: the loop never ends.

Usual causes are a ready flag of something that was never switched on, an oscillator whose crystal the board does not
have, and an interrupt that is not unmasked. If the register is listed as unmodelled, it is the board that does not know
what would set it.",
};

/// Words the finding. `register` is what the loop reads, if it reads one; `unmodelled` that nothing models it.
pub(crate) fn detail(address: Option<u32>, register: Option<&str>, unmodelled: bool) -> Detail {
    let what = match (register, address) {
        (Some(register), _) => format!("`{register}`"),
        (None, Some(address)) => format!("the memory at `{address:#010x}`"),
        (None, None) => "an interrupt".to_owned(),
    };
    let hint = match register {
        Some(register) if unmodelled => {
            format!("`{register}` has no behaviour model: on silicon, hardware may change it")
        }
        Some(_) => "check that what sets the flag is switched on before the loop".to_owned(),
        None => "check that an interrupt that ends the loop is enabled".to_owned(),
    };
    Detail {
        message: format!("the loop waits for {what} for ever: nothing is planned that changes it"),
        register: register.map(str::to_owned),
        field: None,
        hint: Some(hint),
    }
}
