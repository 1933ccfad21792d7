//! `probe`: a debug probe is plugged in, and may be opened.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::checks::probes;

pub(super) const CHECK: Check = Check {
    name: "probe",
    subject: Subject::Machine,
    run: check,
};

fn check(facts: &Facts) -> Vec<Outcome> {
    if cfg!(not(target_os = "linux")) {
        return Vec::new();
    }
    let found = probes::plugged_in(&facts.system);
    if found.is_empty() {
        return vec![Outcome::ok(
            "no debug probe is plugged in; `bringup run` takes the virtual board",
        )];
    }
    let outcome = |probe: &probes::Probe| {
        let name = format!("{} ({}:{})", probe.kind.name, probe.vendor, probe.product);
        match probe.may_be_opened {
            Some(false) => Outcome::error(format!(
                "{name} is plugged in, but may not be opened by this user: `{}`",
                probe.node.display()
            ))
            .hint("install udev rules for it, reload them, and plug it in again")
            .explain("no-probe"),
            Some(true) => Outcome::ok(format!("{name} is plugged in, and may be opened")),
            None => Outcome::warning(format!(
                "{name} is plugged in, but there is no `{}`",
                probe.node.display()
            ))
            .hint("in a container or a virtual machine the device has to be passed on"),
        }
    };
    found.iter().map(outcome).collect()
}
