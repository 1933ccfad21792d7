//! `reg`: registers of the core, and of peripherals with their fields.

use bringup_board::{Board, Width};
use bringup_device::{Device, EnumUsage, FieldInstance, PeripheralInstance, RegisterInstance};

use super::{Command, line};
use crate::arch::Register;
use crate::target::Target;

pub(super) const REG: Command = Command {
    name: "reg",
    arguments: "[PERIPHERAL[.REGISTER]|NAME]",
    help: "registers of the core, or of a peripheral with their fields",
    run: reg,
};

fn reg(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    let name = match words {
        [] => {
            for register in Register::all() {
                core(target, register, text);
            }
            return Ok(());
        }
        [name] => *name,
        [_, more, ..] => return Err(format!("`{more}` is one word too many")),
    };
    if let Some(register) = Register::all().find(|register| register.is_called(name)) {
        core(target, register, text);
        return Ok(());
    }
    let Some(device) = &target.device else {
        return Err(format!(
            "`{name}` is no register of the core, and nothing is known of peripherals"
        ));
    };
    show(target.board(), device, name, text)
}

fn core(target: &Target, register: Register, text: &mut String) {
    let bits = 8 * register.width();
    let value = target.register(register);
    let digits = 2 + bits / 4;
    line(
        text,
        format_args!("{} (/{bits}): {value:#0digits$x}", register.name()),
    );
}

/// Shows a peripheral or a register of it.
fn show(board: &Board, device: &Device, name: &str, text: &mut String) -> Result<(), String> {
    let (of, register) = name
        .split_once('.')
        .map_or((name, None), |(of, register)| (of, Some(register)));
    let mut all = device.peripherals_expanded();
    let Some(peripheral) = all.find(|it| it.name.eq_ignore_ascii_case(of)) else {
        let names: Vec<_> = device.peripherals_expanded().map(|it| it.name).collect();
        return Err(format!(
            "no peripheral `{of}`: there are {}",
            names.join(", ")
        ));
    };
    let base = peripheral.base_address as u32;
    if board.is_clocked(base) == Some(false) {
        line(
            text,
            format_args!("the clock of {} is off: it reads as 0", peripheral.name),
        );
    }
    let registers = peripheral.peripheral.registers_expanded();
    let Some(register) = register else {
        for register in registers {
            value_of(board, &peripheral, &register, text);
        }
        return Ok(());
    };
    let mut named = registers.filter(|it| it.path.eq_ignore_ascii_case(register));
    let Some(found) = named.next() else {
        let all = peripheral.peripheral.registers_expanded();
        let names: Vec<_> = all.map(|it| it.path).collect();
        return Err(format!(
            "{} has no register `{register}`: there are {}",
            peripheral.name,
            names.join(", ")
        ));
    };
    if let Some(value) = value_of(board, &peripheral, &found, text) {
        for field in found.register.fields_expanded() {
            line(text, format_args!("{}", field_of(&field, value)));
        }
    }
    Ok(())
}

/// A line for a register; its value, if it can be read.
fn value_of(
    board: &Board,
    peripheral: &PeripheralInstance<'_>,
    register: &RegisterInstance<'_>,
    text: &mut String,
) -> Option<u64> {
    let address = peripheral.base_address.wrapping_add(register.offset) as u32;
    let bytes = (register.register.size / 8).clamp(1, 8);
    let name = format!("{}.{}", peripheral.name, register.path);
    let digits = 2 + 2 * bytes as usize;
    let value = if register.register.access.can_read() {
        read(board, address, bytes)
    } else {
        None
    };
    match value {
        Some(value) => line(
            text,
            format_args!("{name:<20} {address:#010x}  {value:#0digits$x}"),
        ),
        None => line(
            text,
            format_args!("{name:<20} {address:#010x}  cannot be read"),
        ),
    }
    value
}

/// Reads a register of 1, 2, 4 or 8 bytes without side effects.
fn read(board: &Board, address: u32, bytes: u32) -> Option<u64> {
    let part = |address, width| board.debugger_read(address, width).map(u64::from);
    match bytes {
        1 => part(address, Width::Byte),
        2 | 3 => part(address & !1, Width::Halfword),
        4..=7 => part(address & !3, Width::Word),
        _ => {
            let low = part(address & !3, Width::Word)?;
            Some(low | part((address & !3).wrapping_add(4), Width::Word)? << 32)
        }
    }
}

/// A line for a field: its bits, its name, its value and what that is called.
fn field_of(field: &FieldInstance<'_>, register: u64) -> String {
    let width = field.field.bit_width;
    let mask = u64::MAX >> (64 - width.clamp(1, 64));
    let value = register.checked_shr(field.bit_offset).unwrap_or(0) & mask;
    let last = field.bit_offset + width.saturating_sub(1);
    let bits = if width == 1 {
        format!("[{last}]")
    } else {
        format!("[{last}:{}]", field.bit_offset)
    };
    let value_text = if width == 1 {
        value.to_string()
    } else {
        format!("{value:#x}")
    };
    let mut named = field.field.enumerations.iter();
    let reading = named.find(|it| it.usage != EnumUsage::Write);
    let name = reading.and_then(|it| it.values.iter().find(|it| it.value == value));
    let name = name.map_or("", |it| it.name.as_str());
    let text = format!("  {bits:<8} {:<12} {value_text:<6} {name}", field.name);
    text.trim_end().to_owned()
}
