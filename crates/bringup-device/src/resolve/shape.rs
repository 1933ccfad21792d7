//! Shape ids: which elements are equal in everything that shapes an interface.

use std::collections::HashMap;

use crate::{
    Cluster, Device, Enumeration, Field, Register, RegisterOrCluster, Repeat, ShapeId,
    WriteConstraint,
};

/// Gives every element of the device its shape id. Ids count up from 0 in the order of the model, separately for
/// each kind of element.
pub(super) fn assign(device: &mut Device) {
    let mut shapes = Shapes::default();
    for peripheral in &mut device.peripherals {
        let mut key = Key::default();
        shapes.registers(&mut peripheral.registers, &mut key);
        peripheral.shape = intern(&mut shapes.peripherals, key);
    }
}

/// The shapes seen so far, by what makes them: the ids of parts, and everything else as bytes.
#[derive(Debug, Default)]
struct Shapes {
    peripherals: HashMap<Vec<u8>, ShapeId>,
    clusters: HashMap<Vec<u8>, ShapeId>,
    registers: HashMap<Vec<u8>, ShapeId>,
    enumerations: HashMap<Vec<u8>, ShapeId>,
}

fn intern(shapes: &mut HashMap<Vec<u8>, ShapeId>, key: Key) -> ShapeId {
    let next = ShapeId(shapes.len() as u32);
    *shapes.entry(key.0).or_insert(next)
}

impl Shapes {
    /// The registers and clusters of something, each with its name and offset.
    fn registers(&mut self, registers: &mut [RegisterOrCluster], key: &mut Key) {
        key.number(registers.len() as u64);
        for child in registers {
            key.text(child.name());
            key.number(child.address_offset());
            key.repeat(child.repeat());
            match child {
                RegisterOrCluster::Register(register) => {
                    self.register(register);
                    key.number(u64::from(register.shape.0) << 1);
                }
                RegisterOrCluster::Cluster(cluster) => {
                    self.cluster(cluster);
                    key.number(u64::from(cluster.shape.0) << 1 | 1);
                }
            }
        }
    }

    fn cluster(&mut self, cluster: &mut Cluster) {
        let mut key = Key::default();
        self.registers(&mut cluster.registers, &mut key);
        cluster.shape = intern(&mut self.clusters, key);
    }

    fn register(&mut self, register: &mut Register) {
        let mut key = Key::default();
        key.number(u64::from(register.size));
        key.number(register.access as u64);
        key.number(register.reset_value);
        key.number(register.reset_mask);
        key.option(register.modified_write_values.map(|values| values as u64));
        key.option(register.read_action.map(|action| action as u64));
        key.constraint(register.write_constraint);
        key.number(register.fields.len() as u64);
        for field in &mut register.fields {
            self.field(field, &mut key);
        }
        register.shape = intern(&mut self.registers, key);
    }

    fn field(&mut self, field: &mut Field, key: &mut Key) {
        key.text(&field.name);
        key.number(u64::from(field.bit_offset));
        key.number(u64::from(field.bit_width));
        key.number(field.access as u64);
        key.option(field.modified_write_values.map(|values| values as u64));
        key.option(field.read_action.map(|action| action as u64));
        key.constraint(field.write_constraint);
        key.repeat(field.repeat.as_ref());
        key.number(field.enumerations.len() as u64);
        for enumeration in &mut field.enumerations {
            enumeration.shape = self.enumeration(enumeration, field.bit_width);
            key.number(u64::from(enumeration.shape.0));
        }
    }

    fn enumeration(&mut self, enumeration: &Enumeration, width: u32) -> ShapeId {
        let mut key = Key::default();
        key.number(u64::from(width));
        key.number(enumeration.usage as u64);
        key.number(enumeration.values.len() as u64);
        for value in &enumeration.values {
            key.text(&value.name);
            key.number(value.value);
        }
        if let Some(default) = &enumeration.default {
            key.text(&default.name);
        }
        intern(&mut self.enumerations, key)
    }
}

/// What makes a shape, written so that different content gives different bytes.
#[derive(Debug, Default)]
struct Key(Vec<u8>);

impl Key {
    /// A number, seven bits to a byte from the lowest up, as most are small.
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn option(&mut self, number: Option<u64>) {
        self.number(number.map_or(0, |number| number.saturating_add(1)));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn constraint(&mut self, constraint: Option<WriteConstraint>) {
        match constraint {
            None => self.number(0),
            Some(WriteConstraint::WriteAsRead) => self.number(1),
            Some(WriteConstraint::UseEnumeratedValues) => self.number(2),
            Some(WriteConstraint::Range { minimum, maximum }) => {
                self.number(3);
                self.number(minimum);
                self.number(maximum);
            }
        }
    }

    fn repeat(&mut self, repeat: Option<&Repeat>) {
        let Some(repeat) = repeat else {
            return self.number(0);
        };
        self.number(1 + repeat.kind as u64);
        self.number(repeat.increment);
        self.number(repeat.names.len() as u64);
        repeat.indices.iter().for_each(|index| self.text(index));
    }
}
