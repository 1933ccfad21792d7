//! What keeps a program from running without the run-time of an operating system: one file per rule, and a line in
//! [`all`](super::all).

pub(super) mod c_startup;
pub(super) mod misaligned_stack;
pub(super) mod needed_library;
pub(super) mod needed_loader;
pub(super) mod no_boot_note;
pub(super) mod no_entry;
pub(super) mod std_linked;
pub(super) mod thread_local;
pub(super) mod unapplied_relocations;
pub(super) mod undefined_symbol;
pub(super) mod unwinder;
pub(super) mod writable_code;

use crate::image::Image;
use crate::report::{Architecture, Format};

/// How many of many things are named.
const NAMED: usize = 3;

/// Some of several things in a sentence: `` `a`, `b`, `c` and 4 more ``.
fn some<T: AsRef<str>>(things: &[T]) -> String {
    let named: Vec<_> = things
        .iter()
        .take(NAMED)
        .map(|thing| format!("`{}`", thing.as_ref()))
        .collect();
    match things.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// A symbol as C writes it: without the underscore that Mach-O, and Windows on 32-bit x86, put before it.
fn in_c<'a>(image: &Image<'_>, name: &'a [u8]) -> &'a [u8] {
    let has_prefix = image.format == Format::MachO
        || (image.format == Format::Pe && image.architecture == Architecture::X86);
    match name.strip_prefix(b"_") {
        Some(plain) if has_prefix => plain,
        _ => name,
    }
}

/// Names that are sorted, each once, as text.
fn distinct<'a>(names: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    let names: std::collections::BTreeSet<_> = names.collect();
    names
        .into_iter()
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect()
}
