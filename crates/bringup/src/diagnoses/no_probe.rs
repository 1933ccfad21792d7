//! `no-probe`: the debug probe is not seen or may not be opened.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "no-probe",
    summary: "the debug probe is not seen or may not be opened",
    symptom: "Error: No connected probes were found, or Permission denied (os error 13)",
    patterns: &[
        r"[Nn]o (?:connected |debug )?probes? (?:was |were )?found",
        r"(?m)^\s*(?:Error: )?Probe not found",
        r"(?:USB|usb|[Pp]robe)\b[^\n]*(?:\n[^\n]*){0,2}?Permission denied \(os error 13\)",
        r"LIBUSB_ERROR_ACCESS",
    ],
    cause: "On Linux a USB device belongs to root until a udev rule says otherwise. Else the probe is not there: a cable for charging only, a hub, another program that holds it, a virtual machine without the device.",
    fix: &[
        "`bringup doctor` shows the probes on USB with their rights, and which rules are there",
        "Install the rules of probe-rs (https://probe.rs/files/69-probe-rs.rules) or of OpenOCD (`60-openocd.rules`) in `/etc/udev/rules.d`, then\nsudo udevadm control --reload\nsudo udevadm trigger",
        "Unplug the probe and plug it in again",
        "No board at hand? `bringup run ELF` takes the virtual one",
    ],
    see: &["openocd-open-failed"],
    ..PLAIN
};
