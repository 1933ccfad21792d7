//! `pvh-note-missing`: QEMU cannot start a 64-bit ELF file as a kernel.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "pvh-note-missing",
    summary: "QEMU cannot start a 64-bit ELF file as a kernel",
    symptom: "qemu-system-x86_64: Error loading uncompressed kernel without PVH ELF Note",
    patterns: &[r"Error loading uncompressed kernel without PVH ELF Note"],
    cause: "Of 64-bit ELF files `-kernel` takes only those with a Xen note of type 18 (`XEN_ELFNOTE_PHYS32_ENTRY`), which holds the address at which the program is entered in 32-bit protected mode.",
    fix: &[
        "Add the note:\ncore::arch::global_asm!(r#\"\n.section .note.Xen, \"a\", @note\n.align 4\n.long 4, 4, 18\n.asciz \"Xen\"\n.long _start32\n\"#);",
        "keep the section in the linker script, in a segment of type `PT_NOTE`, and enter at `_start32` with 32-bit code",
        "`bringup new NAME --freestanding x86_64-unknown-none` writes a kernel that has all of it: the note, the way to long mode, a serial port, and tests in QEMU",
        "Or make a 32-bit ELF file with a multiboot header",
    ],
    ..PLAIN
};
