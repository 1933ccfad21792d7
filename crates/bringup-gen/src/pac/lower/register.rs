//! Registers: one layout per shape, in the module of the first register that has it.

use bringup_device::{Register, WriteConstraint};

use super::enumeration::EnumScope;
use super::field::{Methods, neutral};
use super::tables::{EnumItem, Layout, RegisterBody, mask};
use super::{Lower, doc, tables};
use crate::pac::ident::Scope;

/// Where a register of some shape was put first.
#[derive(Clone)]
pub(super) struct Home {
    path: String,
    spec: String,
    read: bool,
    write: bool,
    enums: Vec<String>,
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
        let body = match self.registers.get(&register.shape).cloned() {
            Some(home) => RegisterBody::Same {
                module: home.path,
                spec: home.spec,
                read: home.read,
                write: home.write,
                enums: home.enums,
            },
            None => self.own(register, &spec, &format!("{path}::{module}")),
        };
        tables::Register {
            name: doc::text(name),
            ty,
            module,
            spec,
            doc: describe(register),
            body,
        }
    }

    fn own(&mut self, register: &Register, spec: &str, path: &str) -> RegisterBody {
        let mut scope = EnumScope {
            names: Scope::reserving(&["R", "W", spec]),
            here: Vec::new(),
            items: Vec::new(),
            path,
        };
        let (mut readers, mut writers) = (Methods::reader(), Methods::writer());
        for field in register
            .fields
            .iter()
            .filter(|f| !f.name.eq_ignore_ascii_case("reserved"))
        {
            self.field(register, field, &mut scope, &mut readers, &mut writers);
        }
        let (zero_to_modify, one_to_modify) = neutral(&register.fields);
        let width = mask(register.size);
        let home = Home {
            path: path.to_owned(),
            spec: spec.to_owned(),
            read: register.access.can_read(),
            write: register.access.can_write(),
            enums: scope
                .items
                .iter()
                .map(|item| enum_name(item).to_owned())
                .collect(),
        };
        let layout = Layout {
            ux: raw_register(register.size),
            read: home.read,
            write: home.write,
            safe: is_safe(register),
            reset: register.reset_value & width,
            zero_to_modify: zero_to_modify & width,
            one_to_modify: one_to_modify & width,
            reading_acts: register.read_action.is_some()
                || register.fields.iter().any(|f| f.read_action.is_some()),
            enums: scope.items,
            readers: readers.list,
            writers: writers.list,
        };
        self.registers.insert(register.shape, home);
        RegisterBody::Own(layout)
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
fn is_safe(register: &Register) -> bool {
    let width = mask(register.size);
    let all = |constraint: Option<WriteConstraint>| matches!(constraint, Some(WriteConstraint::Range { minimum: 0, maximum }) if maximum >= width);
    let field = register
        .fields
        .first()
        .filter(|field| field.bit_width == register.size);
    all(register.write_constraint) || field.is_some_and(|field| all(field.write_constraint))
}
