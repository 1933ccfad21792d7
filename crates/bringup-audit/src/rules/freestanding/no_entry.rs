//! `no-entry`: the program begins nowhere, or where no code is.

use crate::image::{Image, Note, Segment};
use crate::report::{Format, Platform, Severity};
use crate::rules::{Check, Problem, Rule};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "no-entry",
    summary: "the program begins nowhere, or where no code is",
    severity: Severity::Error,
    docs: "A program begins at its entry point (ELF: `e_entry`; PE: `AddressOfEntryPoint`; Mach-O: `LC_MAIN`, which dyld calls, or \
           `LC_UNIXTHREAD`), which has to be in a segment that is executable, and in the file. Without a function of the name that it looks \
           for (`_start`) a linker only warns, and writes 0. Of a kernel the address in its PVH note has to be such, too, by the physical \
           addresses of its segments. Firmware begins where its vector table says, of which the rules about chips tell. Sources: System V ABI, chapter 4; \
           \"PE Format\"; `mach-o/loader.h`; `xen/include/public/arch-x86/hvm/start_info.h`.",
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
    let Some(entry) = image.entry else {
        problems.push(Problem {
            message: "the program has no entry point".to_owned(),
            hint: hint(image).to_owned(),
        });
        return;
    };
    let address = entry.address;
    if let Some(what) = lacks_code(image.segment_at(address), address, |segment| {
        segment.virtual_address
    }) {
        problems.push(Problem {
            message: format!("the entry point {address:#x} is {what}"),
            hint: hint(image).to_owned(),
        });
    }
    if image.format == Format::MachO && entry.is_called && image.interpreter.is_none() {
        problems.push(Problem {
            message: "the entry point is called by dyld (`LC_MAIN`), which the program does not ask for"
                .to_owned(),
            hint: "link without `-static`, or with an entry point that the kernel jumps to (`-static` and `-e NAME`)"
                .to_owned(),
        });
    }
    for note in image.notes.iter().filter(|note| note.is_pvh()) {
        check_pvh(image, note, problems);
    }
}

/// The entry point of a PVH note, which is a physical address of 4 or 8 bytes.
fn check_pvh(image: &Image<'_>, note: &Note<'_>, problems: &mut Vec<Problem>) {
    let mut bytes = [0; 8];
    let length = note.content.len().min(8);
    bytes[..length].copy_from_slice(&note.content[..length]);
    let address = u64::from_le_bytes(bytes);
    let segment = image.segments.iter().find(|segment| {
        address
            .checked_sub(segment.physical_address)
            .is_some_and(|distance| distance < segment.memory_size)
    });
    if let Some(what) = lacks_code(segment, address, |segment| segment.physical_address) {
        problems.push(Problem {
            message: format!("the entry point of the PVH note, {address:#x}, is {what}"),
            hint: "let the note hold the physical address of the 32-bit entry point, a symbol in `.text`".to_owned(),
        });
    }
}

/// Why there is no code at an address of a segment.
fn lacks_code(
    segment: Option<&Segment<'_>>,
    address: u64,
    start: impl Fn(&Segment<'_>) -> u64,
) -> Option<String> {
    let Some(segment) = segment else {
        return Some("in no segment".to_owned());
    };
    let name = segment.name.as_ref().map_or_else(
        || format!("the segment at {:#x}", segment.virtual_address),
        |name| format!("`{name}`"),
    );
    if !segment.permissions.execute {
        return Some(format!("in {name}, which cannot be executed"));
    }
    let is_in_file = address - start(segment) < segment.file_size();
    (!is_in_file).then(|| format!("in a part of {name} that is not in the file"))
}

fn hint(image: &Image<'_>) -> &'static str {
    match image.format {
        Format::Elf => {
            "define `#[unsafe(no_mangle)] extern \"C\" fn _start() -> !`, or tell the linker the name of the entry point with `-e NAME` or `ENTRY(NAME)`"
        }
        Format::Pe => "tell the linker the name of the entry point with `/ENTRY:NAME`",
        Format::MachO => {
            "define `_main`, or tell the linker the name of the entry point with `-e _NAME`"
        }
    }
}
