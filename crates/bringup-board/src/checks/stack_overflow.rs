//! `stack-overflow`: the stack grows into static data or out of RAM.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "stack-overflow",
    severity: Severity::Error,
    summary: "the stack grows into static data or out of RAM",
    explanation: "\
The stack grows down from the end of RAM towards `.data` and `.bss`. Nothing in an ARMv6-M core stops it there: locals and return
addresses overwrite static variables, and writes to those change return addresses. With a linker such as `flip-link` the
stack lies below the static data, and an overflow leaves RAM: a bus error, which the core cannot even stack a frame for, and so a
lockup.

The limit is the end of the highest section of RAM below the initial stack pointer, or the start of RAM if there is none;
sections that are named for a heap or a stack do not count. The stack pointer is checked wherever it moves down: `PUSH`,
`SUB SP` and exception entry. A stack pointer that is set to a stack elsewhere, as an RTOS does for its tasks, is
not watched.

Usual causes are deep recursion, large arrays as locals, and formatting or unwinding code on a chip with little RAM. The message
says what lies below the limit; the location is the function that took the last step.",
};

/// What the stack ran into.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overflow {
    /// Where the stack pointer is going.
    pub(crate) sp: u32,
    /// What it may not fall below.
    pub(crate) limit: u32,
    /// Where the stack begins.
    pub(crate) top: u32,
    /// The limit is the start of RAM.
    pub(crate) leaves_ram: bool,
    /// Static variables between the two, from the top down.
    pub(crate) overwritten: Vec<String>,
    /// The function, or the exception that is being taken.
    pub(crate) function: Option<String>,
}

/// Names of variables that are told.
const NAMES: usize = 3;

/// Words the finding.
pub(crate) fn detail(what: &Overflow) -> Detail {
    let depth = what.top.wrapping_sub(what.sp);
    let past = what.limit.wrapping_sub(what.sp);
    let function = what
        .function
        .as_ref()
        .map_or_else(String::new, |name| format!(" in `{name}`"));
    let into = if what.leaves_ram {
        format!("{past} bytes below the start of RAM")
    } else if what.overwritten.is_empty() {
        format!("{past} bytes into static data")
    } else {
        let shown: Vec<_> = what
            .overwritten
            .iter()
            .take(NAMES)
            .map(|name| format!("`{name}`"))
            .collect();
        let more = what.overwritten.len().saturating_sub(NAMES);
        let rest = if more == 0 {
            String::new()
        } else {
            format!(" and {more} more")
        };
        format!(
            "{past} bytes into static data, over {}{rest}",
            shown.join(", ")
        )
    };
    Detail {
        message: format!(
            "the stack overflows{function}: it is {depth} bytes deep and reaches `{:#010x}`, {into}",
            what.sp
        ),
        hint: Some(format!(
            "there are {} bytes for the stack: keep large buffers in statics, bound recursion, or use less static data",
            what.top.wrapping_sub(what.limit)
        )),
        ..Detail::default()
    }
}
