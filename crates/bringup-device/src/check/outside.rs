//! Registers outside of what their peripheral occupies, or of the address space.

use std::collections::HashSet;

use super::walk::Place;
use super::{Findings, listed};
use crate::{
    AddressBlock, AddressBlockUsage, Device, Peripheral, PeripheralInstance, RegisterInstance,
    ShapeId, rules,
};

/// Address blocks of a peripheral that are looked at: no peripheral has more than a few.
const MAX_BLOCKS: usize = 256;

/// One finding per peripheral, however many registers it is about.
pub(super) fn check(device: &Device, findings: &mut Findings) {
    // Peripherals of one shape in blocks of one size have the same mistake: the first one is reported.
    let mut seen: HashSet<(ShapeId, &[AddressBlock])> = HashSet::new();
    for peripheral in super::walk::peripherals(device) {
        if seen.insert((peripheral.shape, &peripheral.address_blocks)) {
            outside_blocks(device, peripheral, findings);
        }
    }
    for instance in device.peripherals_expanded() {
        outside_space(device, &instance, findings);
    }
}

fn outside_blocks(device: &Device, peripheral: &Peripheral, findings: &mut Findings) {
    let blocks = peripheral.address_blocks.len();
    if blocks == 0 || blocks > MAX_BLOCKS {
        return;
    }
    let outside: Vec<_> = peripheral
        .registers_expanded()
        .filter(|register| !is_inside(device, peripheral, register))
        .collect();
    let Some(first) = outside.first() else { return };
    let end = outside
        .iter()
        .map(|register| end_of(device, register))
        .max()
        .unwrap_or(0);
    let message = format!(
        "{} from offset {:#x} on {} outside of the peripheral's address blocks",
        listed(outside.iter().map(|register| register.path.as_str())),
        first.offset,
        if outside.len() == 1 { "is" } else { "are" }
    );
    let last = peripheral.extent();
    let hint = (end > last).then(|| {
        format!("the address blocks end at offset {last:#x}, the last register at {end:#x}")
    });
    findings.add(
        rules::REGISTER_OUTSIDE,
        peripheral.span,
        Place::of_peripheral(peripheral).breadcrumb(),
        message,
        hint.as_deref(),
    );
}

/// The offset after a register.
fn end_of(device: &Device, register: &RegisterInstance<'_>) -> u64 {
    let units = u64::from(register.register.size / device.address_unit_bits.clamp(8, 64));
    register.offset.saturating_add(units.max(1))
}

/// Whether a register is in what the blocks cover together.
fn is_inside(device: &Device, peripheral: &Peripheral, register: &RegisterInstance<'_>) -> bool {
    let end = end_of(device, register);
    let mut at = register.offset;
    while at < end {
        let covering = peripheral
            .address_blocks
            .iter()
            .filter(|block| block.usage != AddressBlockUsage::Reserved)
            .filter(|block| block.offset <= at && at < block.end())
            .map(AddressBlock::end)
            .max();
        match covering {
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}

/// Addresses have 32 bits in every core but the largest, whose files say so by using them from the start.
fn outside_space(device: &Device, instance: &PeripheralInstance<'_>, findings: &mut Findings) {
    const SPACE: u64 = 1 << 32;
    let peripheral = instance.peripheral;
    if device.width > 32 || instance.base_address >= SPACE {
        return;
    }
    let end = instance.base_address.saturating_add(peripheral.extent());
    if end <= SPACE {
        return;
    }
    findings.add(
        rules::ADDRESS_RANGE,
        peripheral.span,
        Place::of_peripheral(peripheral).breadcrumb(),
        format!(
            "`{}` at {:#x} reaches to {end:#x}, beyond the addresses of 32 bits",
            instance.name, instance.base_address
        ),
        None,
    );
}
