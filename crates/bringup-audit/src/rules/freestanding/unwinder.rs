//! `unwinder`: a panic unwinds the stack, or could.

use super::{distinct, in_c, some};
use crate::image::Image;
use crate::report::{Platform, Severity};
use crate::rules::{Check, Problem, Rule};

/// What begins the names of functions that unwind, and of the personalities that they call.
const NAMES: &[&[u8]] = &[
    b"_Unwind_",
    b"rust_eh_personality",
    b"__gxx_personality_",
    b"__gcc_personality_",
    b"__aeabi_unwind_cpp_pr",
    b"__CxxFrameHandler",
];

pub(in crate::rules) const RULE: Rule = Rule {
    name: "unwinder",
    summary: "a panic unwinds the stack, or could",
    severity: Severity::Error,
    docs: "Unwinding takes an unwinder (`_Unwind_RaiseException` and its like), which is the C library's or the system's, tables that say what is \
           to be cleaned up, and for each language a personality routine that reads them (`rust_eh_personality`). A freestanding program \
           has none: its panic handler does not return. `.eh_frame` alone tells debuggers and profilers who called whom, and is no breach; \
           entries of it that name a personality are. The functions of `core` are made to abort where the program is. Sources: Itanium \
           C++ ABI, exception handling; Linux Standard Base, \"Exception Frames\"; \"x64 exception handling\" of Microsoft.",
    platforms: &Platform::ALL,
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    let symbols = image.symbols.iter().map(|symbol| symbol.name);
    let imports = image.imports.iter().map(|import| import.name);
    let names = symbols.chain(imports).map(|name| in_c(image, name));
    let names = distinct(names.filter(|name| NAMES.iter().any(|start| name.starts_with(start))));
    let mut signs = Vec::new();
    if !names.is_empty() {
        signs.push(format!("has {}", some(&names)));
    }
    for section in [".gcc_except_table", "__TEXT,__gcc_except_tab"] {
        if image.section(section).is_some() {
            signs.push(format!("says in `{section}` what to clean up"));
        }
    }
    match image.personalities {
        0 => {}
        1 => signs.push("names a personality routine in its tables".to_owned()),
        count => signs.push(format!(
            "names personality routines in its tables, {count} times"
        )),
    }
    if !signs.is_empty() {
        problems.push(Problem {
            message: format!("the program is made for unwinding: it {}", signs.join(", and ")),
            hint: "set `panic = \"abort\"` in `[profile.dev]` and `[profile.release]` of `Cargo.toml`; what C and C++ add, \
                   `-fno-exceptions -fno-asynchronous-unwind-tables` leaves out"
                .to_owned(),
        });
    }
}
