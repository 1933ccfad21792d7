//! Registers and the methods of their fields.

use super::enumeration;
use super::files::Files;
use super::out::Out;
use crate::pac::lower::tables::{
    BitAction, EnumItem, FieldAccessor, FieldBits, FieldKind, FieldPlace, Layout, Register,
    RegisterBody, WriteRule,
};

/// The type of a register and its module.
pub(super) fn register(out: &mut Out, register: &Register, files: &mut Files<'_>) {
    let Register {
        name,
        ty,
        module,
        spec,
        doc,
        fields,
        ..
    } = register;
    out.blank();
    out.fmt(format_args!("/// `{name}`: {doc}"));
    out.alias(ty, "crate::Reg", &format!("{module}::{spec}"));
    out.blank();
    out.doc(doc);
    if !fields.is_empty() {
        out.doc("");
        for field in fields {
            out.fmt(format_args!("/// - {field}"));
        }
    }
    files.module(out, module, 512, |out, _| contents(out, register));
}

/// What is in the module of a register.
fn contents(out: &mut Out, register: &Register) {
    let Register { name, spec, .. } = register;
    match &register.body {
        RegisterBody::Own(own) if own.varies => {
            let path = own.ty.clone();
            name_layout(out, register, &path);
            layout(out, own, register);
        }
        RegisterBody::Own(own) => {
            out.fmt(format_args!("/// The register `{name}`."));
            out.fmt(format_args!("pub struct {spec};"));
            values(out, register);
            layout(out, own, register);
        }
        RegisterBody::Same { module, ty, names } => {
            name_layout(out, register, &format!("{module}::{ty}"));
            for name in names {
                out.blank();
                out.fmt(format_args!("pub use {module}::{name};"));
            }
        }
    }
}

/// The name that a register has for its layout.
fn name_layout(out: &mut Out, register: &Register, path: &str) {
    let spec = &register.spec;
    out.fmt(format_args!("/// The register `{}`.", register.name));
    match &register.shared {
        Some(shared) => out.alias(
            spec,
            path,
            &format!("{}, {:#x}", shared.access, shared.reset),
        ),
        None => out.assign(format_args!("pub type {spec}"), format_args!("{path}")),
    }
    values(out, register);
}

/// The types `R` and `W`.
fn values(out: &mut Out, register: &Register) {
    let spec = &register.spec;
    if register.read {
        out.blank();
        out.doc("A value read from the register.");
        out.fmt(format_args!("pub type R = crate::R<{spec}>;"));
    }
    if register.write {
        out.blank();
        out.doc("A value to be written to the register.");
        out.fmt(format_args!("pub type W = crate::W<{spec}>;"));
    }
}

fn layout(out: &mut Out, layout: &Layout, register: &Register) {
    out.blank();
    let (parameters, ty) = if layout.varies {
        let ux = layout.ux;
        out.doc("The fields of this register and of others like it, which have another access or reset value.");
        out.fmt(format_args!(
            "pub struct {}<A, const RESET: {ux}>(core::marker::PhantomData<A>);",
            layout.ty
        ));
        out.blank();
        (
            format!("<A, const RESET: {ux}>"),
            format!("{}<A, RESET>", layout.ty),
        )
    } else {
        (String::new(), register.spec.clone())
    };
    specification(out, layout, &parameters, &ty);
    for item in &layout.enums {
        out.blank();
        match item {
            EnumItem::Own(own) => enumeration::enumeration(out, own),
            EnumItem::Same { path, name } if path.rsplit("::").next() == Some(name) => {
                out.fmt(format_args!("pub use {path};"));
            }
            EnumItem::Same { path, name } => out.fmt(format_args!("pub use {path} as {name};")),
        }
    }
    let head = |letter: &str| {
        if layout.varies {
            format!("impl{parameters} crate::{letter}<{ty}>")
        } else {
            format!("impl {letter}")
        }
    };
    methods(out, &head("R"), &layout.readers, |out, field| {
        reader(out, field, layout.ux);
    });
    methods(out, &head("W"), &layout.writers, writer);
    for field in &layout.readers {
        if let Some(name) = &field.ty {
            let ty = reader_type(&field.kind, field.bits, layout.ux);
            field_type(out, name, &ty, &format!("`{}` as it was read.", field.name));
        }
    }
    for field in &layout.writers {
        if let Some(name) = &field.ty {
            let ty =
                writer_type(&field.kind, field.bits).replacen("'_, Self", "'a, crate::W<REG>", 1);
            let name = format!("{name}<'a, REG>");
            field_type(
                out,
                &name,
                &ty,
                &format!("`{}`, to be written.", field.name),
            );
        }
    }
}

/// A name for the type of a field.
fn field_type(out: &mut Out, name: &str, ty: &str, doc: &str) {
    out.blank();
    out.doc(doc);
    match ty.strip_suffix('>').and_then(|ty| ty.split_once('<')) {
        Some((path, arguments)) => out.alias(name, path, arguments),
        None => out.assign(format_args!("pub type {name}"), format_args!("{ty}")),
    }
}

