//! Peripherals that do not say which addresses they occupy.

use super::walk::{Place, display};
use super::{Findings, listed};
use crate::{Device, rules};

/// One finding for all such peripherals: a file that leaves address blocks out leaves them all out.
pub(super) fn check(device: &Device, findings: &mut Findings) {
    let mut without = device
        .peripherals
        .iter()
        .filter(|peripheral| {
            peripheral.address_blocks.is_empty() && !peripheral.registers.is_empty()
        })
        .peekable();
    let Some(first) = without.peek().copied() else {
        return;
    };
    let names: Vec<String> = without
        .map(|peripheral| display(&peripheral.name, peripheral.repeat.as_ref()))
        .collect();
    let message = format!(
        "no `<addressBlock>` says which addresses {} occupy; up to the last register was assumed",
        listed(names.iter().map(String::as_str))
    );
    let message = if names.len() == 1 {
        message.replace(" occupy;", " occupies;")
    } else {
        message
    };
    findings.add(
        rules::ADDRESS_BLOCK_MISSING,
        first.span,
        Place::of_peripheral(first).breadcrumb(),
        message,
        None,
    );
}
