//! `udev-rules`: udev rules give debug probes to users.

use super::{Check, Facts, Outcome, Subject};
use crate::doctor::checks::probes;

pub(super) const CHECK: Check = Check {
    name: "udev-rules",
    subject: Subject::Machine,
    run: check,
};

/// Where rules are, below the root of the system.
const FOLDERS: &[&str] = &[
    "etc/udev/rules.d",
    "run/udev/rules.d",
    "usr/lib/udev/rules.d",
    "lib/udev/rules.d",
];

fn check(facts: &Facts) -> Vec<Outcome> {
    if !facts.system.join("etc").is_dir() || cfg!(not(target_os = "linux")) {
        return Vec::new();
    }
    let mut rules = String::new();
    for folder in FOLDERS {
        let files = std::fs::read_dir(facts.system.join(folder));
        let files = files.into_iter().flatten().filter_map(Result::ok);
        let files = files.filter(|file| {
            file.path()
                .extension()
                .is_some_and(|extension| extension == "rules")
        });
        for file in files {
            let text = std::fs::read(file.path()).unwrap_or_default();
            rules.extend(
                String::from_utf8_lossy(&text)
                    .lines()
                    .filter(|line| !line.trim_start().starts_with('#'))
                    .flat_map(|line| [line, "\n"]),
            );
        }
    }
    let rules = rules.to_lowercase();
    let (with, without): (Vec<_>, Vec<_>) = probes::KINDS.iter().partition(|kind| {
        // Rules for CMSIS-DAP go by the name of the product.
        rules.contains(kind.vendor) || (kind.is_cmsis_dap && rules.contains("cmsis-dap"))
    });
    let names = |kinds: &[&probes::Kind]| {
        let mut names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
        names.dedup();
        names.join(", ")
    };
    if without.is_empty() {
        return vec![Outcome::ok(format!("rules for {}", names(&with)))];
    }
    vec![
        Outcome::warning(format!("no udev rule for {}: such a probe belongs to root", names(&without)))
            .hint(
                "put https://probe.rs/files/69-probe-rs.rules or OpenOCD's `60-openocd.rules` into `/etc/udev/rules.d`, then \
                 `sudo udevadm control --reload && sudo udevadm trigger`, and plug the probe in again",
            )
            .explain("no-probe"),
    ]
}
