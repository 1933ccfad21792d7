//! Registers and the methods of their fields.

use super::enumeration;
use super::out::Out;
use crate::pac::lower::tables::{
    BitAction, EnumItem, FieldAccessor, FieldBits, FieldKind, FieldPlace, Layout, Register, RegisterBody, WriteRule,
};

/// The type of a register and its module.
pub(super) fn register(out: &mut Out, register: &Register) {
    let Register { name, ty, module, spec, doc, body } = register;
    out.blank();
    out.fmt(format_args!("/// `{name}`: {doc}"));
    out.assign(format_args!("pub type {ty}"), format_args!("crate::Reg<{module}::{spec}>"));
    out.blank();
    out.doc(doc);
    out.open(format_args!("pub mod {module}"));
    match body {
        RegisterBody::Own(own) => layout(out, own, name, spec),
        RegisterBody::Same { module, spec: home, read, write, enums } => {
            out.fmt(format_args!("/// Equal to that of [`{home}`]({module})."));
            out.assign(format_args!("pub type {spec}"), format_args!("{module}::{home}"));
            values(out, *read, *write, spec);
            for name in enums {
                out.blank();
                out.fmt(format_args!("pub use {module}::{name};"));
            }
        }
    }
    out.close();
}

/// The types `R` and `W`.
fn values(out: &mut Out, read: bool, write: bool, spec: &str) {
    if read {
        out.blank();
        out.doc("A value read from the register.");
        out.fmt(format_args!("pub type R = crate::R<{spec}>;"));
    }
    if write {
        out.blank();
        out.doc("A value to be written to the register.");
        out.fmt(format_args!("pub type W = crate::W<{spec}>;"));
    }
}

fn layout(out: &mut Out, layout: &Layout, name: &str, spec: &str) {
    out.fmt(format_args!("/// The register `{name}`."));
    out.fmt(format_args!("pub struct {spec};"));
    out.blank();
    specification(out, layout, spec);
    values(out, layout.read, layout.write, spec);
    for item in &layout.enums {
        out.blank();
        match item {
            EnumItem::Own(own) => enumeration::enumeration(out, own),
            EnumItem::Same { path, name } => out.fmt(format_args!("pub use {path} as {name};")),
        }
    }
    methods(out, "R", &layout.readers, |out, field| reader(out, field));
    methods(out, "W", &layout.writers, |out, field| writer(out, field, spec));
}

fn specification(out: &mut Out, layout: &Layout, spec: &str) {
    let ux = layout.ux;
    let safety = if layout.safe { "<crate::Safe>" } else { "" };
    out.open(format_args!("impl crate::RegisterSpec for {spec}"));
    out.fmt(format_args!("type Ux = {ux};"));
    match (layout.read, layout.write) {
        (true, true) => out.fmt(format_args!("type Access = crate::ReadWrite{safety};")),
        (_, false) => out.line("type Access = crate::ReadOnly;"),
        (false, true) => out.fmt(format_args!("type Access = crate::WriteOnly{safety};")),
    }
    out.fmt(format_args!("const RESET: {ux} = {:#x};", layout.reset));
    if layout.zero_to_modify != 0 {
        out.fmt(format_args!("const ZERO_TO_MODIFY: {ux} = {:#x};", layout.zero_to_modify));
    }
    if layout.one_to_modify != 0 {
        out.fmt(format_args!("const ONE_TO_MODIFY: {ux} = {:#x};", layout.one_to_modify));
    }
    out.close();
}

fn methods(out: &mut Out, ty: &str, fields: &[FieldAccessor], print: impl Fn(&mut Out, &FieldAccessor)) {
    if fields.is_empty() {
        return;
    }
    out.blank();
    out.open(format_args!("impl {ty}"));
    for (n, field) in fields.iter().enumerate() {
        if n > 0 {
            out.blank();
        }
        out.doc(&field.doc);
        print(out, field);
    }
    out.close();
}

