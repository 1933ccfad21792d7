//! `gdb`: there is a gdb that knows the core.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::machine::first_line;

pub(super) const CHECK: Check = Check {
    name: "gdb",
    subject: Subject::Machine,
    run: check,
};

/// Those that know Arm or RISC-V cores, as distributions and vendors call them.
const PROGRAMS: &[&str] = &[
    "gdb-multiarch",
    "arm-none-eabi-gdb",
    "riscv32-unknown-elf-gdb",
    "riscv64-unknown-elf-gdb",
    "gdb",
];

fn check(facts: &Facts) -> Vec<Outcome> {
    let found = PROGRAMS
        .iter()
        .find_map(|program| Some((program, first_line(&facts.dir, program, &["--version"])?)));
    match found {
        Some((program, _)) if *program == "gdb" => vec![
            Outcome::warning("`gdb` is there, which may know this computer's processor only")
                .hint("`show architecture` in it says; Debian: `apt install gdb-multiarch`, Arm's toolchain: `arm-none-eabi-gdb`"),
        ],
        Some((program, version)) => vec![Outcome::ok(format!("`{program}`, {version}"))],
        None => vec![
            Outcome::warning("no gdb is on the path; `bringup debug` and OpenOCD need one")
                .hint("Debian: `apt install gdb-multiarch`, Arm's toolchain: `arm-none-eabi-gdb`"),
        ],
    }
}