fn specification(out: &mut Out, layout: &Layout, parameters: &str, ty: &str) {
    let ux = layout.ux;
    out.open(format_args!(
        "impl{parameters} crate::RegisterSpec for {ty}"
    ));
    out.fmt(format_args!("type Ux = {ux};"));
    if layout.varies {
        out.line("type Access = A;");
        out.fmt(format_args!("const RESET: {ux} = RESET;"));
    } else {
        out.fmt(format_args!("type Access = {};", layout.access));
        if layout.reset != 0 {
            out.fmt(format_args!("const RESET: {ux} = {:#x};", layout.reset));
        }
    }
    if layout.zero_to_modify != 0 {
        out.fmt(format_args!(
            "const ZERO_TO_MODIFY: {ux} = {:#x};",
            layout.zero_to_modify
        ));
    }
    if layout.one_to_modify != 0 {
        out.fmt(format_args!(
            "const ONE_TO_MODIFY: {ux} = {:#x};",
            layout.one_to_modify
        ));
    }
    out.close();
}

fn methods(
    out: &mut Out,
    head: &str,
    fields: &[FieldAccessor],
    print: impl Fn(&mut Out, &FieldAccessor),
) {
    if fields.is_empty() {
        return;
    }
    out.blank();
    out.open(format_args!("{head}"));
    for (n, field) in fields.iter().enumerate() {
        if n > 0 {
            out.blank();
        }
        out.doc(&field.doc);
        print(out, field);
    }
    out.close();
}

fn reader(out: &mut Out, field: &FieldAccessor, ux: &str) {
    let FieldAccessor {
        name,
        bits,
        kind,
        place,
        ..
    } = field;
    let offset = first_bit(out, *bits, place);
    let ret = reader_type(kind, *bits, ux);
    let body = construct(&ret, kind, *bits, "self.bits", &offset);
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

fn writer(out: &mut Out, field: &FieldAccessor) {
    let FieldAccessor {
        name,
        bits,
        kind,
        place,
        ..
    } = field;
    let offset = first_bit(out, *bits, place);
    let params: &[&str] = match place {
        FieldPlace::One => &["&mut self"],
        FieldPlace::Nth { .. } => &["&mut self", "n: u8"],
    };
    let ret = writer_type(kind, *bits);
    let body = construct(&ret, kind, *bits, "self", &offset);
    out.function("pub fn", name, params, &ret, &body);
}

/// Type of a field that was read; what is the default is left out.
fn reader_type(kind: &FieldKind, bits: FieldBits, ux: &str) -> String {
    match (&kind.value, bits.width, ux) {
        (Some(value), 1, _) => format!("crate::BitEnumReader<{value}>"),
        (Some(value), ..) => format!("crate::EnumReader<{value}>"),
        (None, 1, "u32") => "crate::BitReader".into(),
        (None, 1, _) => format!("crate::BitReader<{ux}>"),
        (None, ..=8, "u32") => "crate::FieldReader".into(),
        (None, _, "u32") => format!("crate::FieldReader<{}>", bits.raw()),
        (None, ..) => format!("crate::FieldReader<{}, {ux}>", bits.raw()),
    }
}

/// Type of a field that is to be written; what is the default is left out.
fn writer_type(kind: &FieldKind, bits: FieldBits) -> String {
    let raw = if bits.width <= 8 {
        String::new()
    } else {
        format!(", {}", bits.raw())
    };
    match (&kind.value, kind.rule) {
        (Some(value), WriteRule::Bit) => format!("crate::BitEnumWriter<'_, Self, {value}>"),
        (Some(value), WriteRule::BitActs(action)) => {
            format!(
                "crate::BitEnumWriter<'_, Self, {value}, crate::Bit{}>",
                letters(action)
            )
        }
        (Some(value), WriteRule::Safe) => {
            format!("crate::EnumWriter<'_, Self, {value}, crate::Safe>")
        }
        (Some(value), _) => format!("crate::EnumWriter<'_, Self, {value}>"),
        (None, WriteRule::Bit) => "crate::BitWriter<'_, Self>".into(),
        (None, WriteRule::BitActs(action)) => {
            format!("crate::BitWriter{}<'_, Self>", letters(action))
        }
        (None, WriteRule::Unsafe) => format!("crate::FieldWriter<'_, Self{raw}>"),
        (None, WriteRule::Safe) => format!("crate::SafeFieldWriter<'_, Self{raw}>"),
        (None, WriteRule::Range(minimum, maximum)) => {
            format!("crate::RangeFieldWriter<'_, Self, {minimum}, {maximum}{raw}>")
        }
    }
}

/// The expression that makes a value of the type. Plain fields are tuples: nothing costs the compiler less.
fn construct(ty: &str, kind: &FieldKind, bits: FieldBits, from: &str, offset: &str) -> String {
    let path = ty.split('<').next().unwrap_or(ty);
    let new = if kind.value.is_some() { "::new" } else { "" };
    match bits.width {
        1 => format!("{path}{new}({from}, {offset})"),
        _ => format!("{path}{new}({from}, {offset}, {:#x})", bits.mask()),
    }
}

/// The lowest bit as an expression; says in the documentation what `n` means.
fn first_bit(out: &mut Out, bits: FieldBits, place: &FieldPlace) -> String {
    match place {
        FieldPlace::One => bits.offset.to_string(),
        FieldPlace::Nth {
            count,
            stride,
            first,
            ..
        } => {
            out.doc("");
            out.fmt(format_args!("/// `n` counts from 0, which is `{first}`."));
            format!(
                "crate::generic::nth_bit({}, {stride}, {count}, n)",
                bits.offset
            )
        }
    }
}

/// How the types of a bit that acts are told apart.
fn letters(action: BitAction) -> &'static str {
    match action {
        BitAction::OneToSet => "1S",
        BitAction::ZeroToClear => "0C",
        BitAction::OneToClear => "1C",
        BitAction::ZeroToSet => "0S",
        BitAction::OneToToggle => "1T",
        BitAction::ZeroToToggle => "0T",
    }
}
