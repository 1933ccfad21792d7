//! `hardware-breakpoints`: the core has no comparator left for a breakpoint.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "hardware-breakpoints",
    summary: "the core has no comparator left for a breakpoint",
    symptom: "Cannot insert hardware breakpoint 5. Could not insert hardware breakpoints: You may have requested too many hardware breakpoints/watchpoints.",
    patterns: &[
        r"Cannot insert hardware breakpoint",
        r"Could not insert hardware (?:breakpoints|watchpoint)",
        r"You may have requested too many hardware breakpoints/watchpoints",
        r"can(?: ?not|.t) add (?:hardware )?breakpoint: resource not available",
    ],
    cause: "Code in flash cannot be patched, so each breakpoint needs a comparator of the core: two to four on a Cortex-M0 and M0+, six on most M3 and M4, eight on an M7. gdb puts in all that are enabled when the core goes on, and one of its own to step.",
    fix: &[
        "`info breakpoints` lists them, `delete NUMBER` removes one",
        "Keep those of `openocd.gdb` below the chip's number; `bringup chips CHIP` shows it. `break DefaultHandler`, `break HardFault`, `break rust_begin_unwind` and `break main` are four already",
    ],
    ..PLAIN
};
