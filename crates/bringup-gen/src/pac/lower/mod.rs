//! Decides every name and type of the crate: the device model in, [`tables`] out.

mod block;
mod doc;
mod enumeration;
mod field;
mod interrupt;
mod layout;
mod peripheral;
mod register;
mod select;
pub(crate) mod tables;

use std::collections::BTreeMap;

use bringup_device::{Device, ShapeId};

use super::{Error, Options, Target};

/// What is shared between the parts of a crate while it is lowered.
struct Lower<'a> {
    options: &'a Options,
    /// Which registers share their methods.
    layouts: layout::Layouts<'a>,
    /// Where the layout of each number was put.
    homes: BTreeMap<usize, register::Home>,
    /// Where a cluster of each shape was put first.
    clusters: BTreeMap<ShapeId, block::Home>,
    /// Where an enumeration of each shape was put first.
    enums: BTreeMap<ShapeId, enumeration::Home>,
    /// In which directions enumerations of each shape are used.
    usage: BTreeMap<ShapeId, enumeration::Usage>,
    /// Whether there are fields that are more than bits and numbers.
    values: bool,
    notes: Vec<String>,
}

/// Lowers the device, or the peripherals of it that the options name.
pub(crate) fn lower(device: &Device, options: &Options) -> Result<tables::Crate, Error> {
    let selected = select::peripherals(device, &options.peripherals)?;
    let mut cx = Lower {
        options,
        layouts: layout::Layouts::of(&selected),
        homes: BTreeMap::new(),
        clusters: BTreeMap::new(),
        enums: BTreeMap::new(),
        usage: enumeration::usage(&selected),
        values: false,
        notes: Vec::new(),
    };
    let (peripherals, modules) = cx.peripherals(&selected)?;
    let cortex_m = options.target == Target::CortexM;
    Ok(tables::Crate {
        name: options.name.clone(),
        device: doc::text(&device.name),
        about: device
            .description
            .as_deref()
            .map(doc::text)
            .filter(|text| *text != device.name),
        license_text: device.license_text.clone(),
        nvic_prio_bits: device
            .cpu
            .as_ref()
            .filter(|_| cortex_m)
            .map(|cpu| cpu.nvic_prio_bits),
        values: cx.values,
        fpu: device.cpu.as_ref().is_some_and(|cpu| cpu.fpu_present),
        interrupts: interrupt::interrupts(device, options)?,
        peripherals,
        modules,
        notes: cx.notes,
    })
}
