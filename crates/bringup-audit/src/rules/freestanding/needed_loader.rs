//! `needed-loader`: another program loads this one.

use crate::image::Image;
use crate::report::{Platform, Severity};
use crate::rules::{Check, Problem, Rule};

/// The only loader that macOS has.
const DYLD: &str = "/usr/lib/dyld";

pub(in crate::rules) const RULE: Rule = Rule {
    name: "needed-loader",
    summary: "another program loads this one",
    severity: Severity::Error,
    docs: "A freestanding program is started by the kernel alone. One that names a dynamic loader (ELF: `PT_INTERP`) is not: the kernel \
           starts the loader in its place, which has to be there at that path, and brings what the program asks for. Programs for macOS \
           have `/usr/lib/dyld` (`LC_LOAD_DYLINKER`) as their loader, without which the system starts none of them: system calls are \
           no interface there, `libSystem` is. Sources: System V ABI, chapter 5, \"Program Interpreter\"; `mach-o/loader.h`.",
    platforms: &[
        Platform::Linux,
        Platform::Macos,
        Platform::Kernel,
        Platform::Firmware,
    ],
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    let Some(loader) = &image.interpreter else {
        return;
    };
    if image.platform == Platform::Macos && loader == DYLD {
        return;
    }
    problems.push(Problem {
        message: format!("the program is loaded by the dynamic loader `{loader}`"),
        hint: "link with `-C relocation-model=static` and `-C link-args=-nostartfiles -static`, or, where `rust-lld` is the linker, `-C link-arg=--no-dynamic-linker`; \
               `bringup explain dynamic-loader` has more"
            .to_owned(),
    });
}
