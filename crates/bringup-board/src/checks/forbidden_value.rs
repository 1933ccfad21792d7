//! `forbidden-value`: a field is given a value that it does not take.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "forbidden-value",
    severity: Severity::Error,
    summary: "a field is written with a value that the manual rules out",
    explanation: "\
A field may have fewer meanings than values. What silicon does with one of the others is not specified: it may do as with a
neighbouring value, ignore the write, or work until the next revision of the chip.

Where a peripheral is modelled, the values are those that the reference manual calls reserved or not allowed, for example range 7
of the MSI and divider 0 of the PLL (RM0377, `RCC_ICSCR` and `RCC_CFGR`), `PUPDR` 11 of a pin and alternate functions 8 to 15
(RM0377 and RM0091, chapter on ports), `M1` with `M0` of a USART. Of an SVD file only `<writeConstraint>` counts: a range, the
value that was read, or the enumerated values where it says so. Enumerated values alone forbid nothing, because vendors list
only some. A field that keeps the value it has is no breach, even if the value is one of these.",
};

/// Words the finding. `fields` are the names of the field, or of several that belong together.
pub(crate) fn detail(register: &str, fields: &[&str], value: u32, advice: &str) -> Detail {
    let path = match fields {
        [] => register.to_owned(),
        [field] => format!("{register}.{field}"),
        fields => format!("{register}.{{{}}}", fields.join(", ")),
    };
    Detail {
        message: format!(
            "`{path}` is written with {value}, a value that is reserved or not allowed"
        ),
        register: Some(register.to_owned()),
        field: fields.first().map(|&field| field.to_owned()),
        hint: Some(advice.to_owned()),
    }
}
