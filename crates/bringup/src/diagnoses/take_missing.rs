//! `take-missing`: `Peripherals::take` is behind a feature.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "take-missing",
    summary: "`Peripherals::take` is behind a feature",
    codes: &["E0599"],
    symptom: "error[E0599]: `Peripherals` is not an iterator",
    patterns: &[
        r"`(?:[\w:]*::)?(?<type>Peripherals)` is not an iterator",
        r"no (?:function or associated item|associated item|method) named `take` found for struct `(?:[\w:]*::)?(?<type>Peripherals)`",
    ],
    cause: "`take()` makes sure that the peripherals are handed out once, which needs a critical section. Generated crates have the function only with their feature `critical-section`; without it the compiler finds no `take` but \
            that of `Iterator`.",
    fix: &[
        "Turn the feature on, and name an implementation, in `Cargo.toml`:\nstm32l0x1 = { version = \"…\", features = [\"critical-section\", \"rt\"] }\ncortex-m = { version = \"0.7\", features = [\"critical-section-single-core\"] }",
        "Or take them without a check, once, at the start of `main`: `unsafe { Peripherals::steal() }`",
    ],
    see: &["critical-section-missing"],
    ..PLAIN
};
