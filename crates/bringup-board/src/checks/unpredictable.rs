//! `unpredictable`: the core executes what the architecture leaves open.

use bringup_cpu::Unpredictable;

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unpredictable",
    severity: Severity::Warning,
    summary: "an instruction whose effect the architecture leaves open",
    explanation: "\
Some encodings and some uses of instructions are UNPREDICTABLE in the Arm architecture reference manual: a transfer
of no register, bits that have to be 0 and are not, `MRS` of a special register that does not exist, a byte access to the
System Control Space, an exception return to a mode that cannot be returned to. Silicon may do anything that the
software could have done by itself, and another core may do something else. The message says what this board does.

Compilers emit none of it. Usual causes are assembly written for another core, a corrupted value of LR at the end of a
handler, and execution that ran into data.",
};

/// Words the finding.
pub(crate) fn detail(what: &Unpredictable) -> Detail {
    let Unpredictable {
        encoding,
        reason,
        effect,
    } = what;
    // A 32-bit instruction begins with a halfword of at least 0xE800.
    let digits = if *encoding > 0xFFFF { 10 } else { 6 };
    Detail {
        message: format!(
            "the effect of the instruction `{encoding:#0digits$x}` is UNPREDICTABLE: {reason}; \
             here it {effect}"
        ),
        hint: Some(
            "look at the instruction in the disassembly: is it code, and meant for this core?"
                .to_owned(),
        ),
        ..Detail::default()
    }
}
