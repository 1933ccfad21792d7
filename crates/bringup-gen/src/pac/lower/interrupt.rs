//! The interrupt lines of the device.

use std::collections::{BTreeMap, BTreeSet};

use bringup_device::Device;

use super::doc;
use super::tables::Interrupt;
use crate::pac::ident::Scope;
use crate::pac::{Error, Options};

/// Every number once, in order; further names of one line become its aliases.
///
/// The lines of all peripherals are there, also of those that are not generated: the vector table is the chip's.
pub(super) fn interrupts(device: &Device, options: &Options) -> Result<Vec<Interrupt>, Error> {
    let (limit, controller) = options.target.interrupts();
    // What the linker puts in the place of a handler that is not defined.
    let mut scope = Scope::reserving(&["DefaultHandler"]);
    let mut by_number: BTreeMap<u32, Interrupt> = BTreeMap::new();
    let mut names: BTreeSet<(u32, &str)> = BTreeSet::new();
    for interrupt in device.peripherals.iter().flat_map(|p| &p.interrupts) {
        if interrupt.value >= limit {
            return Err(Error::InterruptNumber {
                name: interrupt.name.clone(),
                number: interrupt.value,
                controller,
            });
        }
        if !names.insert((interrupt.value, &interrupt.name)) {
            continue;
        }
        let name = scope.claim(options.theme.interrupt(&interrupt.name));
        let doc = doc::headed(
            format!("Line {}", interrupt.value),
            doc::described(interrupt.description.as_deref(), ""),
        );
        by_number
            .entry(interrupt.value)
            .and_modify(|first| first.aliases.push(name.clone()))
            .or_insert(Interrupt {
                name,
                doc,
                number: interrupt.value,
                aliases: Vec::new(),
            });
    }
    Ok(by_number.into_values().collect())
}
