//! Conveniences on the model: looking things up, and arrays spread out into their instances.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::{
    AddressBlock, Cluster, Device, EnumUsage, EnumeratedValue, Enumeration, Field, Interrupt,
    Peripheral, Register, RegisterOrCluster, Repeat,
};

/// One instance of a peripheral.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeripheralInstance<'a> {
    /// Full name, for example `UART1`.
    pub name: &'a str,
    /// First address, in address units.
    pub base_address: u64,
    /// What it is.
    pub peripheral: &'a Peripheral,
}

/// One instance of a register in a peripheral.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterInstance<'a> {
    /// Names of the clusters around it and its own, joined with dots: `CH0.CR`.
    pub path: String,
    /// Offset from the base address of the peripheral, in address units.
    pub offset: u64,
    /// What it is.
    pub register: &'a Register,
}

/// One instance of a field in a register.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldInstance<'a> {
    /// Full name, for example `MODE3`.
    pub name: &'a str,
    /// Lowest bit, counted from 0.
    pub bit_offset: u32,
    /// What it is.
    pub field: &'a Field,
}

impl FieldInstance<'_> {
    /// The bits of the register that belong to this instance.
    pub fn mask(&self) -> u64 {
        mask_at(self.bit_offset, self.field.bit_width)
    }
}

/// The name and distance of each instance: one, unless there is a `repeat`.
fn instances<'a>(
    name: &'a str,
    repeat: Option<&'a Repeat>,
) -> impl Iterator<Item = (&'a str, u64)> {
    let single = repeat.is_none().then_some((name, 0));
    let several = repeat.into_iter().flat_map(|repeat| {
        let distances = (0_u64..).map(|index| index.wrapping_mul(repeat.increment));
        repeat.names.iter().map(String::as_str).zip(distances)
    });
    single.into_iter().chain(several)
}

impl Device {
    /// The peripheral that has `name` or an instance of that name.
    pub fn peripheral(&self, name: &str) -> Option<&Peripheral> {
        let exact = self
            .peripherals
            .iter()
            .find(|peripheral| peripheral.name == name && peripheral.repeat.is_none());
        exact.or_else(|| {
            self.peripherals_expanded()
                .find(|instance| instance.name == name)
                .map(|i| i.peripheral)
        })
    }

    /// Each instance of each peripheral, in the order of the file.
    pub fn peripherals_expanded(&self) -> impl Iterator<Item = PeripheralInstance<'_>> {
        self.peripherals.iter().flat_map(|peripheral| {
            instances(&peripheral.name, peripheral.repeat.as_ref()).map(move |(name, distance)| {
                PeripheralInstance {
                    name,
                    base_address: peripheral.base_address.wrapping_add(distance),
                    peripheral,
                }
            })
        })
    }

    /// Each interrupt once, by number. Several peripherals may list one; the first in the file counts.
    pub fn interrupts(&self) -> Vec<&Interrupt> {
        let mut by_number = BTreeMap::new();
        for interrupt in self
            .peripherals
            .iter()
            .flat_map(|peripheral| &peripheral.interrupts)
        {
            by_number.entry(interrupt.value).or_insert(interrupt);
        }
        by_number.into_values().collect()
    }
}

impl Peripheral {
    /// The register or cluster called `name` directly in this peripheral, base names of arrays included.
    pub fn register(&self, name: &str) -> Option<&RegisterOrCluster> {
        find(&self.registers, name)
    }

    /// Each instance of each register, clusters opened, in the order of the model: arrays of clusters one
    /// cluster after the other.
    pub fn registers_expanded(&self) -> impl Iterator<Item = RegisterInstance<'_>> {
        let mut expanded = Vec::new();
        expand(&self.registers, "", 0, &mut expanded);
        expanded.into_iter()
    }

    /// The end of the last address block, relative to the base address; without address blocks the end of
    /// the last register.
    pub fn extent(&self) -> u64 {
        let blocks = self.address_blocks.iter().map(AddressBlock::end).max();
        blocks.unwrap_or_else(|| extent(&self.registers))
    }
}

impl AddressBlock {
    /// The first offset after the block.
    pub fn end(&self) -> u64 {
        self.offset.saturating_add(self.size)
    }
}

impl RegisterOrCluster {
    /// Name; of an array the base name.
    pub fn name(&self) -> &str {
        match self {
            Self::Register(register) => &register.name,
            Self::Cluster(cluster) => &cluster.name,
        }
    }

    /// Description, white space folded.
    pub fn description(&self) -> Option<&str> {
        match self {
            Self::Register(register) => register.description.as_deref(),
            Self::Cluster(cluster) => cluster.description.as_deref(),
        }
    }

    /// Offset from the enclosing peripheral or cluster, in address units.
    pub fn address_offset(&self) -> u64 {
        match self {
            Self::Register(register) => register.address_offset,
            Self::Cluster(cluster) => cluster.address_offset,
        }
    }

    /// Set when the element is a `dim` array or list.
    pub fn repeat(&self) -> Option<&Repeat> {
        match self {
            Self::Register(register) => register.repeat.as_ref(),
            Self::Cluster(cluster) => cluster.repeat.as_ref(),
        }
    }

