//! `c-startup`: the program is started by the C library.

use super::{distinct, in_c, some};
use crate::image::{Image, Note};
use crate::report::{Platform, Severity};
use crate::rules::{Check, Problem, Rule};

/// Functions that only start-up objects have or call, and sections and functions that `crti.o` begins.
const NAMES: &[&[u8]] = &[
    // The GNU C library: `crt1.o` and what it calls.
    b"__libc_start_main",
    b"__libc_start_call_main",
    b"__libc_csu_init",
    b"__libc_csu_fini",
    b"_dl_relocate_static_pie",
    b"__libc_setup_tls",
    // musl: `crt1.o`, `rcrt1.o` and what they call.
    b"_start_c",
    b"_dlstart_c",
    b"__init_libc",
    b"__libc_start_init",
    b"__libc_exit_fini",
    // `crti.o` and `crtbegin.o`.
    b"_init",
    b"_fini",
    b"frame_dummy",
    b"__do_global_dtors_aux",
    // Windows: the run-time library of Microsoft, and that of MinGW.
    b"mainCRTStartup",
    b"wmainCRTStartup",
    b"WinMainCRTStartup",
    b"wWinMainCRTStartup",
    b"__tmainCRTStartup",
    b"__scrt_common_main_seh",
    b"__getmainargs",
    b"_initterm",
    // The BSDs.
    b"__start_main",
    b"_init_tls",
];

pub(in crate::rules) const RULE: Rule = Rule {
    name: "c-startup",
    summary: "the program is started by the C library",
    severity: Severity::Error,
    docs: "A freestanding program has an entry point of its own. Linked through a C compiler it gets `crt1.o`, `crti.o` and `crtbegin.o` before its own \
           objects: their `_start` calls `__libc_start_main`, which sets up what a C library needs and calls `main`. Known by the names of their \
           functions; of a stripped file by the note that `crt1.o` of the GNU C library and of the BSDs carries (`NT_GNU_ABI_TAG`), and by the sections \
           `.init` and `.fini`, which `crti.o` begins. A run-time library of C that was linked statically into a program for Windows leaves no sign \
           without symbols. Firmware is started by whatever its vector table names, a C library for bare metal too, and is not meant. Sources: System V ABI, \
           chapter 4, \"Special Sections\"; the sources of both C libraries.",
    platforms: &[
        Platform::Linux,
        Platform::Windows,
        Platform::Macos,
        Platform::Kernel,
    ],
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    let defined = image.symbols.iter().map(|symbol| symbol.name);
    let imports = image.imports.iter().map(|import| import.name);
    let names = defined.chain(imports).map(|name| in_c(image, name));
    let names = distinct(names.filter(|name| NAMES.contains(name)));
    let sign = if !names.is_empty() {
        format!("it has {}", some(&names))
    } else if image.notes.iter().any(Note::is_abi_tag) {
        "it carries the note of `crt1.o`".to_owned()
    } else if image.section(".init").is_some() && image.section(".fini").is_some() {
        "it has the sections `.init` and `.fini` of `crti.o`".to_owned()
    } else {
        return;
    };
    problems.push(Problem {
        message: format!("the program is started by the start-up code of a C library: {sign}"),
        hint: if image.platform == Platform::Windows {
            "write `#![no_main]`, and link with `/ENTRY:NAME /NODEFAULTLIB`"
        } else {
            "write `#![no_main]` and a `_start` of your own, and link with `-nostartfiles`, or with `rust-lld` itself, which adds nothing; \
             `bringup explain start-files-linked` has more"
        }
        .to_owned(),
    });
}
