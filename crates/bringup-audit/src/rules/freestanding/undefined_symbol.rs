//! `undefined-symbol`: the program uses what it does not have.

use super::{distinct, some};
use crate::image::{Definition, Image};
use crate::report::{Format, Platform, Severity};
use crate::rules::{Check, Problem, Rule};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "undefined-symbol",
    summary: "the program uses what it does not have",
    severity: Severity::Error,
    docs: "Every function and variable that a freestanding program uses is in it. A symbol that is not is looked for by a dynamic loader, or, \
           where the linker was told not to mind (`--unresolved-symbols=ignore-all`), is at address 0, where a call of it faults. Weak symbols may be missing: the \
           program asks for their address before it uses them. Of a file of macOS those count whose library is not said (flat \
           namespace, `-undefined dynamic_lookup`). Sources: System V ABI, chapter 4, \"Symbol Table\"; `mach-o/nlist.h`.",
    platforms: &[
        Platform::Linux,
        Platform::Macos,
        Platform::Kernel,
        Platform::Firmware,
    ],
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    let imports = image
        .imports
        .iter()
        .filter(|import| !import.is_weak && import.library.is_none() && !import.name.is_empty());
    let imports = distinct(imports.map(|import| import.name));
    if !imports.is_empty() {
        problems.push(Problem {
            message: format!("{} {} to be found by a dynamic loader", some(&imports), are(&imports)),
            hint: if image.format == Format::MachO {
                "name the library that has it when linking, and leave `-undefined dynamic_lookup` out"
            } else {
                "define it in the program, or link statically with what has it; `memcpy` and the like come from `compiler_builtins`"
            }
            .to_owned(),
        });
        // The other symbol table has the same symbols once more.
        return;
    }
    let missing = image
        .symbols
        .iter()
        .filter(|symbol| symbol.definition == Definition::Missing);
    let missing = distinct(missing.map(|symbol| symbol.name));
    if !missing.is_empty() {
        problems.push(Problem {
            message: format!("{} {} defined nowhere: a call goes to address 0", some(&missing), are(&missing)),
            hint: "define it in the program, and let the linker mind: without `--unresolved-symbols=ignore-all` it names who asks for it".to_owned(),
        });
    }
}

fn are(names: &[String]) -> &'static str {
    if names.len() == 1 { "is" } else { "are" }
}
