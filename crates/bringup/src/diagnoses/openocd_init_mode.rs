//! `openocd-init-mode`: the probe does not reach the chip.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "openocd-init-mode",
    summary: "the probe does not reach the chip",
    symptom: "Error: init mode failed (unable to connect to the target)",
    patterns: &[r"init mode failed \(unable to connect to the target\)"],
    cause: "The probe answers, the core behind it does not: no power, SWDIO and SWCLK swapped or used by the program, a core asleep with its debug clock off, old firmware in the probe, or a board whose jumpers send the probe elsewhere.",
    fix: &[
        "Connect under reset: hold the board's reset button while OpenOCD starts, or in `openocd.cfg`:\nreset_config srst_only connect_assert_srst",
        "Check power and ground, and on a Nucleo or Discovery that the jumpers of the ST-LINK are set to the board's own chip",
        "Update the probe's firmware with ST's tool (an old one does not know new chips)",
        "If the program takes the pins PA13 and PA14 or sleeps at once, erase the chip under reset",
    ],
    see: &["openocd-open-failed", "openocd-wrong-target"],
    ..PLAIN
};
