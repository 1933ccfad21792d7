//! `no-boot-note`: nothing tells a boot loader how to start the kernel.

use crate::image::{Image, Note};
use crate::report::{Architecture, Platform, Severity};
use crate::rules::{Check, Problem, Rule};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "no-boot-note",
    summary: "nothing tells a boot loader how to start the kernel",
    severity: Severity::Warning,
    docs: "QEMU (`-kernel`), Xen and Firecracker start a 64-bit kernel for x86 at the address in its PVH note (`XEN_ELFNOTE_PHYS32_ENTRY`), which has to \
           be in a segment of type `PT_NOTE`; GRUB and others look for a Multiboot header in the first 8 or 32 KiB. A kernel with neither is started by \
           no loader but its own. Sources: `xen/include/public/elfnote.h`; Multiboot Specification 0.6.96 and Multiboot2 Specification 2.0, 3.1.",
    platforms: &[Platform::Kernel],
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    if !matches!(image.architecture, Architecture::X86 | Architecture::X86_64) {
        return;
    }
    let pvh = |is_in_segment| {
        image
            .notes
            .iter()
            .any(|note: &Note<'_>| note.is_pvh() && note.is_in_segment == is_in_segment)
    };
    if pvh(true) || image.has_multiboot_header() {
        return;
    }
    let message = if pvh(false) {
        "the PVH note is in a section, but in no segment, where loaders look for it"
    } else {
        "the kernel has neither a PVH note nor a Multiboot header"
    };
    problems.push(Problem {
        message: message.to_owned(),
        hint: "keep the note in a segment of type `PT_NOTE` (in the linker script `note PT_NOTE;` under `PHDRS`, and `:note` behind the section); \
               `bringup explain pvh-note-missing` has the note"
            .to_owned(),
    });
}
