//! `unaligned`: a load or store at an address that is no multiple of its width.

use bringup_cpu::Width;
use bringup_cpu::armv6m::disasm;

use super::{Detail, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unaligned",
    severity: Severity::Error,
    summary: "a load or store at an address that is no multiple of its width",
    explanation: "\
ARMv6-M has no unaligned accesses: a word at an address that is no multiple of 4, or a halfword at an odd one, is a
HardFault, in memory and in peripherals alike (ARMv6-M Architecture Reference Manual, section A3.2). ARMv7-M cores carry most
of them out, so that code which ran there for years faults here.

Usual causes are a pointer to bytes that was cast to one to words, a packed structure whose members are used through
references or pointers, and an address that was computed wrongly. In Rust read such values with
`core::ptr::read_unaligned`, or put them together with `u32::from_le_bytes`.",
};

/// Whether an instruction stores, and the width of its access; of one that transfers several registers, a word.
fn access(first: u16) -> (bool, Width) {
    let width = match first {
        0x5200..=0x53FF | 0x5A00..=0x5BFF | 0x5E00..=0x5FFF | 0x8000..=0x8FFF => Width::Halfword,
        _ => Width::Word,
    };
    let stores = matches!(
        first,
        0x5000..=0x55FF | 0x6000..=0x67FF | 0x8000..=0x87FF | 0xB400..=0xB5FF | 0xC000..=0xC7FF
    );
    (stores, width)
}

/// The width of the access that the instruction `first` makes.
pub(crate) fn width(first: u16) -> Width {
    access(first).1
}

/// Words the finding. `first` is the instruction at `pc`, which never has 32 bits if it accesses memory; `register` is what
/// peripheral register the address lies in, if it does.
pub(crate) fn detail(pc: u32, first: u16, address: u32, register: Option<String>) -> Detail {
    let (stores, width) = access(first);
    let what = match width {
        Width::Halfword => "a halfword",
        _ => "a word",
    };
    let verb = if stores { "writes" } else { "reads" };
    let inside = match &register {
        Some(register) => format!(", inside of `{register}`"),
        None => String::new(),
    };
    Detail {
        message: format!(
            "`{}` {verb} {what} at `{address:#010x}`{inside}, which is no multiple of {}: a HardFault",
            disasm(pc, first, 0),
            width.bytes()
        ),
        register,
        field: None,
        hint: Some(
            "check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`"
                .to_owned(),
        ),
    }
}
