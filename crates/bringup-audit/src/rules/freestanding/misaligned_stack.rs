//! `misaligned-stack`: the code at the entry point goes on with a stack that no function expects.

use crate::image::Image;
use crate::image::start_code::{self, Misaligned};
use crate::report::{Architecture, Format, Platform, Severity};
use crate::rules::{Check, Problem, Rule};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "misaligned-stack",
    summary: "the code at the entry point goes on with a stack that no function expects",
    severity: Severity::Error,
    docs: "On x86-64 a function is entered with the stack pointer 8 bytes below a multiple of 16, because the call has pushed the return address (on 32-bit x86 4 bytes). \
           Compilers count on it where they place what has to be aligned, and an instruction such as `movaps` faults where it is not. A kernel enters a \
           program with the stack pointer at a multiple of 16, so a `_start` that is a plain function of Rust or C goes wrong, sometimes only at another \
           optimisation level. The code at the entry point is followed along all its jumps and into calls for as long as it is certain where the stack pointer is; \
           the rule tells of the first call with a stack that is off, or of an instruction that faults. Windows, UEFI and dyld call the entry point as a function, and \
           AArch64 wants the same alignment at all times: there a plain function is right. Sources: System V ABI, AMD64 supplement, 3.2.2 and 3.4.1; Intel SDM \
           volume 2, MOVAPS.",
    platforms: &[
        Platform::Linux,
        Platform::Windows,
        Platform::Macos,
        Platform::Uefi,
    ],
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    let bits = match image.architecture {
        Architecture::X86_64 => 64,
        // Windows gives a program with 32 bits no more than a multiple of 4.
        Architecture::X86 if image.format != Format::Pe => 32,
        _ => return,
    };
    let Some(found) = start_code::follow(image, bits) else {
        return;
    };
    let start = name_of(image, image.entry.map_or(0, |entry| entry.address));
    let message = match found {
        Misaligned::Access {
            at,
            instruction,
            off,
        } => format!(
            "{start} faults at {at:#x}: `{instruction}` wants a multiple of 16, and the stack is {off} bytes off"
        ),
        Misaligned::Call { at, target, off } => {
            let target =
                target.map_or_else(|| "a function".to_owned(), |target| name_of(image, target));
            format!(
                "{start} calls {target} at {at:#x} with the stack pointer {off} bytes off a multiple of 16"
            )
        }
    };
    problems.push(Problem {
        message,
        hint: "let the entry point be a naked function that aligns the stack and calls the first real one (`and rsp, -16`, `call {main}`); \
               `bringup explain start-misaligned` has it"
            .to_owned(),
    });
}

/// The symbol at an address, or else the address.
fn name_of(image: &Image<'_>, address: u64) -> String {
    let symbol = image
        .defined()
        .find(|symbol| symbol.address == address && !symbol.name.starts_with(b"$"));
    symbol.map_or_else(
        || format!("the code at {address:#x}"),
        |symbol| {
            let name = String::from_utf8_lossy(symbol.name);
            format!("`{:#}`", rustc_demangle::demangle(&name))
        },
    )
}