fn reader(out: &mut Out, field: &FieldAccessor) {
    let FieldAccessor { name, bits, kind, place, .. } = field;
    let (ty, width) = if bits.width == 1 { ("BitReader", String::new()) } else { ("FieldReader", format!(", {}", bits.width)) };
    let ret = match (&kind.value, bits.width) {
        (Some(value), _) => format!("crate::{ty}<{value}>"),
        (None, ..=8) => format!("crate::{ty}"),
        (None, 9..=16) => format!("crate::{ty}<u16>"),
        (None, 17..=32) => format!("crate::{ty}<u32>"),
        (None, 33..) => format!("crate::{ty}<u64>"),
    };
    let offset = first_bit(out, *bits, place);
    let body = format!("crate::{ty}::new(self.bits, {offset}{width})");
    match place {
        FieldPlace::One => out.function("pub fn", name, &["&self"], &ret, &body),
        FieldPlace::Nth { count, iter, .. } => {
            out.function("pub fn", name, &["&self", "n: u8"], &ret, &body);
            if let Some(iter) = iter {
                out.blank();
                out.fmt(format_args!("/// All {count} of `{name}`."));
                let ret = format!("impl Iterator<Item = {ret}> + '_");
                let body = format!("(0..{count}).map(move |n| self.{name}(n))");
                out.function("pub fn", iter, &["&self"], &ret, &body);
            }
        }
    }
}

fn writer(out: &mut Out, field: &FieldAccessor, spec: &str) {
    let FieldAccessor { name, bits, kind, place, .. } = field;
    let offset = first_bit(out, *bits, place);
    let params: &[&str] = match place {
        FieldPlace::One => &["&mut self"],
        FieldPlace::Nth { .. } => &["&mut self", "n: u8"],
    };
    let (ty, width) = if bits.width == 1 { ("BitWriter", String::new()) } else { ("FieldWriter", format!(", {}", bits.width)) };
    let ret = format!("crate::{ty}<'_, {spec}{}>", parameters(kind, bits.width));
    let body = format!("crate::{ty}::new(self, {offset}{width})");
    out.function("pub fn", name, params, &ret, &body);
}

/// The lowest bit as an expression; says in the documentation what `n` means.
fn first_bit(out: &mut Out, bits: FieldBits, place: &FieldPlace) -> String {
    match place {
        FieldPlace::One => bits.offset.to_string(),
        FieldPlace::Nth { count, stride, first, .. } => {
            out.doc("");
            out.fmt(format_args!("/// `n` counts from 0, which is `{first}`."));
            format!("crate::generic::nth_bit({}, {stride}, {count}, n)", bits.offset)
        }
    }
}

/// Type parameters of a writer after the register: those that are not the default.
fn parameters(kind: &FieldKind, width: u32) -> String {
    let plain = match width {
        1 => "bool",
        2..=8 => "u8",
        9..=16 => "u16",
        17..=32 => "u32",
        _ => "u64",
    };
    let rule = match kind.rule {
        WriteRule::Bit | WriteRule::Unsafe => String::new(),
        WriteRule::BitActs(action) => format!(", crate::{}", marker(action)),
        WriteRule::Safe => ", crate::Safe".into(),
        WriteRule::Range(minimum, maximum) => format!(", crate::Range<{minimum}, {maximum}>"),
    };
    match &kind.value {
        Some(value) => format!(", {value}{rule}"),
        None if rule.is_empty() && matches!(plain, "bool" | "u8") => String::new(),
        None => format!(", {plain}{rule}"),
    }
}

fn marker(action: BitAction) -> &'static str {
    match action {
        BitAction::OneToSet => "Bit1S",
        BitAction::ZeroToClear => "Bit0C",
        BitAction::OneToClear => "Bit1C",
        BitAction::ZeroToSet => "Bit0S",
        BitAction::OneToToggle => "Bit1T",
        BitAction::ZeroToToggle => "Bit0T",
    }
}
