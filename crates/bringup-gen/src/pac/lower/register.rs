//! Registers: names of their own, and one layout for all that are alike.

use std::collections::BTreeMap;

use bringup_device::{Access, Register, WriteConstraint};

use super::enumeration::EnumScope;
use super::field::{Methods, is_reserved, neutral};
use super::layout::reading_acts;
use super::tables::{
    Direction, EnumItem, FieldAccessor, FieldType, Layout, RegisterBody, Shared, mask,
};
use super::{Lower, doc, tables};
use crate::pac::ident::Scope;
use crate::pac::target::Target;
use crate::pac::theme::accessor;

/// What a layout is called in the module of its first register, where registers differ in access or reset value.
const LAYOUT: &str = "Layout";

/// Where a layout was put first.
#[derive(Clone)]
pub(super) struct Home {
    path: String,
    ty: String,
    names: Vec<String>,
    types: Vec<FieldType>,
    /// The number of each register that has the layout, by where it is in the file.
    numbers: BTreeMap<u32, u32>,
}

impl Lower<'_> {
    /// Lowers a register into the module `path::module`.
    pub(super) fn register(
        &mut self,
        register: &Register,
        name: &str,
        ty: String,
        module: String,
        path: &str,
    ) -> tables::Register {
        let spec = self.options.theme.spec(name);
        let number = self.layouts.find(register);
        let group = number.and_then(|number| self.layouts.get(number));
        let fields = group.map_or_else(Vec::new, |group| {
            let agrees = register.fields.iter().all(|field| group.agrees(field));
            own_fields(register).filter(|_| !agrees).collect()
        });
        let is_shared = group.is_some_and(|group| group.shared);
        let known = number.and_then(|number| self.homes.get(&number));
        let (body, types) = if let Some(home) = known {
            let body = RegisterBody::Same {
                module: home.path.clone(),
                ty: home.ty.clone(),
                names: home.names.clone(),
            };
            (body, home.types.clone())
        } else {
            let (layout, home) = self.own(register, number, &spec, &format!("{path}::{module}"));
            let types = home.types.clone();
            if let Some(number) = number {
                self.homes.insert(number, home);
            }
            (RegisterBody::Own(layout), types)
        };
        tables::Register {
            name: doc::text(name),
            ty,
            module,
            spec,
            doc: describe(register),
            fields,
            shared: is_shared.then(|| Shared {
                access: access(register),
                reset: register.reset_value & mask(register.size),
                nth: number.map_or(0, |number| self.number(number, register)),
            }),
            read: register.access.can_read(),
            write: register.access.can_write(),
            wide: self.wide(register),
            types,
            body,
        }
    }

    /// What tells the register apart from others of its layout: those that are derived from one another in the file
    /// are one type, as in svd2rust, and others are not, so that a trait can be implemented for each.
    fn number(&mut self, layout: usize, register: &Register) -> u32 {
        let Some(home) = self.homes.get_mut(&layout) else {
            return 0;
        };
        let next = home.numbers.len() as u32;
        let origin = register.origin.start;
        *home.numbers.entry(origin).or_insert(next)
    }

    /// The layout of a register that has none yet, and where others find it.
    fn own(
        &mut self,
        register: &Register,
        number: Option<usize>,
        spec: &str,
        path: &str,
    ) -> (Layout, Home) {
        let group = number.and_then(|number| self.layouts.get(number));
        let read = group.map_or(Some(register), |group| group.read);
        let write = group.map_or(Some(register), |group| group.write);
        let shared = group.is_some_and(|group| group.shared);
        let mut scope = EnumScope {
            names: Scope::reserving(&["R", "W", LAYOUT, spec]),
            here: Vec::new(),
            items: Vec::new(),
            path,
        };
        let (mut readers, mut writers) = (Methods::reader(), Methods::writer());
        for field in read.iter().flat_map(|register| &register.fields) {
            if !is_reserved(field) {
                self.reader(
                    register_of(read, register),
                    field,
                    number,
                    &mut scope,
                    &mut readers,
                );
            }
        }
        for field in write.iter().flat_map(|register| &register.fields) {
            if !is_reserved(field) {
                self.writer(
                    register_of(write, register),
                    field,
                    number,
                    &mut scope,
                    &mut writers,
                );
            }
        }
        let wide = self.wide(register).is_some();
        let fields = readers.merge(writers, wide);
        self.values |= fields.iter().any(|field| !field.kind.is_plain());
        let types = if self.options.field_types {
            self.name_types(&fields, wide, &mut scope.names)
        } else {
            Vec::new()
        };
        let writing = register_of(write, register);
        let (zero_to_modify, one_to_modify) = neutral(&writing.fields);
        let width = mask(register.size);
        let home = Home {
            path: path.to_owned(),
            ty: if shared { LAYOUT } else { spec }.to_owned(),
            names: scope
                .items
                .iter()
                .map(|item| enum_name(item).to_owned())
                .collect(),
            types,
            numbers: BTreeMap::new(),
        };
        let layout = Layout {
            ty: home.ty.clone(),
            ux: raw_register(register.size),
            access: access(register),
            shared,
            reset: register.reset_value & width,
            zero_to_modify: zero_to_modify & width,
            one_to_modify: one_to_modify & width,
            readable: read.is_some(),
            reading_acts: reading_acts(register_of(read, register)),
            enums: scope.items,
            fields,
        };
        (layout, home)
    }

    /// The raw type, if values may be wider than an address: those of msp430 have 16 bits at least, others 32.
    fn wide(&self, register: &Register) -> Option<&'static str> {
        let ux = raw_register(register.size);
        let wide = ux == "u64" || ux == "u32" && self.options.target == Target::Msp430;
        wide.then_some(ux)
    }

    /// Gives the type of each field a name: when read, unless the value would have to be kept elsewhere, and when written.
    fn name_types(
        &self,
        fields: &[FieldAccessor],
        wide: bool,
        names: &mut Scope,
    ) -> Vec<FieldType> {
        let theme = self.options.theme;
        let mut types = Vec::new();
        for direction in [Direction::Read, Direction::Write] {
            if wide && direction == Direction::Read {
                continue;
            }
            for field in fields.iter().filter(|field| field.direction.is(direction)) {
                let name = match direction {
                    Direction::Write => theme.writer(&field.name),
                    _ => theme.reader(&field.name),
                };
                types.push(FieldType {
                    name: names.claim(name),
                    field: field.name.clone(),
                    direction,
                    bits: field.bits,
                    kind: field.kind.clone(),
                });
            }
        }
        types
    }
}

