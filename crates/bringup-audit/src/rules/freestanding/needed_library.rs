//! `needed-library`: a loader has to bring a library.

use std::collections::BTreeSet;

use super::some;
use crate::image::Image;
use crate::report::{Platform, Severity};
use crate::rules::{Check, Problem, Rule};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "needed-library",
    summary: "a loader has to bring a library",
    severity: Severity::Error,
    docs: "A freestanding program brings what it needs with it. What the system itself is called through is no library in this sense: on \
           Windows `ntdll.dll`, `kernel32.dll`, `kernelbase.dll` and the sets `api-ms-win-core-*`, on macOS `libSystem`, for neither \
           system promises its numbers of system calls to anybody else. The run-time libraries of C (`msvcrt.dll`, `vcruntime140.dll`, \
           `ucrtbase.dll`, `api-ms-win-crt-*`) are libraries as any other. Sources: System V ABI, chapter 5, `DT_NEEDED`; \"PE Format\", \
           import directory; `mach-o/loader.h`, `LC_LOAD_DYLIB`.",
    platforms: &Platform::ALL,
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    let needed = image
        .libraries
        .iter()
        .enumerate()
        .filter(|(_, library)| !is_system(image.platform, library));
    let (run_time, others): (Vec<_>, Vec<_>) = needed
        .partition(|(_, library)| image.platform == Platform::Windows && is_c_run_time(library));
    for (libraries, what, hint) in [
        (run_time, ", the run-time library of C", of_run_time()),
        (others, "", hint(image.platform)),
    ] {
        let names: Vec<_> = libraries.iter().map(|(_, library)| library).collect();
        if names.is_empty() {
            continue;
        }
        let numbers: BTreeSet<_> = libraries.iter().map(|(index, _)| *index).collect();
        let taken = image.imports.iter().filter(|import| {
            import
                .library
                .is_some_and(|library| numbers.contains(&library))
        });
        let taken = super::distinct(taken.map(|import| import.name));
        let taken = if taken.is_empty() {
            String::new()
        } else {
            format!(", of which it takes {}", some(&taken))
        };
        problems.push(Problem {
            message: format!("the program needs {}{what}{taken}", some(&names)),
            hint: hint.to_owned(),
        });
    }
}

/// Whether a library is the interface of the system itself.
fn is_system(platform: Platform, library: &str) -> bool {
    match platform {
        Platform::Windows => {
            let name = library.to_ascii_lowercase();
            let name = name.strip_suffix(".dll").unwrap_or(&name);
            ["ntdll", "kernel32", "kernelbase"].contains(&name)
                || name.starts_with("api-ms-win-core-")
        }
        Platform::Macos => {
            library == "/usr/lib/libSystem.B.dylib" || library.starts_with("/usr/lib/system/")
        }
        _ => false,
    }
}

fn is_c_run_time(library: &str) -> bool {
    let name = library.to_ascii_lowercase();
    [
        "msvcr",
        "vcruntime",
        "ucrtbase",
        "api-ms-win-crt-",
        "msvcp",
        "libgcc_s",
        "libwinpthread",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}

const fn of_run_time() -> &'static str {
    "write `#![no_std]` and `#![no_main]`, and link with `/ENTRY:NAME /NODEFAULTLIB`; `memcpy` and the like are in the crate \
     `compiler_builtins`, which the Rust distribution links with the feature `mem` for targets without an operating system"
}

const fn hint(platform: Platform) -> &'static str {
    match platform {
        Platform::Windows => "take what it does from `kernel32.dll` or `ntdll.dll`, or do without",
        Platform::Macos => "take what it does from `libSystem`, or do without",
        _ => {
            "link with `-nostartfiles -nodefaultlibs -static`, and write `#![no_std]` and `#![no_main]`: then nothing is asked of a library that is not there"
        }
    }
}
