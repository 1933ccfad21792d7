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

/// What a loop waits for.
pub(crate) struct Awaited<'a> {
    /// Address that it reads, if it reads one.
    pub(crate) address: Option<u32>,
    /// The register there.
    pub(crate) register: Option<&'a str>,
    /// Fields of it, each of which would end the loop.
    pub(crate) fields: &'a [String],
    /// Nothing models the register.
    pub(crate) unmodelled: bool,
    /// What would have to happen, where the model of the register knows.
    pub(crate) missing: Option<String>,
}

/// Words the finding.
pub(crate) fn detail(awaited: Awaited<'_>) -> Detail {
    let Awaited {
        register, fields, ..
    } = awaited;
    let what = match (register, awaited.address) {
        (Some(register), _) => match fields {
            [] => format!("`{register}`"),
            fields => {
                let names = fields.iter().map(|field| format!("`{register}.{field}`"));
                names.collect::<Vec<_>>().join(" or ")
            }
        },
        (None, Some(address)) => format!("the memory at `{address:#010x}`"),
        (None, None) => "an interrupt".to_owned(),
    };
    let hint = match (awaited.missing, register) {
        (Some(missing), _) => missing,
        (None, Some(register)) if awaited.unmodelled => {
            format!("`{register}` has no behaviour model: on silicon, hardware may change it")
        }
        (None, Some(_)) => {
            "check that what sets the flag is switched on before the loop".to_owned()
        }
        (None, None) => "check that an interrupt that ends the loop is enabled".to_owned(),
    };
    Detail {
        message: format!("the loop waits for {what} for ever: nothing is planned that changes it"),
        register: register.map(str::to_owned),
        field: match fields {
            [field] => Some(field.clone()),
            _ => None,
        },
        hint: Some(hint),
    }
}
