//! `monitor` commands: what a board can tell and a debugger has no packets for, and what people type who are used to OpenOCD.

mod board;
mod memory;
mod openocd;
mod registers;

use std::fmt::Write as _;

use crate::target::Target;

/// A command.
struct Command {
    name: &'static str,
    /// What may follow the name.
    arguments: &'static str,
    help: &'static str,
    /// Does it and appends what it has to say; the error is what is wrong with the arguments, or cannot be done.
    run: fn(&mut Target, &[&str], &mut String) -> Result<(), String>,
}

/// Every command: adding one is a function and a line here.
const COMMANDS: &[Command] = &[
    openocd::ARM,
    board::CONSOLE,
    board::FINDINGS,
    openocd::FLASH,
    openocd::HALT,
    HELP,
    board::INPUT,
    memory::MDB,
    memory::MDH,
    memory::MDW,
    memory::MWB,
    memory::MWH,
    memory::MWW,
    board::PINS,
    registers::REG,
    openocd::RESET,
    board::STOP_ON,
    openocd::TARGETS,
    board::TIME,
];

const HELP: Command = Command {
    name: "help",
    arguments: "",
    help: "this list",
    run: help,
};

/// Runs the command in a line.
pub(crate) fn answer(target: &mut Target, line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let words: Vec<_> = line.split_whitespace().collect();
    let (name, arguments) = words.split_first().unwrap_or((&"help", &[]));
    let Some(command) = COMMANDS.iter().find(|command| command.name == *name) else {
        let names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
        return format!(
            "no command `{name}`\n\nhint: there are {}\n",
            names.join(", ")
        );
    };
    let mut text = String::new();
    if let Err(problem) = (command.run)(target, arguments, &mut text) {
        let usage = format!("{name} {}", command.arguments);
        text = format!("{problem}\n\nhint: `monitor {}`\n", usage.trim_end());
    }
    text
}

fn help(_: &mut Target, arguments: &[&str], text: &mut String) -> Result<(), String> {
    no_arguments(arguments)?;
    for command in COMMANDS {
        let usage = format!("{} {}", command.name, command.arguments);
        line(text, format_args!("{usage:<34}{}", command.help));
    }
    Ok(())
}

fn no_arguments(arguments: &[&str]) -> Result<(), String> {
    match arguments {
        [] => Ok(()),
        [first, ..] => Err(format!("`{first}` is one word too many")),
    }
}

/// A number as OpenOCD takes it: hexadecimal after `0x`, else decimal.
fn number(text: &str) -> Result<u32, String> {
    let plain = text.replace('_', "");
    let digits = plain
        .strip_prefix("0x")
        .or_else(|| plain.strip_prefix("0X"));
    let parsed = match digits {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => plain.parse(),
    };
    parsed.map_err(|_| format!("`{text}` is no number of 32 bits"))
}

/// Appends a line.
fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{line}");
}
