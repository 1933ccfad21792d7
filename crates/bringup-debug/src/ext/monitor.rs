//! `monitor` commands: what a board can tell and a debugger has no packets for.

use std::convert::Infallible;
use std::fmt::Write as _;

use bringup_board::Location;
use gdbstub::target::ext::monitor_cmd::{ConsoleOutput, MonitorCmd};

use crate::target::Target;

/// A command.
struct Command {
    name: &'static str,
    help: &'static str,
    /// Does it and appends what it has to say.
    run: fn(&mut Target, &mut String),
}

/// Every command: adding one is a function and a line here.
const COMMANDS: &[Command] = &[
    Command {
        name: "console",
        help: "what the firmware printed so far",
        run: console,
    },
    Command {
        name: "findings",
        help: "what the checks found so far, and the fault the board stands in",
        run: findings,
    },
    Command {
        name: "help",
        help: "this list",
        run: help,
    },
    Command {
        name: "pins",
        help: "the pins that have a level or a name, and how often they changed",
        run: pins,
    },
    Command {
        name: "reset",
        help: "reset the chip and stop at the first instruction",
        run: reset,
    },
    Command {
        name: "time",
        help: "virtual time and instructions since power-on",
        run: time,
    },
];

impl MonitorCmd for Target {
    fn handle_monitor_cmd(
        &mut self,
        line: &[u8],
        mut out: ConsoleOutput<'_>,
    ) -> Result<(), Infallible> {
        out.write_raw(answer(self, line).as_bytes());
        Ok(())
    }
}

/// Runs the command in a line.
fn answer(target: &mut Target, line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or("help");
    let mut text = String::new();
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) if words.next().is_none() => (command.run)(target, &mut text),
        Some(_) => text = format!("`{name}` takes no arguments\n"),
        None => text = format!("no command `{name}`\n\nhint: `monitor help` lists the commands\n"),
    }
    text
}

fn help(_: &mut Target, text: &mut String) {
    for Command { name, help, .. } in COMMANDS {
        line(text, format_args!("{name:<10}{help}"));
    }
}

fn console(target: &mut Target, text: &mut String) {
    for port in target.board().console().ports() {
        line(text, format_args!("{}:", port.name));
        text.push_str(&port.text());
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    if text.is_empty() {
        text.push_str("nothing printed\n");
    }
}

fn findings(target: &mut Target, text: &mut String) {
    let report = target.board().report();
    let place = |location: Option<&Location>, pc: u32| match location {
        Some(Location { file, line, .. }) => format!("{file}:{line}, pc {pc:#010x}"),
        None => format!("pc {pc:#010x}"),
    };
    for finding in &report.findings {
        let times = if finding.count == 1 {
            String::new()
        } else {
            format!(", {} times", finding.count)
        };
        let place = place(finding.location.as_ref(), finding.pc);
        line(
            text,
            format_args!("{}: {} ({place}{times})", finding.rule, finding.message),
        );
    }
    if let Some(fault) = &report.fault {
        let place = place(fault.location.as_ref(), fault.pc);
        let address = fault
            .address
            .map(|address| format!(", address {address:#010x}"))
            .unwrap_or_default();
        line(
            text,
            format_args!("fault: {} ({place}{address})", fault.message),
        );
    }
    if text.is_empty() {
        text.push_str("no findings\n");
    }
}

fn pins(target: &mut Target, text: &mut String) {
    for pin in target.board().pins() {
        let label = pin.label().unwrap_or("");
        if pin.label().is_none() && pin.level().is_none() && pin.edges().is_empty() {
            continue;
        }
        let level = match pin.level() {
            Some(true) => "high",
            Some(false) => "low",
            None => "floating",
        };
        line(
            text,
            format_args!(
                "{:<5}{label:<6}{level:<10}{} edges",
                pin.name(),
                pin.edges().len()
            ),
        );
    }
    if text.is_empty() {
        text.push_str("no pin has a level\n");
    }
}

fn reset(target: &mut Target, text: &mut String) {
    target.reset();
    line(
        text,
        format_args!("reset, stopped at {:#010x}", target.board().core().pc()),
    );
}

fn time(target: &mut Target, text: &mut String) {
    let board = target.board();
    let (cycles, instructions) = (board.cycles(), board.instructions());
    line(
        text,
        format_args!(
            "{:.6} s, {cycles} core cycles, {instructions} instructions",
            board.seconds()
        ),
    );
}

/// Appends a line.
fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{line}");
}
