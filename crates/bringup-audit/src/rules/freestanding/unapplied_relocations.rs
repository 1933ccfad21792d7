//! `unapplied-relocations`: the program has to be moved, and nobody does it.

use crate::image::{Image, references};
use crate::report::{Platform, Severity};
use crate::rules::{Check, Problem, Rule};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "unapplied-relocations",
    summary: "the program has to be moved, and nobody does it",
    severity: Severity::Error,
    docs: "A position-independent program holds addresses that are right only after the place where it was loaded was added to them. A dynamic \
           loader does that; of a program without one its own start-up code has to, as that of the C libraries does for static programs \
           (`_dl_relocate_static_pie` of the GNU C library, `_dlstart_c` of musl). If it does not, tables of functions, `&dyn Trait` and `static`s \
           with references are wrong, and the first use of one faults. The rule looks for code that takes the address of the dynamic section \
           or of the tables of relocations, which nothing but such start-up code does; on processors other than x86-64, AArch64 and RISC-V it \
           says nothing. Windows, UEFI and dyld relocate what they load. Sources: System V ABI, chapter 5, \"Dynamic Section\"; the \
           ABI supplements of the processors.",
    platforms: &[
        Platform::Linux,
        Platform::Macos,
        Platform::Kernel,
        Platform::Firmware,
    ],
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    let Some(relocations) = &image.relocations else {
        return;
    };
    // Someone who loads it, or its own code, applies them.
    if image.interpreter.is_some() || references::any(image, &relocations.tables) != Some(false) {
        return;
    }
    problems.push(Problem {
        message: format!(
            "the program holds {} bytes of relocations, which nobody applies",
            relocations.size
        ),
        hint: "build with `-C relocation-model=static`, and link with `-no-pie` (`--no-pie` where `rust-lld` is the linker): then all addresses are final"
            .to_owned(),
    });
}
