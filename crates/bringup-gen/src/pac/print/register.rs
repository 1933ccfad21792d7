//! Registers and the methods of their fields.

use super::enumeration;
use super::files::Files;
use super::out::Out;
use crate::pac::lower::tables::{
    BitAction, Direction, EnumItem, FieldAccessor, FieldBits, FieldKind, FieldPlace, Layout,
    Register, RegisterBody, WriteRule,
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
        RegisterBody::Own(own) if own.shared => {
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
    field_types(out, register);
}

/// The name that a register has for its layout.
fn name_layout(out: &mut Out, register: &Register, path: &str) {
    let spec = &register.spec;
    out.fmt(format_args!("/// The register `{}`.", register.name));
    match &register.shared {
        Some(shared) => out.alias(
            spec,
            path,
            &format!("{}, {:#x}, {}", shared.access, shared.reset, shared.nth),
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
        match register.wide {
            Some(ux) => out.fmt(format_args!("pub type R = crate::Wide<{spec}, {ux}>;")),
            None => out.fmt(format_args!("pub type R = crate::R<{spec}>;")),
        }
    }
    if register.write {
        out.blank();
        out.doc("A value to be written to the register.");
        out.fmt(format_args!("pub type W = crate::W<{spec}>;"));
    }
}

fn layout(out: &mut Out, layout: &Layout, register: &Register) {
    out.blank();
    let (parameters, ty) = if layout.shared {
        out.doc("The fields of this register and of others like it. They are told apart by what can be done with them, their value after reset, and a number.");
        out.fmt(format_args!(
            "pub struct {}{}(core::marker::PhantomData<A>);",
            layout.ty,
            layout.parameters("A", "")
        ));
        out.blank();
        (
            layout.parameters("A: 'static", ""),
            format!("{}{}", layout.ty, layout.arguments("A")),
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
    methods(out, layout, register);
}

/// Names for the types of fields.
fn field_types(out: &mut Out, register: &Register) {
    for field in &register.types {
        let (what, handle, parameters) = match field.direction {
            Direction::Write => ("to be written", "'a, crate::W<REG>".to_owned(), "<'a, REG>"),
            _ => (
                "as it was read",
                format!("'static, crate::Value<{}>", register.spec),
                "",
            ),
        };
        out.blank();
        out.fmt(format_args!("/// `{}`, {what}.", field.field));
        let ty = field_type(&field.kind, field.bits).replacen("'_, Self", &handle, 1);
        let name = format!("{}{parameters}", field.name);
        if let Some((path, arguments)) = ty.strip_suffix('>').and_then(|ty| ty.split_once('<')) {
            out.alias(&name, path, arguments);
        }
    }
}

fn specification(out: &mut Out, layout: &Layout, parameters: &str, ty: &str) {
    let ux = layout.ux;
    out.open(format_args!(
        "impl{parameters} crate::RegisterSpec for {ty}"
    ));
    out.fmt(format_args!("type Ux = {ux};"));
    if layout.shared {
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

/// The fields: those that are the same in both directions, then those of one.
fn methods(out: &mut Out, layout: &Layout, register: &Register) {
    // Methods name enumerations, none of which is spelt like these parameters.
    let ty = format!("{}{}", layout.ty, layout.arguments("ACC"));
    let parameters = |more: &str| match (layout.shared, more) {
        (true, more) => layout.parameters("ACC", more),
        (false, "") => String::new(),
        (false, more) => format!("<{more}>"),
    };
    let value = match register.wide {
        Some(ux) => format!("crate::Wide<{ty}, {ux}>"),
        None => format!("crate::Value<{ty}>"),
    };
    let heads = [
        (
            Direction::Both,
            parameters("DIR"),
            format!("crate::Bits<{ty}, DIR>"),
        ),
        (Direction::Read, parameters(""), value),
        (Direction::Write, parameters(""), format!("crate::W<{ty}>")),
    ];
    for (direction, parameters, ty) in heads {
        let own = |field: &&FieldAccessor| field.direction == direction;
        let iterated = |field: &&FieldAccessor| {
            direction == Direction::Read
                && field.direction.is(Direction::Read)
                && matches!(field.place, FieldPlace::Nth { .. })
        };
        if !layout
            .fields
            .iter()
            .any(|field| own(&field) || iterated(&field))
        {
            continue;
        }
        out.blank();
        out.open(format_args!("impl{parameters} {ty}"));
        let mut first = true;
        for field in &layout.fields {
            if own(&field) {
                separate(out, &mut first);
                accessor(out, field);
            }
            if iterated(&field) {
                separate(out, &mut first);
                iterator(out, field);
            }
        }
        out.close();
    }
}

/// An empty line, unless the item is the first.
fn separate(out: &mut Out, first: &mut bool) {
    if !std::mem::take(first) {
        out.blank();
    }
}

fn accessor(out: &mut Out, field: &FieldAccessor) {
    let FieldAccessor {
        name,
        doc,
        bits,
        kind,
        place,
        ..
    } = field;
    out.doc(doc);
    let offset = first_bit(out, *bits, place);
    let params: &[&str] = match place {
        FieldPlace::One => &["&self"],
        FieldPlace::Nth { .. } => &["&self", "n: u8"],
    };
    let ty = field_type(kind, *bits);
    let body = construct(&ty, kind, *bits, &offset);
    out.function("pub fn", name, params, &ty, &body);
}

fn iterator(out: &mut Out, field: &FieldAccessor) {
    let FieldPlace::Nth { count, iter, .. } = &field.place else {
        return;
    };
    let name = &field.name;
    out.fmt(format_args!("/// All {count} of `{name}`."));
    let ret = format!(
        "impl Iterator<Item = {}> + '_",
        field_type(&field.kind, field.bits)
    );
    let body = format!("(0..{count}).map(move |n| self.{name}(n))");
    out.function("pub fn", iter, &["&self"], &ret, &body);
}

/// Type of a field; what is the default is left out.
fn field_type(kind: &FieldKind, bits: FieldBits) -> String {
    let raw = if bits.width <= 8 {
        String::new()
    } else {
        format!(", {}", bits.raw())
    };
    match (&kind.value, kind.rule) {
        (None, WriteRule::Bit) => "crate::Bit<'_, Self>".into(),
        (Some(value), WriteRule::Bit) => format!("crate::BitValue<'_, Self, {value}>"),
        (value, WriteRule::BitActs(action)) => {
            let value = value.as_deref().unwrap_or("bool");
            let letters = letters(action);
            format!("crate::BitValue<'_, Self, {value}, crate::Bit{letters}>")
        }
        (Some(value), WriteRule::Safe) => {
            format!("crate::FieldValue<'_, Self, {value}, crate::Safe>")
        }
        (Some(value), _) => format!("crate::FieldValue<'_, Self, {value}>"),
        (None, WriteRule::Unsafe) => format!("crate::Field<'_, Self{raw}>"),
        (None, WriteRule::Safe) => format!("crate::SafeField<'_, Self{raw}>"),
        (None, WriteRule::Range(minimum, maximum)) => {
            format!("crate::RangeField<'_, Self, {minimum}, {maximum}{raw}>")
        }
    }
}

/// The expression that makes a value of the type. Plain fields are tuples: nothing costs the compiler less.
fn construct(ty: &str, kind: &FieldKind, bits: FieldBits, offset: &str) -> String {
    let path = ty.split('<').next().unwrap_or(ty);
    let plain = kind.value.is_none() && !matches!(kind.rule, WriteRule::BitActs(_));
    let new = if plain { "" } else { "::new" };
    match bits.width {
        1 => format!("{path}{new}(self, {offset})"),
        _ => format!("{path}{new}(self, {offset}, {:#x})", bits.mask()),
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

impl Layout {
    /// The parameters of a layout that several registers share: the access, with its bounds, the value after reset,
    /// and the number that makes each register a type of its own. Then, where there is one, another parameter.
    pub(super) fn parameters(&self, access: &str, more: &str) -> String {
        let comma = if more.is_empty() { "" } else { ", " };
        let ux = self.ux;
        format!("<{access}, const RESET: {ux}, const NTH: u32{comma}{more}>")
    }

    /// What stands for these parameters where the type is used.
    pub(super) fn arguments(&self, access: &str) -> String {
        if self.shared {
            format!("<{access}, RESET, NTH>")
        } else {
            String::new()
        }
    }
}
