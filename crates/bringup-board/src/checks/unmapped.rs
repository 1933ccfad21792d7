//! `unmapped`: an access to an address where nothing is.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unmapped",
    severity: Severity::Error,
    summary: "an access to an address where the chip has nothing",
    explanation: "\
The bus answers an access to an address without memory or peripheral with an error, and the core takes a HardFault.

A DMA controller gets the same answer, and switches the channel off with its error flag set. It also gets it for what only the
core is connected to: the ports of a chip that has them on the core's single-cycle I/O port, such as an STM32L0.

Usual causes are a wild pointer, a stack that grew out of RAM, and firmware built for another chip of the family.",
};

/// Words the finding of an access by a DMA controller to what only the core reaches.
pub(crate) fn out_of_reach(register: &str, write: bool) -> Detail {
    let what = if write { "write to" } else { "read of" };
    Detail {
        message: format!(
            "{what} `{register}`, which is on the I/O port of the core and not on the bus of the DMA: a bus error"
        ),
        register: Some(register.to_owned()),
        field: None,
        hint: Some(
            "let the core access the port, or a timer drive the pin and the DMA write to the timer"
                .to_owned(),
        ),
    }
}

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
