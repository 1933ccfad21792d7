//! Registers at addresses that no access of their width can have.

use super::Findings;
use super::walk;
use crate::{Device, Register, rules};

/// Buses of microcontrollers take a doubleword as two words, so that 4 bytes are enough for 64 bits.
const LARGEST: u64 = 4;

/// Looks at each register once, with the offsets of its clusters left out where they are aligned, as
/// they nearly always are.
pub(super) fn check(device: &Device, findings: &mut Findings) {
    let bytes_per_unit = u64::from(device.address_unit_bits / 8).max(1);
    if bytes_per_unit != 1 {
        return;
    }
    walk::registers(device, |place, register| {
        let wanted = register.bytes().min(LARGEST);
        let fits = |distance: u64| distance.is_multiple_of(wanted);
        let steps = register.repeat.as_ref().map_or(0, |it| it.increment);
        if fits(register.address_offset) && fits(steps) {
            return;
        }
        let message = if fits(register.address_offset) {
            format!(
                "instances of a register of {} bits are {steps} bytes apart",
                register.size
            )
        } else {
            misplaced(register)
        };
        let hint = format!(
            "a register of {} bits begins at a multiple of {wanted} bytes",
            register.size
        );
        findings.add(
            rules::REGISTER_MISALIGNED,
            register.span,
            place.breadcrumb(),
            message,
            Some(&hint),
        );
    });
}

fn misplaced(register: &Register) -> String {
    format!(
        "a register of {} bits is at offset {:#x}",
        register.size, register.address_offset
    )
}
