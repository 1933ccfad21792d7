//! Enumerations: one type per shape, in the module of the first register that uses it.

use std::collections::{BTreeMap, BTreeSet};

use bringup_device::{
    EnumUsage, Enumeration, Field, Peripheral, Register, RegisterOrCluster, ShapeId,
};

use super::tables::{Enum, EnumItem, FieldBits, Variant};
use super::{Lower, doc};
use crate::pac::ident::{Case, Scope, fragment, ident};
use crate::pac::theme::accessor;

/// Where an enumeration was put first.
pub(super) struct Home {
    path: String,
}

/// In which directions an enumeration is used.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    read: bool,
    write: bool,
}

/// The enumerations that hold for a field's values when read and when written.
pub(super) struct Directions<'a> {
    pub(super) read: Option<&'a Enumeration>,
    pub(super) write: Option<&'a Enumeration>,
}

impl<'a> Directions<'a> {
    pub(super) fn of(register: &Register, field: &'a Field) -> Self {
        let find = |wanted: EnumUsage| {
            field
                .enumerations
                .iter()
                .find(|e| e.usage == wanted || e.usage == EnumUsage::ReadWrite)
        };
        Self {
            read: find(EnumUsage::Read)
                .filter(|_| register.access.can_read() && field.access.can_read()),
            write: find(EnumUsage::Write)
                .filter(|_| register.access.can_write() && field.access.can_write()),
        }
    }
}

/// Finds out how each enumeration is used, so that methods nobody can call are not generated.
pub(super) fn usage(peripherals: &[&Peripheral]) -> BTreeMap<ShapeId, Usage> {
    let mut found = BTreeMap::new();
    for peripheral in peripherals {
        collect(&peripheral.registers, &mut found);
    }
    found
}

fn collect(items: &[RegisterOrCluster], found: &mut BTreeMap<ShapeId, Usage>) {
    for item in items {
        match item {
            RegisterOrCluster::Cluster(cluster) => collect(&cluster.registers, found),
            RegisterOrCluster::Register(register) => {
                for field in &register.fields {
                    let directions = Directions::of(register, field);
                    if let Some(e) = directions.read {
                        found.entry(e.shape).or_default().read = true;
                    }
                    if let Some(e) = directions.write {
                        found.entry(e.shape).or_default().write = true;
                    }
                }
            }
        }
    }
}

/// The types in the module of one register.
pub(super) struct EnumScope<'a> {
    pub(super) names: Scope,
    /// Enumerations that have a name here: shape and name.
    pub(super) here: Vec<(ShapeId, String)>,
    pub(super) items: Vec<EnumItem>,
    /// Path of the module.
    pub(super) path: &'a str,
}

