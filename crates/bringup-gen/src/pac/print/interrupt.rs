//! Interrupt numbers, the vector table, and the names the linker has to know.

use std::fmt::Write;

use super::out::Out;
use crate::pac::lower::tables::{Crate, Interrupt};
use crate::pac::{Options, Target};

/// What rustfmt leaves on one line between the braces of a structure's value.
const STRUCTURE_WIDTH: usize = 18;

/// How a run-time crate wants its table of handlers.
struct Table {
    abi: &'static str,
    name: &'static str,
    section: Option<&'static str>,
}

impl Table {
    fn of(target: Target) -> Option<Self> {
        let c = |name, section| {
            Some(Self {
                abi: "C",
                name,
                section,
            })
        };
        match target {
            Target::CortexM => c("__INTERRUPTS", Some(".vector_table.interrupts")),
            Target::Msp430 => Some(Self {
                abi: "msp430-interrupt",
                name: "__INTERRUPTS",
                section: Some(".vector_table.interrupts"),
            }),
            Target::Riscv => c("__EXTERNAL_INTERRUPTS", None),
            Target::XtensaLx => c("__INTERRUPTS", None),
            Target::None => None,
        }
    }
}

/// The enumeration of interrupts and, where there is a run time for them, the vector table.
pub(super) fn interrupts(out: &mut Out, tables: &Crate, options: &Options) {
    let interrupts = &tables.interrupts;
    if !interrupts.is_empty() {
        if let Some(table) = Table::of(options.target) {
            vectors(out, interrupts, &table);
        }
        enumeration(out, interrupts);
    }
    match options.target {
        Target::CortexM => cortex_m(out, tables, options),
        Target::Riscv => riscv(out, interrupts, options),
        Target::Msp430 => msp430(out, interrupts, options),
        Target::XtensaLx => xtensa(out, interrupts, options),
        Target::None => {}
    }
}

fn cortex_m(out: &mut Out, tables: &Crate, options: &Options) {
    if !tables.interrupts.is_empty() {
        out.blank();
        out.line("// SAFETY: The numbers are those of the interrupt controller, each used once.");
        out.open(format_args!(
            "unsafe impl cortex_m::interrupt::InterruptNumber for Interrupt"
        ));
        out.function("fn", "number", &["self"], "u16", "self as u16");
        out.close();
        out.blank();
        out.doc("For the attribute of `cortex-m-rt` that has the same name.");
        out.line("#[cfg(feature = \"rt\")]");
        out.line("pub use self::Interrupt as interrupt;");
    }
    if options.reexport_core_peripherals {
        out.blank();
        out.line("pub use cortex_m::peripheral::Peripherals as CorePeripherals;");
        let fpu = if tables.fpu { " FPU," } else { "" };
        out.fmt(format_args!(
            "pub use cortex_m::peripheral::{{CBP, CPUID, DCB, DWT, FPB,{fpu} ITM, MPU, NVIC, SCB, SYST, TPIU}};"
        ));
    }
    if options.reexport_interrupt {
        out.blank();
        out.line("#[cfg(feature = \"rt\")]");
        out.line("pub use cortex_m_rt::interrupt;");
    }
}

fn msp430(out: &mut Out, interrupts: &[Interrupt], options: &Options) {
    if !interrupts.is_empty() {
        out.blank();
        out.doc("For the attribute of `msp430-rt` that has the same name.");
        out.line("#[cfg(feature = \"rt\")]");
        out.line("pub use self::Interrupt as interrupt;");
    }
    if options.reexport_interrupt {
        out.blank();
        out.line("#[cfg(feature = \"rt\")]");
        out.line("pub use msp430_rt::interrupt;");
    }
}

