//! `src/lib.rs`: what the crate offers at its root.

use super::files::Files;
use super::out::Out;
use super::{block, interrupt};
use crate::FileTree;
use crate::pac::lower::tables::{Crate, ModuleBody, Peripheral};
use crate::pac::{Options, Target};

/// Lints that the names and shapes of a vendor's file would set off.
const ALLOWED: &[&str] = &[
    "dead_code",
    "non_camel_case_types",
    "non_snake_case",
    "non_upper_case_globals",
    "unused_imports",
    "clippy::all",
    "clippy::pedantic",
];

/// The root of the crate.
pub(super) fn root(tables: &Crate, options: &Options, tree: &mut FileTree) -> String {
    let mut out =
        Out::with_capacity(4096 + 400 * tables.peripherals.len() + 160 * tables.interrupts.len());
    head(&mut out, tables, options.target);
    run_time(&mut out, tables.values);
    if let Some(bits) = tables.nvic_prio_bits {
        out.blank();
        out.doc("Bits of an interrupt priority that the interrupt controller implements.");
        out.fmt(format_args!("pub const NVIC_PRIO_BITS: u8 = {bits};"));
    }
    interrupt::interrupts(&mut out, tables, options);
    modules(&mut out, tables, &mut Files::new(tree, options.layout));
    for peripheral in &tables.peripherals {
        types(&mut out, peripheral);
    }
    peripherals(&mut out, tables);
    out.finish()
}

fn head(out: &mut Out, tables: &Crate, target: Target) {
    out.fmt(format_args!("//! Registers of the {}.", tables.device));
    if let Some(about) = &tables.about {
        out.line("//!");
        out.fmt(format_args!("//! {about}"));
    }
    if !tables.notes.is_empty() {
        out.line("//!");
        out.line("//! # Without a method");
        out.line("//!");
        for note in &tables.notes {
            out.fmt(format_args!("//! - {note}"));
        }
    }
    out.blank();
    out.line("#![no_std]");
    if target == Target::Msp430 {
        out.line("#![cfg_attr(feature = \"rt\", feature(abi_msp430_interrupt))]");
    }
    for lint in ALLOWED {
        out.fmt(format_args!("#![allow({lint})]"));
    }
}

/// The modules that do not depend on the device.
fn run_time(out: &mut Out, values: bool) {
    out.blank();
    out.line("#[cfg(feature = \"atomics\")]");
    out.line("pub mod atomics;");
    out.line("pub mod convention;");
    out.line("#[cfg(feature = \"debug\")]");
    out.line("pub mod debug;");
    out.line("pub mod generic;");
    if values {
        out.line("pub mod values;");
    }
    out.blank();
    out.line("pub use generic::*;");
    if values {
        out.line("pub use values::*;");
    }
}

fn modules(out: &mut Out, tables: &Crate, files: &mut Files<'_>) {
    for module in &tables.modules {
        out.blank();
        match &module.body {
            ModuleBody::Own(own) => {
                let bytes = block::estimate(own);
                files.peripheral(out, &module.name, &module.doc, bytes, |out, files| {
                    block::block(out, own, files);
                });
            }
            ModuleBody::Same(home) => {
                out.doc(&module.doc);
                out.fmt(format_args!("pub use {home} as {};", module.name));
            }
        }
    }
}

fn types(out: &mut Out, peripheral: &Peripheral) {
    let Peripheral {
        ty,
        alias,
        module,
        base,
        doc,
        ..
    } = peripheral;
    out.blank();
    out.doc(doc);
    out.assign(
        format_args!("pub type {ty}"),
        format_args!("Periph<{module}::RegisterBlock, {}>", address(*base)),
    );
    if let Some(alias) = alias {
        out.blank();
        out.fmt(format_args!("/// The same as [`{ty}`]."));
        out.fmt(format_args!("pub type {alias} = {ty};"));
    }
}

fn peripherals(out: &mut Out, tables: &Crate) {
    out.blank();
    out.line("// One flag for all copies of the crate: the linker refuses a second one.");
    out.line("#[unsafe(no_mangle)]");
    out.line("static mut DEVICE_PERIPHERALS: bool = false;");
    out.blank();
    out.doc("All peripherals.");
    if tables.peripherals.is_empty() {
        out.line("pub struct Peripherals {}");
    } else {
        out.open(format_args!("pub struct Peripherals"));
        for peripheral in &tables.peripherals {
            out.doc(&peripheral.doc);
            out.fmt(format_args!(
                "pub {}: {},",
                peripheral.singleton, peripheral.ty
            ));
        }
        out.close();
    }
    out.blank();
    out.open(format_args!("impl Peripherals"));
    take(out);
    out.blank();
    steal(out);
    out.close();
}

fn take(out: &mut Out) {
    out.doc("Returns the peripherals once, and `None` ever after.");
    out.line("#[cfg(feature = \"critical-section\")]");
    out.line("#[inline]");
    out.signature("pub fn", "take", &[], "Option<Self>");
    out.body(|out| {
        out.open(format_args!("critical_section::with(|_|"));
        out.line("// SAFETY: The flag is only used inside critical sections, or by callers who promised.");
        out.open(format_args!("if unsafe {{ DEVICE_PERIPHERALS }}"));
        out.line("return None;");
        out.close();
        out.line("// SAFETY: The flag says that there are none yet.");
        out.line("Some(unsafe { Self::steal() })");
        out.close_with("})");
    });
}

fn steal(out: &mut Out) {
    out.doc("Makes the peripherals out of nothing.");
    out.doc("");
    out.doc("# Safety");
    out.doc("");
    out.doc("Drivers rely on being the only owner of a peripheral; no two may use the same one.");
    out.line("#[inline]");
    out.signature("pub unsafe fn", "steal", &[], "Self");
    out.body(|out| {
        out.line("// SAFETY: The caller says so. All peripherals are of size zero, so no byte needs a value.");
        out.open(format_args!("unsafe"));
        out.line("DEVICE_PERIPHERALS = true;");
        out.line("core::mem::zeroed()");
        out.close();
    });
}

/// `0x4002_1000`.
fn address(value: u64) -> String {
    let digits = format!("{value:08x}");
    let mut text = String::with_capacity(digits.len() + 4);
    text.push_str("0x");
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(4) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_are_grouped() {
        assert_eq!(super::address(0x4002_1000), "0x4002_1000");
        assert_eq!(super::address(0x10), "0x0000_0010");
        assert_eq!(super::address(0x1_4002_1000), "0x1_4002_1000");
    }
}
