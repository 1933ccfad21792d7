//! `uninitialised-read`: the program depends on memory that nobody wrote.

use bringup_cpu::UnknownUse;

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "uninitialised-read",
    severity: Severity::Error,
    summary: "the program depends on a value in RAM that nobody has written",
    explanation: "\
After power-on RAM holds anything, on silicon something else each time and from chip to chip; here it holds 0, so that runs are
equal. A program that depends on it works on the desk and fails in the field. A reset leaves RAM as it is: what was written
before one counts as written.

Loading such a value is not a breach in itself: compilers copy the gaps between the fields of structures, and `MaybeUninit` values
are moved about. The value is followed through registers and through memory that it is copied to, and reported when
the program comes to depend on it: a branch that it decides, an address or stack pointer made from it, a jump to it, a store of it
to a peripheral, a write of it to a special register. The location is the load. A value of which some bytes were written counts as
written, as does one that was in a register when an interrupt came.

Usual causes are `MaybeUninit::assume_init` too early, memory of a heap or a buffer pool that is used before it is filled, local
variables of C code without a value, and a start-up code that does not clear `.bss` or copy `.data`.

Sections named `.uninit` or `.noinit` are left out: who puts a variable there wants to find what it held before a reset, and tells
the first start by a mark. Such a mark at a bare address of RAM is reported; put it in `.uninit`, or allow the rule.",
};

/// Words the finding. `address` is what nobody wrote, be it that a copy was read; `place` is the variable, or what else is at the address; `user` the instruction that depends on it.
pub(crate) fn detail(
    address: u32,
    place: Option<&str>,
    how: UnknownUse,
    register: Option<&str>,
    user: &str,
) -> Detail {
    let place = place.map_or_else(String::new, |place| format!(" ({place})"));
    let end = match (how, register) {
        (UnknownUse::Branch, _) => format!("it decides the branch at {user}"),
        (UnknownUse::Address, _) => format!("it is used as an address at {user}"),
        (UnknownUse::Target, _) => format!("the program jumps there at {user}"),
        (UnknownUse::SpecialRegister, _) => {
            format!("it is written to a special register at {user}")
        }
        (UnknownUse::Device(_), Some(register)) => format!("it is written to `{register}`"),
        (UnknownUse::Device(to), None) => format!("it is written to `{to:#010x}`"),
    };
    Detail {
        message: format!(
            "read of `{address:#010x}`{place}, which nobody has written since power-on: {end}"
        ),
        hint: Some("write the memory before it is read".to_owned()),
        ..Detail::default()
    }
}
