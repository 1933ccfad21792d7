//! `writable-code`: memory that can be written and executed.

use super::some;
use crate::image::Image;
use crate::report::{Format, Platform, Severity};
use crate::rules::{Check, Problem, Rule};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "writable-code",
    summary: "memory that can be written and executed",
    severity: Severity::Error,
    docs: "No memory of a program is writable and executable at once: what a stray write, or somebody who found one, puts there could be run. Many kernels \
           refuse it (SELinux, OpenBSD, macOS on Apple silicon, hardened loaders of Windows). It happens with a linker script that puts code and data \
           into one segment, with `-N`, and with assembly that does not say that it needs no executable stack. A microcontroller has \
           no such rights by segment; what can be executed there its MPU says. Sources: System V ABI, chapter 5, \"Segment Permissions\"; `PT_GNU_STACK`: Linux Standard \
           Base, \"Program Header\".",
    platforms: &[
        Platform::Linux,
        Platform::Windows,
        Platform::Macos,
        Platform::Uefi,
        Platform::Kernel,
    ],
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    let both = image
        .segments
        .iter()
        .filter(|segment| segment.permissions.write && segment.permissions.execute);
    let names: Vec<_> = both
        .map(|segment| match &segment.name {
            Some(name) => name.to_string(),
            None => format!("{:#x}", segment.virtual_address),
        })
        .collect();
    if !names.is_empty() {
        let what = match image.format {
            Format::Elf => "segment at",
            Format::Pe => "section",
            Format::MachO => "segment",
        };
        problems.push(Problem {
            message: format!(
                "memory can be written and executed: {what} {}",
                some(&names)
            ),
            hint: hint(image.format).to_owned(),
        });
    }
    if image.has_executable_stack {
        problems.push(Problem {
            message: "the program asks for a stack that can be executed".to_owned(),
            hint: "end each file of assembly with `.section .note.GNU-stack, \"\", %progbits`, or link with `-z noexecstack`"
                .to_owned(),
        });
    }
}

const fn hint(format: Format) -> &'static str {
    match format {
        Format::Elf => {
            "let the linker script begin a new page before writable data (`. = ALIGN(CONSTANT(MAXPAGESIZE))`) and keep it in another segment, and link without `-N` and `--omagic`"
        }
        Format::Pe => {
            "link without `/MERGE` of `.data` into `.text`, and without `/SECTION:NAME,RWE`"
        }
        Format::MachO => "link without `-segprot`",
    }
}
