//! `start-misaligned`: `_start` is entered with the stack where no function expects it.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "start-misaligned",
    summary: "`_start` is entered with the stack where no function expects it",
    symptom: "Program received signal SIGSEGV, Segmentation fault. … in _start ()",
    patterns: &[
        r"SIGSEGV[^\n]*\n(?:[^\n]*\n){0,2}?[^\n]* in _start \(\)",
        r"#0\s[^\n]* in _start \(\)",
    ],
    cause: "On x86-64 the kernel enters a program with the stack pointer at a multiple of 16. A function of the C calling convention is entered by a call, which pushed 8 bytes, and counts on that: it puts aligned \
            locals 8 bytes off, and the first `movaps` to one of them faults.",
    fix: &[
        "Make `_start` a naked function that calls the real one:\n#[unsafe(naked)]\n#[unsafe(no_mangle)]\nunsafe extern \"C\" fn _start() -> ! {\n    core::arch::naked_asm!(\"xor ebp, ebp\", \"mov rdi, rsp\", \"and rsp, -16\", \"call {start}\", \"ud2\", start = sym start)\n}",
        "`bringup new NAME --freestanding x86_64-unknown-linux-gnu` writes a program that begins so, and goes on to print, panic and exit",
    ],
    see: &["dynamic-loader"],
    ..PLAIN
};
