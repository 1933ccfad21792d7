//! Which registers share their methods: those that differ at most in name, access, reset value and descriptions.
//!
//! A layout is what the compiler spends its time on, so there is one for all registers whose fields have the same
//! names, places and values when read, and the same when written; one that can only be read has no say in
//! what is written, and the reverse.

use std::collections::{HashMap, HashSet};

use bringup_device::{
    Enumeration, Field, ModifiedWriteValues, Peripheral, Register, RegisterOrCluster, Repeat,
    ShapeId, WriteConstraint,
};

use super::enumeration::Directions;
use super::field::{is_reserved, neutral};
use super::register::{is_safe, raw_register};

/// The layouts of all registers that are generated.
pub(super) struct Layouts<'a> {
    reading: HashMap<Reading<'a>, usize>,
    writing: HashMap<Writing<'a>, usize>,
    both: HashMap<(Reading<'a>, Writing<'a>), usize>,
    groups: Vec<Group<'a>>,
}

/// Registers of one layout.
pub(super) struct Group<'a> {
    /// One that can be read, if any can, and one that can be written.
    pub(super) read: Option<&'a Register>,
    pub(super) write: Option<&'a Register>,
    /// Whether there are several.
    pub(super) shared: bool,
    /// Descriptions by field, or nothing where registers do not agree.
    descriptions: HashMap<&'a str, Option<&'a str>>,
}

/// All that matters when a register is read.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Reading<'a> {
    ux: &'static str,
    acts: bool,
    fields: Vec<FieldKey<'a>>,
}

/// All that matters when a register is written.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Writing<'a> {
    ux: &'static str,
    safe: bool,
    neutral: (u64, u64),
    fields: Vec<FieldKey<'a>>,
}

/// All of a field that its methods depend on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct FieldKey<'a> {
    name: &'a str,
    bits: (u32, u32),
    values: Option<(ShapeId, Option<&'a str>)>,
    acts: Option<u8>,
    constraint: Option<(u64, u64)>,
    instances: Option<(&'a [String], u64)>,
}

impl<'a> Layouts<'a> {
    /// Groups the registers of the peripherals.
    pub(super) fn of(peripherals: &[&'a Peripheral]) -> Self {
        let mut layouts = Self {
            reading: HashMap::new(),
            writing: HashMap::new(),
            both: HashMap::new(),
            groups: Vec::new(),
        };
        let mut registers = Vec::new();
        // Peripherals of one shape are one module, and so are clusters; each kind counts its shapes from 0.
        let (mut modules, mut clusters) = (HashSet::new(), HashSet::new());
        for peripheral in peripherals {
            if modules.insert(peripheral.shape) {
                collect(&peripheral.registers, &mut clusters, &mut registers);
            }
        }
        // Those that can be both read and written decide first what belongs together.
        let (both, one): (Vec<_>, Vec<_>) = registers
            .into_iter()
            .partition(|r| r.access.can_read() && r.access.can_write());
        for register in both.into_iter().chain(one) {
            layouts.add(register);
        }
        layouts
    }

    /// Number of the register's layout.
    pub(super) fn find(&self, register: &Register) -> Option<usize> {
        match (reading(register), writing(register)) {
            (Some(read), Some(write)) => self.both.get(&(read, write)).copied(),
            (Some(read), None) => self.reading.get(&read).copied(),
            (None, Some(write)) => self.writing.get(&write).copied(),
            (None, None) => None,
        }
    }

    /// The layout of this number.
    pub(super) fn get(&self, number: usize) -> Option<&Group<'a>> {
        self.groups.get(number)
    }

    fn add(&mut self, register: &'a Register) {
        let (read, write) = (reading(register), writing(register));
        let next = self.groups.len();
        let number = match (read, write) {
            (Some(read), Some(write)) => {
                // The first layout that reads like this is also that of registers that can only be read.
                self.reading.entry(read.clone()).or_insert(next);
                self.writing.entry(write.clone()).or_insert(next);
                *self.both.entry((read, write)).or_insert(next)
            }
            (Some(read), None) => *self.reading.entry(read).or_insert(next),
            (None, Some(write)) => *self.writing.entry(write).or_insert(next),
            (None, None) => return,
        };
        if number == next {
            self.groups.push(Group {
                read: None,
                write: None,
                shared: false,
                descriptions: HashMap::new(),
            });
        }
        if let Some(group) = self.groups.get_mut(number) {
            group.shared = number != next;
            group.add(register);
        }
    }
}

impl<'a> Group<'a> {
    fn add(&mut self, register: &'a Register) {
        let can = |yes: bool| yes.then_some(register);
        self.read = self.read.or(can(register.access.can_read()));
        self.write = self.write.or(can(register.access.can_write()));
        for field in &register.fields {
            let own = field.description.as_deref();
            let known = self.descriptions.entry(&field.name).or_insert(own);
            if *known != own {
                *known = None;
            }
        }
    }

    /// Whether all registers describe the field in the same words.
    pub(super) fn agrees(&self, field: &Field) -> bool {
        let known = self.descriptions.get(field.name.as_str());
        known.is_some_and(|known| *known == field.description.as_deref())
    }
}

fn collect<'a>(
    items: &'a [RegisterOrCluster],
    clusters: &mut HashSet<ShapeId>,
    registers: &mut Vec<&'a Register>,
) {
    for item in items {
        match item {
            RegisterOrCluster::Register(register) => registers.push(register),
            RegisterOrCluster::Cluster(cluster) => {
                if clusters.insert(cluster.shape) {
                    collect(&cluster.registers, clusters, registers);
                }
            }
        }
    }
}

fn reading(register: &Register) -> Option<Reading<'_>> {
    register.access.can_read().then(|| Reading {
        ux: raw_register(register.size),
        acts: reading_acts(register),
        fields: fields(register)
            .filter(|field| field.access.can_read())
            .map(|field| key(field, Directions::of(register, field).read, false))
            .collect(),
    })
}

fn writing(register: &Register) -> Option<Writing<'_>> {
    register.access.can_write().then(|| Writing {
        ux: raw_register(register.size),
        safe: is_safe(register),
        neutral: neutral(&register.fields),
        fields: fields(register)
            .filter(|field| field.access.can_write())
            .map(|field| key(field, Directions::of(register, field).write, true))
            .collect(),
    })
}

/// Whether reading the register changes something in the device.
pub(super) fn reading_acts(register: &Register) -> bool {
    register.read_action.is_some() || register.fields.iter().any(|f| f.read_action.is_some())
}

fn fields(register: &Register) -> impl Iterator<Item = &Field> {
    register.fields.iter().filter(|field| !is_reserved(field))
}

fn key<'a>(field: &'a Field, values: Option<&'a Enumeration>, writes: bool) -> FieldKey<'a> {
    let acts = field.modified_write_values.filter(|_| writes);
    FieldKey {
        name: &field.name,
        bits: (field.bit_offset, field.bit_width),
        values: values.map(|e| (e.shape, e.name.as_deref())),
        acts: acts.map(|values: ModifiedWriteValues| values as u8),
        constraint: match field.write_constraint.filter(|_| writes) {
            Some(WriteConstraint::Range { minimum, maximum }) => Some((minimum, maximum)),
            _ => None,
        },
        instances: field
            .repeat
            .as_ref()
            .map(|repeat: &Repeat| (&repeat.names[..], repeat.increment)),
    }
}
