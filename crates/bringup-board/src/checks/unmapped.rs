//! `unmapped`: an access to an address where nothing is.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unmapped",
    severity: Severity::Error,
    summary: "an access to an address where the chip has nothing",
    explanation: "\
The bus answers an access to an address without memory or peripheral with an error, and the core takes a HardFault.

Usual causes are a wild pointer, a stack that grew out of RAM, and firmware built for another chip of the family.",
};

/// Words the finding. `memories` lists what there is.
pub(crate) fn detail(address: u32, write: bool) -> Detail {
    let what = if write { "write to" } else { "read of" };
    Detail {
        message: format!(
            "{what} `{address:#010x}`, where the chip has neither memory nor a peripheral: a bus error"
        ),
        register: None,
        field: None,
        hint: Some("check the pointer, and that the firmware is built for this chip".to_owned()),
    }
}
