//! `write-to-flash`: a store to memory that stores cannot change.

use super::{Detail, Rule, Severity};
use bringup_device::catalogue::MemoryKind;

/// The rule.
pub const RULE: Rule = Rule {
    name: "write-to-flash",
    severity: Severity::Error,
    summary: "a store to flash or other memory that is not RAM",
    explanation: "\
Flash and EEPROM are written through their controller after an unlock sequence, not by a plain store: the store ends in
a bus error, and the core takes a HardFault. A store after the unlock sequence, in a width that the controller takes, programs
the memory and is no breach; on a chip whose controller has no model every store is refused.

The usual cause is a pointer to a constant that was cast to a mutable one. A write through a null pointer, where flash appears
at address 0, is reported as `null-access`.",
};

/// Words the finding.
pub(crate) fn detail(address: u32, kind: MemoryKind) -> Detail {
    let memory = match kind {
        MemoryKind::Eeprom => "EEPROM",
        MemoryKind::System => "system memory",
        MemoryKind::Flash | MemoryKind::Ram => "flash",
    };
    Detail {
        message: format!("write to `{address:#010x}`, which is {memory}: a bus error"),
        register: None,
        field: None,
        hint: Some(
            "check where the pointer comes from: constants and code are not writable".to_owned(),
        ),
    }
}