    /// Bytes from its first address to the end of its last instance.
    pub fn extent(&self) -> u64 {
        let one = match self {
            Self::Register(register) => register.bytes(),
            Self::Cluster(cluster) => cluster.extent(),
        };
        let last = self.repeat().map_or(0, |repeat| {
            repeat.increment.saturating_mul(repeat.count() as u64 - 1)
        });
        last.saturating_add(one)
    }

    /// The register, if it is one.
    pub fn as_register(&self) -> Option<&Register> {
        match self {
            Self::Register(register) => Some(register),
            Self::Cluster(_) => None,
        }
    }

    /// The cluster, if it is one.
    pub fn as_cluster(&self) -> Option<&Cluster> {
        match self {
            Self::Cluster(cluster) => Some(cluster),
            Self::Register(_) => None,
        }
    }
}

impl Cluster {
    /// The register or cluster called `name` directly in this cluster, base names of arrays included.
    pub fn register(&self, name: &str) -> Option<&RegisterOrCluster> {
        find(&self.registers, name)
    }

    /// Bytes from the start of one instance to the end of its last register.
    pub fn extent(&self) -> u64 {
        extent(&self.registers)
    }
}

impl Register {
    /// Width in bytes: 1, 2, 4 or 8.
    pub fn bytes(&self) -> u64 {
        u64::from(self.size / 8)
    }

    /// All bits the register has.
    pub fn mask(&self) -> u64 {
        mask_at(0, self.size)
    }

    /// The field that has `name` or an instance of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let exact = self.fields.iter().find(|field| field.name == name);
        exact.or_else(|| {
            self.fields_expanded()
                .find(|instance| instance.name == name)
                .map(|instance| instance.field)
        })
    }

    /// Each instance of each field.
    pub fn fields_expanded(&self) -> impl Iterator<Item = FieldInstance<'_>> {
        self.fields.iter().flat_map(|field| {
            instances(&field.name, field.repeat.as_ref()).map(move |(name, distance)| {
                FieldInstance {
                    name,
                    bit_offset: field.bit_offset + distance as u32,
                    field,
                }
            })
        })
    }
}

impl Field {
    /// The bits of the register that belong to the field, of an array those of the first instance.
    pub fn mask(&self) -> u64 {
        mask_at(self.bit_offset, self.bit_width)
    }

    /// The largest value the field can hold.
    pub fn max_value(&self) -> u64 {
        mask_at(0, self.bit_width)
    }

    /// The names of the values that are read.
    pub fn read_enumeration(&self) -> Option<&Enumeration> {
        self.enumerations
            .iter()
            .find(|enumeration| enumeration.usage != EnumUsage::Write)
    }

    /// The names of the values that are written.
    pub fn write_enumeration(&self) -> Option<&Enumeration> {
        self.enumerations
            .iter()
            .find(|enumeration| enumeration.usage != EnumUsage::Read)
    }
}

impl Enumeration {
    /// The value called `name`, the lowest if it has several.
    pub fn value_named(&self, name: &str) -> Option<&EnumeratedValue> {
        self.values.iter().find(|value| value.name == name)
    }

    /// What `value` is called, the name of all others included.
    pub fn name_of(&self, value: u64) -> Option<&str> {
        let listed = self
            .values
            .iter()
            .find(|named| named.value == value)
            .map(|named| named.name.as_str());
        listed.or_else(|| self.default.as_ref().map(|default| default.name.as_str()))
    }
}

/// `width` bits from bit `offset` on; `offset + width` is at most 64 in a resolved device.
fn mask_at(offset: u32, width: u32) -> u64 {
    let bits = if width == 0 {
        0
    } else {
        u64::MAX >> 64_u32.saturating_sub(width)
    };
    bits.checked_shl(offset).unwrap_or(0)
}

fn find<'a>(registers: &'a [RegisterOrCluster], name: &str) -> Option<&'a RegisterOrCluster> {
    let exact = registers.iter().find(|child| child.name() == name);
    exact.or_else(|| {
        registers.iter().find(|child| {
            child
                .repeat()
                .is_some_and(|r| r.names.iter().any(|n| n == name))
        })
    })
}

fn extent(registers: &[RegisterOrCluster]) -> u64 {
    registers
        .iter()
        .map(|child| child.address_offset().saturating_add(child.extent()))
        .max()
        .unwrap_or(0)
}

/// Appends each instance of `registers`, which begin at `offset` and whose names begin with `prefix`.
fn expand<'a>(
    registers: &'a [RegisterOrCluster],
    prefix: &str,
    offset: u64,
    into: &mut Vec<RegisterInstance<'a>>,
) {
    for child in registers {
        for (name, distance) in instances(child.name(), child.repeat()) {
            let path = if prefix.is_empty() {
                Cow::Borrowed(name)
            } else {
                Cow::Owned(format!("{prefix}.{name}"))
            };
            let offset = offset
                .wrapping_add(child.address_offset())
                .wrapping_add(distance);
            match child {
                RegisterOrCluster::Register(register) => {
                    into.push(RegisterInstance {
                        path: path.into_owned(),
                        offset,
                        register,
                    });
                }
                RegisterOrCluster::Cluster(cluster) => {
                    expand(&cluster.registers, &path, offset, into);
                }
            }
        }
    }
}
