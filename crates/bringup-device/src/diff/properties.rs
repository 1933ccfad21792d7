//! The properties of each kind of element that are compared, as texts.

use std::fmt::Display;

use super::{Differ, PropertyChange};
use crate::{
    AddressBlock, Cpu, Device, EnumeratedValue, FieldInstance, Interrupt, Peripheral,
    PeripheralInstance, RegisterInstance, WriteConstraint,
};

/// The properties of two elements that are not equal.
pub(super) struct Properties {
    changes: Vec<PropertyChange>,
    descriptions: bool,
}

impl Properties {
    pub(super) fn new(descriptions: bool) -> Self {
        Self {
            changes: Vec::new(),
            descriptions,
        }
    }

    /// Compares one property.
    fn add(mut self, property: &'static str, old: impl Display, new: impl Display) -> Self {
        let (old, new) = (old.to_string(), new.to_string());
        if old != new {
            self.changes.push(PropertyChange { property, old, new });
        }
        self
    }

    /// Compares a description, if that is asked for.
    fn describe(self, old: Option<&str>, new: Option<&str>) -> Self {
        if self.descriptions {
            self.add("description", old.unwrap_or("none"), new.unwrap_or("none"))
        } else {
            self
        }
    }

    fn done(self) -> Vec<PropertyChange> {
        self.changes
    }
}

/// The bits of a field: `3`, `7:4`.
pub(super) fn bits(offset: u32, width: u32) -> String {
    match width {
        0 | 1 => offset.to_string(),
        width => format!("{}:{offset}", offset + width - 1),
    }
}

/// A value that may be absent, in the words of the model.
fn word<T: std::fmt::Debug>(value: Option<T>) -> String {
    value.map_or_else(|| "none".into(), |value| format!("{value:?}"))
}

fn constraint(value: Option<WriteConstraint>) -> String {
    match value {
        Some(WriteConstraint::Range { minimum, maximum }) => format!("{minimum} to {maximum}"),
        Some(WriteConstraint::WriteAsRead) => "as read".into(),
        Some(WriteConstraint::UseEnumeratedValues) => "named values".into(),
        None => "none".into(),
    }
}

/// Address blocks as text; equal ones, of which there may be many, need none.
fn blocks(blocks: &[AddressBlock], other: &[AddressBlock]) -> String {
    if blocks == other {
        return String::new();
    }
    if blocks.is_empty() {
        return "none".into();
    }
    let blocks = blocks
        .iter()
        .map(|block| format!("{:#x}+{:#x} {:?}", block.offset, block.size, block.usage));
    blocks.collect::<Vec<_>>().join(", ").to_lowercase()
}

fn cpu(cpu: Option<&Cpu>) -> String {
    let Some(cpu) = cpu else { return "none".into() };
    let has = |present: bool, what: &'static str| if present { what } else { "" };
    format!(
        "{} {}, {} priority bits{}{}",
        cpu.name,
        cpu.revision,
        cpu.nvic_prio_bits,
        has(cpu.mpu_present, ", MPU"),
        has(cpu.fpu_present, ", FPU"),
    )
}

fn text(text: Option<&str>) -> &str {
    text.unwrap_or("none")
}

impl Differ {
    pub(super) fn device(&self, old: &Device, new: &Device) -> Vec<PropertyChange> {
        self.properties()
            .add("name", &old.name, &new.name)
            .add("version", &old.version, &new.version)
            .add("cpu", cpu(old.cpu.as_ref()), cpu(new.cpu.as_ref()))
            .add("width", old.width, new.width)
            .describe(old.description.as_deref(), new.description.as_deref())
            .done()
    }

    pub(super) fn peripheral(
        &self,
        old: &PeripheralInstance<'_>,
        new: &PeripheralInstance<'_>,
    ) -> Vec<PropertyChange> {
        let (was, is): (&Peripheral, &Peripheral) = (old.peripheral, new.peripheral);
        let address = |it: &PeripheralInstance<'_>| format!("{:#x}", it.base_address);
        self.properties()
            .add("name", old.name, new.name)
            .add("address", address(old), address(new))
            .add(
                "address blocks",
                blocks(&was.address_blocks, &is.address_blocks),
                blocks(&is.address_blocks, &was.address_blocks),
            )
            .add(
                "group",
                text(was.group_name.as_deref()),
                text(is.group_name.as_deref()),
            )
            .describe(was.description.as_deref(), is.description.as_deref())
            .done()
    }

    pub(super) fn interrupt(&self, old: &Interrupt, new: &Interrupt) -> Vec<PropertyChange> {
        self.properties()
            .add("name", &old.name, &new.name)
            .add("number", old.value, new.value)
            .describe(old.description.as_deref(), new.description.as_deref())
            .done()
    }

    pub(super) fn register(
        &self,
        old: &RegisterInstance<'_>,
        new: &RegisterInstance<'_>,
    ) -> Vec<PropertyChange> {
        let (was, is) = (old.register, new.register);
        self.properties()
            .add("name", &old.path, &new.path)
            .add(
                "offset",
                format!("{:#x}", old.offset),
                format!("{:#x}", new.offset),
            )
            .add("bits", was.size, is.size)
            .add("access", was.access.word(), is.access.word())
            .add(
                "reset value",
                format!("{:#x}", was.reset_value),
                format!("{:#x}", is.reset_value),
            )
            .add(
                "reset mask",
                format!("{:#x}", was.reset_mask),
                format!("{:#x}", is.reset_mask),
            )
            .add(
                "effect of writing",
                word(was.modified_write_values),
                word(is.modified_write_values),
            )
            .add(
                "effect of reading",
                word(was.read_action),
                word(is.read_action),
            )
            .add(
                "values to write",
                constraint(was.write_constraint),
                constraint(is.write_constraint),
            )
            .add(
                "alternate of",
                text(was.alternate_register.as_deref()),
                text(is.alternate_register.as_deref()),
            )
            .add("protection", word(was.protection), word(is.protection))
            .describe(was.description.as_deref(), is.description.as_deref())
            .done()
    }

    pub(super) fn field(
        &self,
        old: &FieldInstance<'_>,
        new: &FieldInstance<'_>,
    ) -> Vec<PropertyChange> {
        let (was, is) = (old.field, new.field);
        self.properties()
            .add("name", old.name, new.name)
            .add(
                "bits",
                bits(old.bit_offset, was.bit_width),
                bits(new.bit_offset, is.bit_width),
            )
            .add("access", was.access.word(), is.access.word())
            .add(
                "effect of writing",
                word(was.modified_write_values),
                word(is.modified_write_values),
            )
            .add(
                "effect of reading",
                word(was.read_action),
                word(is.read_action),
            )
            .add(
                "values to write",
                constraint(was.write_constraint),
                constraint(is.write_constraint),
            )
            .describe(was.description.as_deref(), is.description.as_deref())
            .done()
    }

    pub(super) fn value(
        &self,
        old: &EnumeratedValue,
        new: &EnumeratedValue,
    ) -> Vec<PropertyChange> {
        self.properties()
            .add("name", &old.name, &new.name)
            .describe(old.description.as_deref(), new.description.as_deref())
            .done()
    }
}
