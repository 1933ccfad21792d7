//! `null-access`: an access through a null pointer.

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "null-access",
    severity: Severity::Error,
    summary: "an access through a null pointer",
    explanation: "\
At address 0 there is memory on these chips: flash appears there, with the vector table at its start (RM0377 and RM0091,
chapter 2, \"Boot configuration\"). Reading through a null pointer raises no fault and yields the initial stack pointer and the address of the reset
handler. Writing through one is a bus error and a HardFault.

Reported are reads of the first 16 bytes and writes to the first 256, where no controller programs flash. What the core
itself reads of the vector table does not count, nor does code that walks over it: who copies the table to RAM, or
checks the sum of the image, reads all of the first 16 bytes one after the other. In Rust a read of address 0
is undefined behaviour even if it is meant; the table can be read at the address that flash has of its own.

Usual causes are a pointer of C code that was never set, `Option` values taken apart by `unsafe` code, and a table of
functions that was zeroed.",
};

/// Reads below this address are looked at, in bytes from 0.
pub(crate) const READ: u32 = 0x10;
/// Writes below this address are looked at, in bytes from 0.
pub(crate) const WRITTEN: u32 = 0x100;

/// Words the finding.
pub(crate) fn detail(address: u32, write: bool) -> Detail {
    let (what, end) = if write {
        ("write to", "a bus error")
    } else {
        ("read of", "it yields the start of the vector table")
    };
    Detail {
        message: format!("{what} `{address:#010x}` through a null pointer: {end}"),
        hint: Some("find where the pointer comes from, and check it before it is used".to_owned()),
        ..Detail::default()
    }
}
