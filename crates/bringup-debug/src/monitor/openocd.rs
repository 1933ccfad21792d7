//! What people type who are used to OpenOCD, as far as it means something on a virtual board.

use bringup_device::catalogue::MemoryKind;

use super::{Command, line, no_arguments};
use crate::target::Target;

pub(super) const ARM: Command = Command {
    name: "arm",
    arguments: "semihosting enable|disable",
    help: "serve `BKPT 0xAB`, or stop at it",
    run: arm,
};
pub(super) const FLASH: Command = Command {
    name: "flash",
    arguments: "banks|info 0",
    help: "where the flash is",
    run: flash,
};
pub(super) const HALT: Command = Command {
    name: "halt",
    arguments: "",
    help: "where the core has stopped",
    run: halt,
};
pub(super) const RESET: Command = Command {
    name: "reset",
    arguments: "[halt|init|run]",
    help: "reset the chip; it runs when the debugger lets it",
    run: reset,
};
pub(super) const TARGETS: Command = Command {
    name: "targets",
    arguments: "",
    help: "what is debugged",
    run: targets,
};

fn arm(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    let served = match words {
        ["semihosting", "enable" | "1" | "on"] => true,
        ["semihosting", "disable" | "0" | "off"] => false,
        _ => return Err("`semihosting` is expected, and `enable` or `disable`".into()),
    };
    target.change().set_semihosting(served);
    let state = if served { "enabled" } else { "disabled" };
    line(text, format_args!("semihosting is {state}"));
    Ok(())
}

fn flash(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    let whole = match words {
        ["banks" | "list"] => false,
        ["info", bank] => {
            if super::number(bank)? != 0 {
                return Err(format!("there is no bank {bank}, only 0"));
            }
            true
        }
        _ => return Err("`banks` is expected, or `info 0`".into()),
    };
    let chip = target.board().chip();
    let Some(memory) = chip.memory(MemoryKind::Flash) else {
        return Err("the chip has no flash".into());
    };
    line(
        text,
        format_args!(
            "#0 : {} flash at {:#010x}, size {:#010x}",
            chip.name, memory.origin, memory.length
        ),
    );
    if whole {
        let kib = memory.length / 1024;
        line(
            text,
            format_args!(
                "     {kib} KiB, erased to {:#04x}; `load` erases and writes it at once",
                memory.erased
            ),
        );
    }
    Ok(())
}

/// Where the core stands, in OpenOCD's words.
fn halted(target: &Target, text: &mut String) {
    let core = target.board().core();
    let mode = match core.ipsr() {
        0 => "Thread",
        3 => "Handler HardFault",
        _ => "Handler",
    };
    line(
        text,
        format_args!("target halted due to debug-request, current mode: {mode}"),
    );
    let stack = if core.control() & 2 == 0 {
        ("msp", core.msp())
    } else {
        ("psp", core.psp())
    };
    line(
        text,
        format_args!(
            "xPSR: {:#010x} pc: {:#010x} {}: {:#010x}",
            core.xpsr(),
            core.pc(),
            stack.0,
            stack.1
        ),
    );
}

fn halt(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    no_arguments(words)?;
    // Who can ask has the board stopped already.
    halted(target, text);
    Ok(())
}

fn reset(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    let runs = match words {
        [] | ["run"] => true,
        ["halt" | "init"] => false,
        [other, ..] => return Err(format!("`{other}` is none of `halt`, `init` and `run`")),
    };
    target.reset();
    halted(target, text);
    if runs {
        line(
            text,
            format_args!("it runs with `continue`, or when you detach"),
        );
    }
    Ok(())
}

fn targets(target: &mut Target, words: &[&str], text: &mut String) -> Result<(), String> {
    no_arguments(words)?;
    let chip = target.board().chip();
    line(
        text,
        format_args!(
            "    {:<18} {:<18} {:<6} State",
            "TargetName", "Type", "Endian"
        ),
    );
    line(
        text,
        format_args!("--  {0:-<18} {0:-<18} {0:-<6} {0:-<12}", ""),
    );
    line(
        text,
        format_args!(
            " 0* {:<18} {:<18} {:<6} halted",
            chip.name,
            chip.core.title(),
            "little"
        ),
    );
    Ok(())
}
