//! What is looked at: a file each, and a line in [`ALL`].

mod breakpoints;
mod cargo_config_name;
mod components;
mod core_target;
mod critical_section;
mod dependencies;
mod edition;
mod gdb;
mod link_script;
mod linker;
mod memory_regions;
mod memory_x;
mod metadata;
mod openocd;
mod openocd_config;
mod pac_features;
mod probe;
mod probe_rs;
mod probe_rs_chip;
mod probes;
mod run_time_versions;
mod rustflags;
mod target_installed;
mod toolchain;
mod udev_rules;

use super::{Check, Facts, Outcome, Subject};

/// Every check: those of the machine first, then those of the project from the whole to the single file.
pub(crate) const ALL: &[&Check] = &[
    &toolchain::CHECK,
    &target_installed::CHECK,
    &components::CHECK,
    &linker::CHECK,
    &gdb::CHECK,
    &openocd::CHECK,
    &probe_rs::CHECK,
    &udev_rules::CHECK,
    &probe::CHECK,
    &dependencies::CHECK,
    &metadata::CHECK,
    &core_target::CHECK,
    &memory_x::CHECK,
    &memory_regions::CHECK,
    &link_script::CHECK,
    &run_time_versions::CHECK,
    &pac_features::CHECK,
    &critical_section::CHECK,
    &edition::CHECK,
    &cargo_config_name::CHECK,
    &openocd_config::CHECK,
    &breakpoints::CHECK,
    &rustflags::CHECK,
    &probe_rs_chip::CHECK,
];
