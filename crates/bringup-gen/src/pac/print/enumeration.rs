//! Enumerations, and the methods that are named after their values.

use super::out::Out;
use crate::pac::lower::tables::{Enum, Variant};

/// The type, its conversions, and the methods of readers and writers.
pub(super) fn enumeration(out: &mut Out, own: &Enum) {
    ty(out, own);
    conversions(out, own);
    let field = if own.ux == "bool" {
        "BitValue"
    } else {
        "FieldValue"
    };
    let name = &own.name;
    if own.read {
        out.blank();
        out.implementation(
            "impl<BITS: crate::Reading + ?Sized, RULE>",
            &format!("crate::{field}<'_, BITS, {name}, RULE>"),
        );
        for (n, variant) in own.variants.iter().enumerate() {
            separate(out, n, variant);
            if own.fallback.as_ref() == Some(&variant.name) {
                is_fallback(out, own, variant);
                continue;
            }
            let body = match (own.ux, variant.value) {
                ("bool", 0) => "!self.bit()".into(),
                ("bool", _) => "self.bit()".into(),
                (_, value) => format!("self.bits() == {value}"),
            };
            out.function("pub fn", &variant.is, &["&self"], "bool", &body);
        }
        out.close();
    }
    if own.write {
        out.blank();
        out.implementation(
            "impl<'a, REG: crate::RegisterSpec, RULE>",
            &format!("crate::{field}<'a, crate::W<REG>, {name}, RULE>"),
        );
        for (n, variant) in own.variants.iter().enumerate() {
            separate(out, n, variant);
            set(out, &variant.set, own, variant);
            if own.ux == "bool" && variant.set == "set_" {
                // Bits have no method `set` to tell it from, and crates made before fields of more bits had one call it so.
                separate(out, 1, variant);
                set(out, "set", own, variant);
            }
        }
        out.close();
    }
}

/// The method that writes a value.
fn set(out: &mut Out, method: &str, own: &Enum, variant: &Variant) {
    out.line("#[inline(always)]");
    out.signature("pub fn", method, &["self"], "&'a mut crate::W<REG>");
    out.body(|out| {
        let value = format!("{}::{}", own.name, variant.name);
        out.call("self.variant", &value);
    });
}

/// The method for the name that stands for every value without one: more than the value that it is written as.
fn is_fallback(out: &mut Out, own: &Enum, variant: &Variant) {
    out.line("#[inline(always)]");
    out.signature("pub fn", &variant.is, &["&self"], "bool");
    out.body(|out| {
        out.open(format_args!("match self.variant()"));
        out.arm(
            &format!("{}::{}", own.name, variant.name),
            format_args!("true"),
        );
        out.arm("_", format_args!("false"));
        out.close();
    });
}

fn separate(out: &mut Out, n: usize, variant: &Variant) {
    if n > 0 {
        out.blank();
    }
    out.doc(&variant.doc);
}

fn ty(out: &mut Out, own: &Enum) {
    out.doc(&own.doc);
    out.line("#[cfg_attr(feature = \"defmt\", derive(defmt::Format))]");
    out.line("#[derive(Clone, Copy, Debug, PartialEq, Eq)]");
    if own.ux != "bool" {
        out.fmt(format_args!("#[repr({})]", own.ux));
    }
    out.open(format_args!("pub enum {}", own.name));
    for variant in own
        .variants
        .iter()
        .filter(|variant| variant.same_as.is_none())
    {
        out.doc(&variant.doc);
        out.fmt(format_args!("{} = {},", variant.name, variant.value));
    }
    out.close();
    let mut aliases = own
        .variants
        .iter()
        .filter_map(|v| Some((v, v.same_as.as_ref()?)))
        .peekable();
    if aliases.peek().is_none() {
        return;
    }
    out.blank();
    out.open(format_args!("impl {}", own.name));
    for (alias, first) in aliases {
        out.doc(&alias.doc);
        out.fmt(format_args!(
            "pub const {}: Self = Self::{first};",
            alias.name
        ));
    }
    out.close();
}

fn conversions(out: &mut Out, own: &Enum) {
    let Enum { name, ux, .. } = own;
    out.blank();
    out.open(format_args!("impl From<{name}> for {ux}"));
    let body = if *ux == "bool" {
        "variant as u8 != 0"
    } else {
        "variant as _"
    };
    out.function("fn", "from", &[&format!("variant: {name}")], "Self", body);
    out.close();
    out.blank();
    out.open(format_args!("impl crate::FieldSpec for {name}"));
    out.fmt(format_args!("type Ux = {ux};"));
    let total = own.complete || own.fallback.is_some();
    let variant = if total { "Self" } else { "Option<Self>" };
    out.fmt(format_args!("type Variant = {variant};"));
    out.blank();
    out.line("#[inline(always)]");
    out.signature("fn", "variant", &[&format!("bits: {ux}")], variant);
    out.body(|out| {
        out.open(format_args!("match bits"));
        arms(out, own, total);
        out.close();
    });
    out.close();
}

fn arms(out: &mut Out, own: &Enum, total: bool) {
    let mut firsts = own
        .variants
        .iter()
        .filter(|v| v.same_as.is_none() && own.fallback.as_ref() != Some(&v.name))
        .peekable();
    while let Some(variant) = firsts.next() {
        // What remains can only be the last one, where all are listed.
        let last = own.complete && firsts.peek().is_none() && own.ux != "bool";
        let pattern = if last {
            "_".into()
        } else {
            literal(own, variant.value)
        };
        if total {
            out.arm(&pattern, format_args!("Self::{}", variant.name));
        } else {
            out.arm(&pattern, format_args!("Some(Self::{})", variant.name));
        }
    }
    match &own.fallback {
        Some(fallback) => out.arm("_", format_args!("Self::{fallback}")),
        None if own.complete => {}
        None => out.arm("_", format_args!("None")),
    }
}

fn literal(own: &Enum, value: u64) -> String {
    if own.ux == "bool" {
        (value != 0).to_string()
    } else {
        value.to_string()
    }
}
