//! `critical-section-missing`: nobody says how interrupts are kept out.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "critical-section-missing",
    summary: "nobody says how interrupts are kept out",
    symptom: "undefined symbol: _critical_section_1_0_acquire",
    patterns: &[
        r"undefined symbol: _critical_section_1_0_(?:acquire|release)",
        r"undefined reference to [`']_critical_section_1_0_(?:acquire|release)'",
    ],
    cause: "The crate `critical-section` is an interface: `Peripherals::take`, `defmt-rtt`, `portable-atomic` and many others call it, and exactly one crate of the program has to implement it for the chip.",
    fix: &[
        "On a chip with one core, by masking interrupts, in `Cargo.toml`:\ncortex-m = { version = \"0.7\", features = [\"critical-section-single-core\"] }",
        "and name the crate in the program, or it is not linked: `use cortex_m as _;`",
        "RISC-V: `riscv` with the feature `critical-section-single-hart`; a chip with two cores or a radio stack: the implementation of its HAL (`rp2040-hal`: `critical-section-impl`)",
    ],
    see: &["take-missing", "no-compare-and-swap"],
    ..PLAIN
};
