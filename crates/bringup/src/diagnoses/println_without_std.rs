//! `println-without-std`: there is no console to print to.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "println-without-std",
    summary: "there is no console to print to",
    symptom: "error: cannot find macro `println` in this scope",
    patterns: &[r"cannot find macro `(?<macro>e?println|e?print|dbg)` in this scope"],
    cause: "`{macro|println}!` writes to the standard output of a process. Without an operating system there is none; where text goes to is for the program to say.",
    fix: &[
        "Through the debugger, for trying things out (slow, and it halts where no debugger is): `cortex-m-semihosting` and `hprintln!`; `bringup run` shows it",
        "Through a debug probe without stopping the core: `rtt-target` and `rprintln!`, or `defmt` with `defmt-rtt`",
        "Over a serial port: write with `core::fmt::Write` to the USART of the board's virtual COM port; `bringup run` shows that as well",
    ],
    ..PLAIN
};
