//! What only a virtual board can tell: console, findings, pins, time; and what the world outside does.

use super::{Command, line, no_arguments};
use crate::target::{Target, place};

pub(super) const CONSOLE: Command = Command {
    name: "console",
    arguments: "",
    help: "what the firmware printed so far",
    run: console,
};
pub(super) const FINDINGS: Command = Command {
    name: "findings",
    arguments: "",
    help: "what the checks found so far, and the last fault",
    run: findings,
};
pub(super) const INPUT: Command = Command {
    name: "input",
    arguments: "PIN LEVEL|PORT \"TEXT\"|reset",
    help: "what the world outside does, as a line of a script without its time",
    run: input,
};
pub(super) const PINS: Command = Command {
    name: "pins",
    arguments: "",
    help: "the pins that have a level or a name, and how often they changed",
    run: pins,
};
pub(super) const STOP_ON: Command = Command {
    name: "stop-on",
    arguments: "finding|never",
    help: "whether what the checks find stops the program",
    run: stop_on,
};
pub(super) const TIME: Command = Command {
    name: "time",
    arguments: "",
    help: "virtual time since power-on, and how far back it can be gone",
    run: time,
};

fn console(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    no_arguments(words)?;
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
    Ok(())
}

fn findings(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    no_arguments(words)?;
    let report = target.board().report();
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
    Ok(())
}

fn input(target: &mut Target, words: &[&str], _: &mut String) -> Result<(), String> {
    // White space within a text is written `\x20` or stands for one space.
    target.change().input(&words.join(" "))
}

fn pins(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    no_arguments(words)?;
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
    Ok(())
}

fn stop_on(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    target.stops_on_findings = match words {
        [] => target.stops_on_findings,
        ["finding" | "findings"] => true,
        ["never" | "nothing"] => false,
        [other, ..] => return Err(format!("`{other}` is neither `finding` nor `never`")),
    };
    text.push_str(if target.stops_on_findings {
        "what the checks find stops the program\n"
    } else {
        "what the checks find is told at the next stop\n"
    });
    Ok(())
}

fn time(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    no_arguments(words)?;
    let board = target.board();
    let (cycles, instructions) = (board.cycles(), board.instructions());
    line(
        text,
        format_args!(
            "{:.6} s, {cycles} core cycles, {instructions} instructions",
            board.seconds()
        ),
    );
    match target.beginning() {
        Some((seconds, cycle)) => line(
            text,
            format_args!("it can go back to {seconds:.6} s, cycle {cycle}"),
        ),
        None => line(text, format_args!("it cannot go back: the run is traced")),
    }
    Ok(())
}
