//! What an audit tells of the code of firmware: sizes, stack, panics, registers.

use std::fmt::Display;

use bringup_audit::code::{
    CodeReport, FunctionAccesses, PanicKind, Size, StackFrame, StackReport, SymbolSize,
    UnknownStack,
};

use super::row;
use crate::ui::{self, BAD, DIM, GOOD, STRONG, WARN, paint};
use crate::view;

/// Crates and symbols that are shown; `--json` and `--html` have all.
const SHOWN: usize = 8;
/// Panics that are shown.
const PANICS: usize = 12;

pub(super) fn show(code: &CodeReport) {
    sizes("crate", &code.sizes.crates, |size: &Size| {
        (&size.name, size.flash, size.ram)
    });
    sizes("symbol", &code.sizes.symbols, |size: &SymbolSize| {
        (&size.name, size.flash, size.ram)
    });
    view::print("");
    if let Some(found) = &code.stack {
        stack(found);
    }
    if code.stack.is_some() {
        panics(code);
    }
    for function in &code.accesses {
        accesses(function);
    }
    for missing in &code.missing {
        row("not known", paint(DIM, missing));
    }
}

/// A table of the largest of some things.
fn sizes<T>(what: &str, all: &[T], of: impl Fn(&T) -> (&String, u64, u64)) {
    view::print("");
    let head = format!("{:<52} {:>10} {:>10}", format!("by {what}"), "flash", "RAM");
    view::print(paint(STRONG, head));
    for size in all.iter().take(SHOWN) {
        let (name, flash, ram) = of(size);
        view::print(format_args!(
            "{:<52} {:>10} {:>10}",
            short(name, 52),
            amount(flash),
            amount(ram)
        ));
    }
    if all.len() > SHOWN {
        let (flash, ram) = all[SHOWN..]
            .iter()
            .map(of)
            .fold((0, 0), |sum, (_, flash, ram)| (sum.0 + flash, sum.1 + ram));
        let others = format!("{} more", all.len() - SHOWN);
        view::print(paint(
            DIM,
            format_args!("{others:<52} {:>10} {:>10}", amount(flash), amount(ram)),
        ));
    }
}

/// Bytes; nothing for none.
fn amount(bytes: u64) -> String {
    if bytes == 0 {
        String::new()
    } else {
        ui::bytes(bytes)
    }
}

/// As much of the end of a name as has room.
pub(super) fn short(name: &str, room: usize) -> String {
    let length = name.chars().count();
    if length <= room {
        return name.to_owned();
    }
    let end: String = name.chars().skip(length + 1 - room).collect();
    format!("…{end}")
}

fn stack(stack: &StackReport) {
    match stack.worst_case {
        Some(bytes) => row("stack at worst", paint(GOOD, ui::bytes(bytes))),
        None => row(
            "stack at worst",
            format_args!(
                "{} or more: {}",
                ui::bytes(stack.at_least),
                paint(WARN, "no bound is known")
            ),
        ),
    }
    path("from reset", stack.main.bytes, &stack.main.calls);
    for handler in stack.handlers.iter().take(3) {
        let name = match handler.exceptions.as_slice() {
            [name] => name.clone(),
            [name, others @ ..] => format!("{name} and {} more", others.len()),
            [] => String::new(),
        };
        path(&name, handler.bytes, &handler.calls);
    }
    if stack.handlers.len() > 3 {
        view::print(paint(
            DIM,
            format_args!("{:<20} {} more handlers", "", stack.handlers.len() - 3),
        ));
    }
    let traps = stack
        .handlers
        .iter()
        .any(|handler| handler.exceptions == ["traps"]);
    let condition = match (traps, stack.nested) {
        (true, _) => "traps are taken not to interrupt each other",
        (_, true) => "priorities are set: all handlers are taken to interrupt each other",
        (_, false) => {
            "nothing is seen to set priorities: handlers do not interrupt each other, but for NMI and HardFault"
        }
    };
    if !stack.handlers.is_empty() {
        view::print(paint(DIM, format_args!("{:<20} {condition}", "")));
    }
    unknowns(stack);
}

/// Why there is no bound: a line for each function and reason.
fn unknowns(stack: &StackReport) {
    let mut grouped: Vec<(&UnknownStack, usize)> = Vec::new();
    for unknown in &stack.unknown {
        let same = |known: &&mut (&UnknownStack, usize)| {
            (known.0.reason, &known.0.function) == (unknown.reason, &unknown.function)
        };
        match grouped.iter_mut().find(same) {
            Some((_, count)) => *count += 1,
            None => grouped.push((unknown, 1)),
        }
    }
    for (unknown, count) in grouped {
        let place = unknown.location.as_ref();
        let place = place.map(|place| format!(", {}:{}", place.file, place.line));
        let times = if count > 1 {
            format!(" × {count}")
        } else {
            String::new()
        };
        let reason = paint(WARN, unknown.reason.title());
        let inside = if unknown.function.is_empty() {
            ""
        } else {
            " in "
        };
        let function = &unknown.function;
        let place = place.unwrap_or_default();
        view::print(format_args!(
            "{:<20} {reason}{inside}{function}{place}{times}",
            ""
        ));
    }
}

fn path(name: &str, bytes: u64, calls: &[StackFrame]) {
    let calls: Vec<_> = calls.iter().map(|call| call.function.as_str()).collect();
    detail(
        name,
        format_args!("{}: {}", ui::bytes(bytes), calls.join(" → ")),
    );
}

fn detail(name: &str, value: impl Display) {
    view::print(format_args!("  {name:<18} {value}"));
}

fn panics(code: &CodeReport) {
    if code.panics.is_empty() {
        row("panics left", paint(GOOD, "none"));
        return;
    }
    let kinds = PanicKind::ALL.into_iter().filter_map(|kind| {
        let count = code.panics.iter().filter(|site| site.kind == kind).count();
        (count > 0).then(|| format!("{count} {}", kind.name()))
    });
    let kinds: Vec<_> = kinds.collect();
    row("panics left", paint(BAD, kinds.join(", ")));
    for site in code.panics.iter().take(PANICS) {
        let place = site.location.as_ref().map_or_else(
            || format!("{:#010x}", site.address),
            |place| format!("{}:{}:{}", place.file, place.line, place.column),
        );
        detail(
            site.kind.name(),
            format_args!("{place}  {}", paint(DIM, &site.function)),
        );
    }
    if code.panics.len() > PANICS {
        detail(
            "",
            paint(DIM, format_args!("{} more", code.panics.len() - PANICS)),
        );
    }
}

/// What a function does to registers.
fn accesses(function: &FunctionAccesses) {
    row("registers of", &function.function);
    for register in &function.registers {
        let ways = [
            (register.reads, "read"),
            (register.writes, "written"),
            (register.modifies, "changed"),
        ];
        let ways: Vec<_> = ways
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, way)| {
                if *count == 1 {
                    (*way).to_owned()
                } else {
                    format!("{way} × {count}")
                }
            })
            .collect();
        let values = register.values.join("; ");
        detail(
            &register.register,
            format_args!("{}  {}", ways.join(", "), paint(DIM, values)),
        );
    }
}
