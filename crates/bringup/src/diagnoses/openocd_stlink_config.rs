//! `openocd-stlink-config`: an old name of a file of OpenOCD.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "openocd-stlink-config",
    summary: "an old name of a file of OpenOCD",
    symptom: "WARNING: interface/stlink-v2-1.cfg is deprecated, please switch to interface/stlink.cfg",
    patterns: &[
        r"(?<old>interface/stlink-v\d(?:-\d)?\.cfg) is deprecated",
        r"Can't find (?<old>interface/stlink-v\d(?:-\d)?\.cfg)",
    ],
    cause: "`{old|interface/stlink-v2-1.cfg}` was one of three files for the versions of ST's probe. Since OpenOCD 0.11 one knows them all.",
    fix: &[
        "Write `source [find interface/stlink.cfg]` in `openocd.cfg`, or `-f interface/stlink.cfg`; `bringup doctor --fix` does it",
    ],
    ..PLAIN
};
