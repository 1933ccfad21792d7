//! `pac-names-changed`: a program for the names of an older generated crate.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "pac-names-changed",
    summary: "a program for the names of an older generated crate",
    codes: &["E0609", "E0615", "E0616"],
    symptom: "error[E0609]: no field `RCC` on type `Peripherals`",
    patterns: &[
        r"no field `(?<peripheral>[A-Z][A-Z0-9_]*)` on type `&?(?:mut )?(?:[\w:]*::)?(?:Device)?Peripherals`",
        r"field `(?<register>\w+)` of struct `(?:[\w:]*::)?RegisterBlock` is private",
        r"attempted to take value of method `(?<register>\w+)` on type `&?(?:mut )?(?:[\w:]*::)?RegisterBlock`",
        r"no field `(?<register>[a-z]\w*)` on type `&?(?:mut )?(?:[\w:]*::)?RegisterBlock`",
    ],
    cause: "In crates of today a register is a method of its peripheral (`rcc.{register|iopenr}()`), and a peripheral a field in lower case (`p.{peripheral:lower|rcc}`). Guides and \
            programs of some years ago write `p.{peripheral|RCC}` and `rcc.{register|iopenr}`.",
    fix: &[
        "Write `p.{peripheral:lower|rcc}` and `.{register|iopenr}()`",
        "Crates made by `bringup pac` have registers both ways, and `bringup pac --theme legacy` keeps the names of old programs",
    ],
    see: &["take-missing"],
    ..PLAIN
};