fn riscv(out: &mut Out, interrupts: &[Interrupt], options: &Options) {
    if let Some(last) = interrupts.last() {
        dispatch(out);
        out.blank();
        out.line("// SAFETY: The numbers are those of the interrupt controller, each used once.");
        out.line("#[cfg(feature = \"riscv\")]");
        out.open(format_args!(
            "unsafe impl riscv::InterruptNumber for Interrupt"
        ));
        out.fmt(format_args!(
            "const MAX_INTERRUPT_NUMBER: usize = {};",
            last.number
        ));
        out.blank();
        out.function("fn", "number", &["self"], "usize", "self as usize");
        out.blank();
        out.line("#[inline]");
        let ret = "riscv::result::Result<Self>";
        out.signature("fn", "from_number", &["number: usize"], ret);
        out.body(|out| {
            let other = "Err(riscv::result::Error::InvalidVariant(number))";
            by_number(out, interrupts, "number", other);
        });
        out.close();
        out.blank();
        out.line("// SAFETY: These are the lines of the platform-level interrupt controller.");
        out.line("#[cfg(feature = \"riscv\")]");
        out.line("unsafe impl riscv::ExternalInterruptNumber for Interrupt {}");
        out.blank();
        out.doc("Interrupts of the device, and those that all processors of this family have.");
        out.open(format_args!("pub mod interrupt"));
        out.line("pub use super::Interrupt as ExternalInterrupt;");
        out.line("#[cfg(feature = \"riscv\")]");
        out.line("pub use riscv::interrupt::{Interrupt as CoreInterrupt, *};");
        out.line("#[cfg(feature = \"riscv\")]");
        out.line("pub use riscv::{");
        out.line("    ExceptionNumber, ExternalInterruptNumber, HartIdNumber, InterruptNumber, PriorityNumber,");
        out.line("};");
        cause(out);
        out.close();
    }
    if options.reexport_interrupt {
        out.blank();
        out.line("#[cfg(feature = \"rt\")]");
        out.line("pub use riscv_rt::{core_interrupt, exception, external_interrupt};");
    }
}

/// Why the processor left the program, in the types of the standard interrupts and exceptions.
fn cause(out: &mut Out) {
    out.blank();
    out.doc("An interrupt or an exception of the processor.");
    out.line("#[cfg(feature = \"riscv\")]");
    out.line("pub type Trap = riscv::interrupt::Trap<CoreInterrupt, Exception>;");
    out.blank();
    out.doc("Why the processor is in a handler, or the number that none of them has.");
    out.line("#[cfg(feature = \"riscv\")]");
    out.line("#[inline]");
    let result = "riscv::result::Result<Trap>";
    out.signature("pub fn", "try_cause", &[], result);
    out.body(|out| out.line("riscv::interrupt::try_cause()"));
    out.blank();
    out.doc("Why the processor is in a handler.");
    out.doc("");
    out.doc("# Panics");
    out.doc("");
    out.doc("If the number is none of a standard interrupt or exception.");
    out.line("#[cfg(feature = \"riscv\")]");
    out.line("#[inline]");
    out.signature("pub fn", "cause", &[], "Trap");
    out.body(|out| out.line("try_cause().unwrap()"));
}

/// The function to which `riscv-rt` hands external interrupts.
fn dispatch(out: &mut Out) {
    out.blank();
    out.line("#[cfg(feature = \"rt\")]");
    out.line("#[unsafe(no_mangle)]");
    out.open(format_args!(
        "unsafe extern \"C\" fn _dispatch_external_interrupt(code: usize)"
    ));
    out.open(format_args!("unsafe extern \"C\""));
    out.line("fn DefaultHandler();");
    out.close();
    out.blank();
    out.line("// SAFETY: Both members of the union have the size of an address, and 0 is that of no handler. The run-time");
    out.line("// crate calls this in the context of the interrupt.");
    out.open(format_args!("match __EXTERNAL_INTERRUPTS.get(code)"));
    out.line("Some(vector) if unsafe { vector._reserved } != 0 => unsafe { (vector._handler)() },");
    out.line("_ => unsafe { DefaultHandler() },");
    out.close();
    out.close();
}

