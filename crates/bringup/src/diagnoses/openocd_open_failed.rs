//! `openocd-open-failed`: OpenOCD finds no probe.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "openocd-open-failed",
    summary: "OpenOCD finds no probe",
    symptom: "Error: open failed",
    patterns: &[
        r"(?m)^Error: open failed\s*$",
        r"Error: unable to find a matching CMSIS-DAP device",
        r"Error: No J-Link device found",
    ],
    cause: "No USB device answers to the interface that was named: no board is plugged in, it is another kind of probe, Linux keeps it for root, or Windows has no driver for it.",
    fix: &[
        "`bringup doctor` shows the probes on USB with their rights",
        "Name the interface of the probe: `interface/stlink.cfg` (Nucleo, Discovery), `interface/cmsis-dap.cfg` (micro:bit, Pico debug probe), `interface/jlink.cfg`",
        "Close what else holds it: another OpenOCD, an IDE, probe-rs",
        "No board at hand? `bringup run ELF` takes the virtual one, `bringup debug ELF` serves gdb from it",
    ],
    see: &["no-probe", "openocd-stlink-config"],
    ..PLAIN
};
