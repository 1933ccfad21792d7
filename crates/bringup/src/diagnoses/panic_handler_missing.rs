//! `panic-handler-missing`: nothing says what happens on a panic.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "panic-handler-missing",
    summary: "nothing says what happens on a panic",
    symptom: "error: `#[panic_handler]` function required, but not found",
    patterns: &[
        r"`#\[panic_handler\]` function required, but not found",
        r"language item required, but not found: `panic_impl`",
    ],
    cause: "The standard library brings the function that is called on a panic; without it the program has to have exactly one. A crate that has one is linked only if the program names it, even if `Cargo.toml` does.",
    fix: &[
        "Take one that stops the core: `cargo add panic-halt`, and in `src/main.rs`\nuse panic_halt as _;",
        "Or write it:\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! {\n    loop {}\n}",
    ],
    see: &["panic-handler-twice"],
    ..PLAIN
};