fn xtensa(out: &mut Out, interrupts: &[Interrupt], options: &Options) {
    if !interrupts.is_empty() {
        out.blank();
        out.doc("A number that is none of an interrupt.");
        out.line("#[derive(Debug, Clone, Copy)]");
        out.line("pub struct TryFromInterruptError(());");
        out.blank();
        out.open(format_args!("impl TryFrom<u16> for Interrupt"));
        out.line("type Error = TryFromInterruptError;");
        out.blank();
        out.line("#[inline]");
        let ret = "Result<Self, TryFromInterruptError>";
        out.signature("fn", "try_from", &["number: u16"], ret);
        out.body(|out| by_number(out, interrupts, "number", "Err(TryFromInterruptError(()))"));
        out.close();
    }
    if options.reexport_interrupt {
        out.blank();
        out.line("#[cfg(feature = \"rt\")]");
        out.line("pub use xtensa_lx_rt::interrupt;");
    }
}

/// A `match` from numbers to interrupts.
fn by_number(out: &mut Out, interrupts: &[Interrupt], number: &str, other: &str) {
    out.open(format_args!("match {number}"));
    for interrupt in interrupts {
        out.arm(
            &interrupt.number.to_string(),
            format_args!("Ok(Self::{})", interrupt.name),
        );
    }
    out.arm("_", format_args!("{other}"));
    out.close();
}

fn vectors(out: &mut Out, interrupts: &[Interrupt], table: &Table) {
    let count = interrupts.last().map_or(0, |last| last.number + 1);
    let Table { abi, name, section } = table;
    out.blank();
    out.line("#[cfg(feature = \"rt\")]");
    out.open(format_args!("unsafe extern \"{abi}\""));
    for interrupt in interrupts {
        out.fmt(format_args!("fn {}();", interrupt.name));
    }
    out.close();
    out.blank();
    out.doc("An entry of the table of handlers.");
    out.line("#[cfg(feature = \"rt\")]");
    out.line("#[doc(hidden)]");
    out.line("#[repr(C)]");
    out.open(format_args!("pub union Vector"));
    out.fmt(format_args!("pub _handler: unsafe extern \"{abi}\" fn(),"));
    out.line("pub _reserved: usize,");
    out.close();
    out.blank();
    out.doc("Handlers of the interrupts, where the processor looks for them.");
    out.line("#[cfg(feature = \"rt\")]");
    if let Some(section) = section {
        out.fmt(format_args!("#[unsafe(link_section = \"{section}\")]"));
    }
    out.line("#[unsafe(no_mangle)]");
    out.fmt(format_args!("pub static {name}: [Vector; {count}] = ["));
    out.nested(|out| {
        let mut interrupts = interrupts.iter().peekable();
        for number in 0..count {
            out.fmt(format_args!("// {number}"));
            match interrupts.next_if(|interrupt| interrupt.number == number) {
                Some(interrupt) => handler(out, &interrupt.name),
                None => out.line("Vector { _reserved: 0 },"),
            }
        }
    });
    out.line("];");
}

/// An entry of the table, in the form that rustfmt gives to a structure.
fn handler(out: &mut Out, name: &str) {
    let member = format!("_handler: {name}");
    if member.len() <= STRUCTURE_WIDTH {
        out.fmt(format_args!("Vector {{ {member} }},"));
        return;
    }
    out.open(format_args!("Vector"));
    out.fmt(format_args!("{member},"));
    out.close_with("},");
}

fn enumeration(out: &mut Out, interrupts: &[Interrupt]) {
    out.blank();
    out.doc("Interrupts of the device.");
    out.line("#[cfg_attr(feature = \"defmt\", derive(defmt::Format))]");
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
    Table::of(options.target)?;
    let mut text = String::with_capacity(48 * tables.interrupts.len());
    for interrupt in &tables.interrupts {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "PROVIDE({} = DefaultHandler);", interrupt.name);
    }
    Some(text)
}
