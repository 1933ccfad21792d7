//! Errors that people meet between a chip's name and a program that runs on it: how each is recognised in what a tool
//! printed, its cause, and the way out. A file each, and a line in [`ALL`].
//!
//! Texts may name what was found in the message: `{crate|NAME}` is what the group `crate` of a pattern matched, or else `NAME`;
//! ``{`crate`|the crate}`` is it in backticks, `{crate:lower|name}` in lower case.

#[cfg(test)]
mod docs;
mod recognise;
mod show;
mod text;
mod watch;

mod bits_is_unsafe;
mod cargo_config_name;
mod critical_section_missing;
mod dynamic_loader;
mod entry_signature;
mod flip_link_missing;
mod hardfault_before_main;
mod hardware_breakpoints;
mod interrupt_vectors_missing;
mod led_dark;
mod linker_not_found;
mod links_conflict;
mod main_needs_std;
mod memory_region_twice;
mod memory_x_not_found;
mod no_compare_and_swap;
mod no_probe;
mod no_std_missing;
mod nothing_linked;
mod openocd_init_mode;
mod openocd_open_failed;
mod openocd_stlink_config;
mod openocd_wrong_target;
mod pac_names_changed;
mod panic_handler_missing;
mod panic_handler_twice;
mod port_in_use;
mod println_without_std;
mod probe_rs_chip_unknown;
mod pvh_note_missing;
mod region_overflow;
mod rustc_too_old;
mod start_files_linked;
mod start_misaligned;
mod start_twice;
mod std_required_by_dependency;
mod svd2rust_options;
mod svd_file_wrong;
mod systick_period;
mod take_missing;
mod target_not_installed;
mod unsafe_attribute;
mod untagged_unions;
mod unwinding_without_std;
mod windows_linker;
mod write_starts_from_reset;
mod wrong_core_target;
mod wrong_flash_origin;

use recognise::Names;
pub(crate) use recognise::{Recognised, What, recognise};
pub(crate) use show::{Explanation, show};
pub(crate) use text::{Text, clean};
pub(crate) use watch::Watch;

/// Every diagnosis, by the way a project takes: building, linking, starting, debugging, and what no tool says.
pub(crate) const ALL: &[&Diagnosis] = &[
    &target_not_installed::DIAGNOSIS,
    &no_std_missing::DIAGNOSIS,
    &std_required_by_dependency::DIAGNOSIS,
    &println_without_std::DIAGNOSIS,
    &unwinding_without_std::DIAGNOSIS,
    &panic_handler_missing::DIAGNOSIS,
    &panic_handler_twice::DIAGNOSIS,
    &main_needs_std::DIAGNOSIS,
    &start_files_linked::DIAGNOSIS,
    &start_twice::DIAGNOSIS,
    &dynamic_loader::DIAGNOSIS,
    &start_misaligned::DIAGNOSIS,
    &windows_linker::DIAGNOSIS,
    &pvh_note_missing::DIAGNOSIS,
    &svd2rust_options::DIAGNOSIS,
    &untagged_unions::DIAGNOSIS,
    &unsafe_attribute::DIAGNOSIS,
    &links_conflict::DIAGNOSIS,
    &interrupt_vectors_missing::DIAGNOSIS,
    &take_missing::DIAGNOSIS,
    &pac_names_changed::DIAGNOSIS,
    &critical_section_missing::DIAGNOSIS,
    &memory_x_not_found::DIAGNOSIS,
    &memory_region_twice::DIAGNOSIS,
    &nothing_linked::DIAGNOSIS,
    &region_overflow::DIAGNOSIS,
    &wrong_flash_origin::DIAGNOSIS,
    &wrong_core_target::DIAGNOSIS,
    &entry_signature::DIAGNOSIS,
    &no_compare_and_swap::DIAGNOSIS,
    &flip_link_missing::DIAGNOSIS,
    &linker_not_found::DIAGNOSIS,
    &rustc_too_old::DIAGNOSIS,
    &hardfault_before_main::DIAGNOSIS,
    &led_dark::DIAGNOSIS,
    &probe_rs_chip_unknown::DIAGNOSIS,
    &no_probe::DIAGNOSIS,
    &openocd_open_failed::DIAGNOSIS,
    &openocd_init_mode::DIAGNOSIS,
    &openocd_wrong_target::DIAGNOSIS,
    &port_in_use::DIAGNOSIS,
    &hardware_breakpoints::DIAGNOSIS,
    &openocd_stlink_config::DIAGNOSIS,
    &cargo_config_name::DIAGNOSIS,
    &write_starts_from_reset::DIAGNOSIS,
    &bits_is_unsafe::DIAGNOSIS,
    &systick_period::DIAGNOSIS,
    &svd_file_wrong::DIAGNOSIS,
];

/// An error that is recognised.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    /// Stable name in kebab case.
    pub(crate) name: &'static str,
    /// What is the matter, in one line.
    pub(crate) summary: &'static str,
    /// The compiler's codes that stand for it.
    pub(crate) codes: &'static [&'static str],
    /// What is seen, in the words of the tool that says it today.
    pub(crate) symptom: &'static str,
    /// Regular expressions for it, in the words of today's and of earlier tools; none for what no tool says.
    patterns: &'static [&'static str],
    /// More expressions, whose groups find names near the symptom.
    names: &'static [&'static str],
    /// What the whole text has to have besides.
    needs: Option<&'static str>,
    /// What the whole text must not have.
    unless: Option<&'static str>,
    /// Why it happens.
    cause: &'static str,
    /// Ways out, the likeliest first. What follows the first line of one is to be copied.
    fix: &'static [&'static str],
    /// A way out that takes what is known of chips, by the names that were found; it comes before the others.
    advice: Option<fn(&Names) -> Option<String>>,
    /// Rules and other diagnoses that are near.
    pub(crate) see: &'static [&'static str],
}

/// A diagnosis with nothing in it, which the others begin from.
const PLAIN: Diagnosis = Diagnosis {
    name: "",
    summary: "",
    codes: &[],
    symptom: "",
    patterns: &[],
    names: &[],
    needs: None,
    unless: None,
    cause: "",
    fix: &[],
    advice: None,
    see: &[],
};

/// That a crate was not compiled which is not the program itself.
const STD_IN_LIBRARY: &str = r"could not compile `[^`]+` \(lib\)";

/// The diagnosis of that name.
pub(crate) fn find(name: &str) -> Option<&'static Diagnosis> {
    ALL.iter().copied().find(|diagnosis| diagnosis.name == name)
}

/// The diagnoses that a code of the compiler stands for, in any case.
pub(crate) fn with_code(code: &str) -> Vec<&'static Diagnosis> {
    let has = |diagnosis: &&Diagnosis| {
        diagnosis
            .codes
            .iter()
            .any(|known| known.eq_ignore_ascii_case(code))
    };
    ALL.iter().copied().filter(has).collect()
}
