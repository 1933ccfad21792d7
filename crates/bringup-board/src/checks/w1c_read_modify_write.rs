//! `w1c-read-modify-write`: flags are cleared because a register of flags was read, changed and written back.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "w1c-read-modify-write",
    severity: Severity::Error,
    summary: "a read-modify-write clears flags that were not meant",
    explanation: "\
In a register whose flags are cleared by writing ones, `PR |= 1 << 3` clears every flag that happens to be set: the ones that
were read are written back. An event that is lost in this way is lost without a trace. Write the flag alone: `PR = 1 << 3`, which is
`write(|w| w.pr3().set_bit())`. Registers of this kind are `EXTI_PR`, `FLASH_SR`, or `rc_w1` in the reference manual (RM0377 and RM0091,
section 1.2).

Where flags are cleared by writing zeros (`rc_w0`, `TIMx_SR`), `SR &= !UIF` clears flags that were set between the read and the write.
Write ones to the others: `SR = !UIF`.

Reported is the write that loses a flag, not each that could. To know that the value came from the read, the board looks at the
instructions between the two; where there are calls between them, as in a build without optimisation, at two such
writes that differ as what was read does. Writing back exactly what was read, to clear what is going to be handled, is no breach.",
};

/// What is wrong with a write to a register of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// These flags are cleared because they were read as set.
    WrittenBack(u32),
    /// All of these flags are cleared, and only one can have been meant.
    One(u32),
    /// These flags were set since the read, and cleared because they were read as clear.
    SetSince(u32),
}

impl Loss {
    /// The flags.
    pub(crate) const fn flags(self) -> u32 {
        match self {
            Self::WrittenBack(flags) | Self::One(flags) | Self::SetSince(flags) => flags,
        }
    }
}

/// Words the finding. `fields` are the names of the flags.
pub(crate) fn detail(register: &str, fields: &[&str], loss: Loss) -> Detail {
    let names: Vec<_> = fields.iter().map(|field| format!("`{field}`")).collect();
    let names = names.join(", ");
    let message = match loss {
        Loss::WrittenBack(_) => format!(
            "read-modify-write of `{register}` also clears {names}: \
             writing back a one that was read clears the flag"
        ),
        Loss::One(_) => format!(
            "read-modify-write of `{register}` clears all of {names}: \
             writing back a one that was read clears the flag"
        ),
        Loss::SetSince(_) => format!(
            "read-modify-write of `{register}` also clears {names}, set since the read: \
             writing a zero clears the flag"
        ),
    };
    let hint = match loss {
        Loss::SetSince(_) => "write ones to all flags but the one to clear, without reading first",
        _ => "write the one flag alone, without reading first: `write` and not `modify` or `|=`",
    };
    Detail {
        message,
        register: Some(register.to_owned()),
        field: fields.first().map(|&field| field.to_owned()),
        hint: Some(hint.to_owned()),
    }
}
