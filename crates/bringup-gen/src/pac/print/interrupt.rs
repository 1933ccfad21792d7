//! Interrupt numbers, the vector table, and the names the linker has to know.

use std::fmt::Write;

use super::out::Out;
use crate::pac::lower::tables::{Crate, Interrupt};
use crate::pac::{Options, Target};

/// The enumeration of interrupts and, where there is a run time for them, the vector table.
pub(super) fn interrupts(out: &mut Out, tables: &Crate, options: &Options) {
    if tables.interrupts.is_empty() {
        return;
    }
    if options.target == Target::CortexM {
        vectors(out, &tables.interrupts);
    }
    enumeration(out, &tables.interrupts);
    if options.target == Target::CortexM {
        out.blank();
        out.line("// SAFETY: The numbers are those of the interrupt controller, each used once.");
        out.open(format_args!(
            "unsafe impl cortex_m::interrupt::InterruptNumber for Interrupt"
        ));
        out.function("fn", "number", &["self"], "u16", "self as u16");
        out.close();
    }
}

fn vectors(out: &mut Out, interrupts: &[Interrupt]) {
    let count = interrupts.last().map_or(0, |last| last.number + 1);
    out.blank();
    out.line("#[cfg(feature = \"rt\")]");
    out.open(format_args!("unsafe extern \"C\""));
    for interrupt in interrupts {
        out.fmt(format_args!("fn {}();", interrupt.name));
    }
    out.close();
    out.blank();
    out.doc("Handlers of the interrupts, where the processor looks for them.");
    out.line("#[cfg(feature = \"rt\")]");
    out.line("#[unsafe(link_section = \".vector_table.interrupts\")]");
    out.line("#[unsafe(no_mangle)]");
    out.fmt(format_args!(
        "pub static __INTERRUPTS: [Option<unsafe extern \"C\" fn()>; {count}] = ["
    ));
    out.nested(|out| {
        let mut interrupts = interrupts.iter().peekable();
        for number in 0..count {
            out.fmt(format_args!("// {number}"));
            match interrupts.next_if(|interrupt| interrupt.number == number) {
                Some(interrupt) => out.fmt(format_args!("Some({}),", interrupt.name)),
                None => out.line("None,"),
            }
        }
    });
    out.line("];");
}

fn enumeration(out: &mut Out, interrupts: &[Interrupt]) {
    out.blank();
    out.doc("Interrupts of the device.");
    out.line("#[derive(Clone, Copy, Debug, PartialEq, Eq)]");
    out.line("#[repr(u16)]");
    out.open(format_args!("pub enum Interrupt"));
    for interrupt in interrupts {
        out.doc(&interrupt.doc);
        out.fmt(format_args!("{} = {},", interrupt.name, interrupt.number));
    }
    out.close();
    let aliases: Vec<_> = interrupts
        .iter()
        .flat_map(|i| i.aliases.iter().map(move |alias| (alias, &i.name)))
        .collect();
    if aliases.is_empty() {
        return;
    }
    out.blank();
    out.open(format_args!("impl Interrupt"));
    for (alias, name) in aliases {
        out.fmt(format_args!("/// The same line as [`Interrupt::{name}`]."));
        out.fmt(format_args!("pub const {alias}: Self = Self::{name};"));
    }
    out.close();
}

/// The linker script that gives each handler without a definition the default one.
pub(super) fn device_x(tables: &Crate, options: &Options) -> Option<String> {
    if options.target != Target::CortexM {
        return None;
    }
    let mut text = String::with_capacity(48 * tables.interrupts.len());
    for interrupt in &tables.interrupts {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "PROVIDE({} = DefaultHandler);", interrupt.name);
    }
    Some(text)
}
