//! Programs put together here, part by part: for Linux, for Windows, for macOS.

pub(crate) mod elf;
pub(crate) mod macho;
pub(crate) mod pe;

/// Code for x86-64 that aligns the stack, calls the next instruction but one, and stops.
pub(crate) const ALIGNING: &[u8] = &[
    0x31, 0xED, // xor ebp, ebp
    0x48, 0x89, 0xE7, // mov rdi, rsp
    0x48, 0x83, 0xE4, 0xF0, // and rsp, -16
    0xE8, 0x02, 0x00, 0x00, 0x00, // call past the next instruction
    0x0F, 0x0B, // ud2
    0x50, // push rax
    0xEB, 0xFE, // jmp to itself
];

/// A function of no arguments that calls one, as compilers write it.
pub(crate) const CALLING: &[u8] = &[
    0x50, // push rax
    0xE8, 0x02, 0x00, 0x00, 0x00, // call past the next instruction
    0x0F, 0x0B, // ud2
    0xEB, 0xFE, // jmp to itself
];
