//! `windows-linker`: the linker or the libraries of Visual Studio are not there.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "windows-linker",
    summary: "the linker or the libraries of Visual Studio are not there",
    symptom: "error: linker `link.exe` not found, or lld-link: error: could not open 'msvcrt.lib'",
    patterns: &[
        r"linker `(?<linker>link\.exe)` not found",
        r"could not open '(?<library>(?:msvcrt|libcmt|vcruntime|ucrt|kernel32|user32|ntdll|ws2_32)\w*\.lib)'",
        r"the msvc targets depend on the msvc linker",
    ],
    cause: "The target is `…-windows-msvc`, whose linker and import libraries ({library|msvcrt.lib} and others) come with Visual Studio and are on no other system.",
    fix: &[
        "Firmware meant for a chip? Then name its target, for example `cargo build --target thumbv6m-none-eabi`; its linker `rust-lld` comes with Rust",
        "On Windows: install the Build Tools for Visual Studio with \"Desktop development with C++\" (build scripts and macros need them, too), or use the toolchain `stable-x86_64-pc-windows-gnu`",
        "From another system, without any library: `-C linker=rust-lld`, `-C link-arg=/NODEFAULTLIB`, and functions of Windows by `#[link(name = \"kernel32\", kind = \"raw-dylib\")]`; `bringup new NAME --freestanding x86_64-pc-windows-msvc` writes such a program",
    ],
    ..PLAIN
};