/// The register of a layout that stands for one direction.
fn register_of<'a>(one: Option<&'a Register>, other: &'a Register) -> &'a Register {
    one.unwrap_or(other)
}

/// What the methods of a shared layout cannot say: what the fields mean in this register.
fn own_fields(register: &Register) -> impl Iterator<Item = String> {
    register
        .fields
        .iter()
        .filter(|field| !is_reserved(field))
        .map(|field| {
            let description = doc::described(field.description.as_deref(), "n");
            doc::headed(format!("`{}`", accessor(&field.name)), description)
        })
}

/// What can be done with the register, as the type of the generated crate that says so.
fn access(register: &Register) -> &'static str {
    let safe = is_safe(register);
    match register.access {
        Access::ReadOnly => "crate::ReadOnly",
        Access::WriteOnly | Access::WriteOnce if safe => "crate::WriteOnly<crate::Safe>",
        Access::WriteOnly | Access::WriteOnce => "crate::WriteOnly",
        Access::ReadWrite | Access::ReadWriteOnce if safe => "crate::ReadWrite<crate::Safe>",
        Access::ReadWrite | Access::ReadWriteOnce => "crate::ReadWrite",
    }
}

fn enum_name(item: &EnumItem) -> &str {
    match item {
        EnumItem::Own(own) => &own.name,
        EnumItem::Same { name, .. } => name,
    }
}

/// Raw type of a register; the model knows four widths.
pub(super) fn raw_register(size: u32) -> &'static str {
    match size {
        0..=8 => "u8",
        9..=16 => "u16",
        17..=32 => "u32",
        _ => "u64",
    }
}

/// `Control register (read-write, reset 0x0000_0300)`.
fn describe(register: &Register) -> String {
    let head = doc::described(register.description.as_deref(), "n")
        .unwrap_or_else(|| doc::text(&register.name));
    format!(
        "{head} ({}, reset {:#x})",
        doc::access(register.access),
        register.reset_value
    )
}

/// Whether the file says that any value of the whole register may be written.
pub(super) fn is_safe(register: &Register) -> bool {
    let width = mask(register.size);
    let all = |constraint: Option<WriteConstraint>| matches!(constraint, Some(WriteConstraint::Range { minimum: 0, maximum }) if maximum >= width);
    let field = register
        .fields
        .first()
        .filter(|field| field.bit_width == register.size);
    all(register.write_constraint) || field.is_some_and(|field| all(field.write_constraint))
}