impl Lower<'_> {
    /// Gives the enumeration a name in the module of a register and returns it.
    pub(super) fn enumeration(
        &mut self,
        enumeration: &Enumeration,
        field: &Field,
        scope: &mut EnumScope<'_>,
    ) -> String {
        let wanted = self.enum_name(enumeration, field);
        if scope
            .here
            .iter()
            .any(|(shape, name)| *shape == enumeration.shape && *name == wanted)
        {
            return wanted;
        }
        for name in PRELUDE {
            scope.names.take(name);
        }
        let name = scope.names.claim(wanted);
        scope.here.push((enumeration.shape, name.clone()));
        if let Some(home) = self.enums.get(&enumeration.shape) {
            scope.items.push(EnumItem::Same {
                path: home.path.clone(),
                name: name.clone(),
            });
        } else {
            let home = Home {
                path: format!("{}::{name}", scope.path),
            };
            self.enums.insert(enumeration.shape, home);
            let usage = self
                .usage
                .get(&enumeration.shape)
                .copied()
                .unwrap_or_default();
            scope.items.push(EnumItem::Own(self.spell(
                enumeration,
                field,
                name.clone(),
                usage,
            )));
        }
        name
    }

    fn enum_name(&self, enumeration: &Enumeration, field: &Field) -> String {
        // One vendor's tool calls each and every one `ENUM`.
        let own = enumeration
            .name
            .as_deref()
            .filter(|name| !name.eq_ignore_ascii_case("enum"));
        let base = own.unwrap_or(&field.name);
        match enumeration.usage {
            EnumUsage::Write => self.options.theme.write_enumeration(base),
            EnumUsage::Read | EnumUsage::ReadWrite => self.options.theme.enumeration(base),
        }
    }

    fn spell(&self, enumeration: &Enumeration, field: &Field, name: String, usage: Usage) -> Enum {
        let bits = FieldBits {
            offset: field.bit_offset,
            width: field.bit_width,
        };
        let mut speller = Speller::new(self);
        for value in &enumeration.values {
            speller.add(&value.name, value.description.as_deref(), value.value);
        }
        let complete = complete(enumeration, field.bit_width);
        let fallback = enumeration
            .default
            .as_ref()
            .filter(|_| !complete)
            .and_then(|default| {
                let free = (0..=bits.mask()).find(|value| !speller.values.contains(value))?;
                speller.add(&default.name, default.description.as_deref(), free);
                speller.variants.last().map(|variant| variant.name.clone())
            });
        let head = doc::described(field.description.as_deref(), "n")
            .unwrap_or_else(|| doc::text(&field.name));
        Enum {
            name,
            doc: head,
            ux: bits.raw(),
            variants: speller.variants,
            fallback,
            complete,
            read: usage.read,
            write: usage.write,
        }
    }
}

/// Names that Rust gives to every module, and that the code around enumerations uses.
const PRELUDE: &[&str] = &["From", "Option"];

/// Methods that writers of fields with named values have anyway.
const WRITER: &[&str] = &[
    "bit",
    "bits",
    "clear_bit",
    "clear_bit_by_one",
    "offset",
    "set",
    "set_bit",
    "set_bit_by_zero",
    "toggle_bit",
    "variant",
    "width",
];

/// Spells the values of one enumeration, each name once.
struct Speller<'a> {
    cx: &'a Lower<'a>,
    names: Scope,
    is: Scope,
    set: Scope,
    values: BTreeSet<u64>,
    variants: Vec<Variant>,
}

impl<'a> Speller<'a> {
    fn new(cx: &'a Lower<'_>) -> Self {
        Self {
            cx,
            names: Scope::default(),
            is: Scope::default(),
            set: Scope::reserving(WRITER),
            values: BTreeSet::new(),
            variants: Vec::new(),
        }
    }

    fn add(&mut self, name: &str, description: Option<&str>, value: u64) {
        let first = (!self.values.insert(value))
            .then(|| {
                self.variants
                    .iter()
                    .find(|v| v.value == value && v.same_as.is_none())
                    .map(|v| v.name.clone())
            })
            .flatten();
        if first.is_some()
            && self
                .variants
                .iter()
                .any(|v| v.value == value && v.name == self.cx.options.theme.value(name))
        {
            return;
        }
        let variant = Variant {
            name: self.names.claim(self.cx.options.theme.value(name)),
            is: self.is.claim(is_method(name)),
            set: self.set.claim(set_method(name)),
            doc: doc::headed(value.to_string(), doc::described(description, "n")),
            value,
            same_as: first,
        };
        self.variants.push(variant);
    }
}

/// Method of a reader: `is_hsi`.
fn is_method(name: &str) -> String {
    let name = fragment(name, Case::Snake);
    let gap = if name.starts_with('_') { "" } else { "_" };
    ident(&format!("is{gap}{name}"), Case::Keep, "")
}

/// Method of a writer: `hsi`, and `set_` where writers have a method `set` of their own.
fn set_method(name: &str) -> String {
    let mut name = accessor(name);
    if WRITER.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

/// Whether every value a field of this width can have is listed.
pub(super) fn complete(enumeration: &Enumeration, width: u32) -> bool {
    let values: BTreeSet<u64> = enumeration.values.iter().map(|v| v.value).collect();
    width < 32 && values.len() as u64 == 1 << width
}
