//! `std-linked`: the standard library is in the program.

use memchr::memmem;

use crate::image::Image;
use crate::report::{Platform, Severity};
use crate::rules::{Check, Problem, Rule};

/// Bytes of `/rustc/` and a hash of 40 digits; versions are shorter.
const LONGEST_ROOT: usize = 7 + 40;
/// Bytes that the path of a source is looked for in.
const LONGEST_PLACE: usize = 200;

pub(in crate::rules) const RULE: Rule = Rule {
    name: "std-linked",
    summary: "the standard library is in the program",
    severity: Severity::Error,
    docs: "`std` stands on an operating system and its C library; a freestanding program is written with `core`, and `alloc` if it brings an \
           allocator. It comes in if the program lacks `#![no_std]`, or if any crate that it depends on does, or has it taken back by a \
           feature. Known by the symbols of functions of `std`, and of a stripped program by the places of panics in the sources of `std`, which their \
           messages name. Of a program that cargo has built the crates are named through which it comes in. Source: The Rust Reference, \
           \"The `no_std` attribute\".",
    platforms: &Platform::ALL,
    check: Check::Freestanding(check),
};

fn check(image: &Image<'_>, problems: &mut Vec<Problem>) {
    let symbols = || image.defined().map(|symbol| symbol.name);
    // The function that calls `main` says more than any other.
    let symbol = symbols()
        .find(|name| memmem::find(name, b"lang_start").is_some() && is_of_std(name))
        .or_else(|| symbols().find(|name| is_of_std(name)));
    let sign = match symbol {
        Some(symbol) => {
            let symbol = String::from_utf8_lossy(symbol);
            format!("it has `{:#}`", rustc_demangle::demangle(&symbol))
        }
        None => match image
            .apart()
            .into_iter()
            .find_map(|segment| place_in_std(segment.data))
        {
            Some(place) => format!("it can panic in `{place}`"),
            None => return,
        },
    };
    problems.push(Problem {
        message: format!("the standard library is in the program: {sign}"),
        hint: "write `#![no_std]` in the program and turn the feature `std` of its dependencies off (`default-features = false`); \
               `cargo tree -e features -i CRATE` shows who turns a feature on"
            .to_owned(),
    });
}

/// Whether a mangled name is of an item in `std`, or of an implementation for one (RFC 2603 for names that begin with `_R`).
fn is_of_std(name: &[u8]) -> bool {
    // Mach-O puts an underscore before it.
    let name = name.strip_prefix(b"__").map_or(name, |_| &name[1..]);
    if name.starts_with(b"_R") {
        return memmem::find(name, b"_3std").is_some();
    }
    name.starts_with(b"_ZN3std")
        || (name.starts_with(b"_ZN") && memmem::find(name, b"$LT$std..").is_some())
}

/// The first place of a panic in the sources of `std`, as distributed libraries have it: `/rustc/HASH/library/std/src/…`, and
/// of Linux distributions `…/rustc-VERSION/library/std/src/…`.
fn place_in_std(data: &[u8]) -> Option<String> {
    memmem::find_iter(data, b"/library").find_map(|at| {
        let before = data.get(at.saturating_sub(LONGEST_ROOT)..at)?;
        let root = before.get(memmem::rfind(before, b"/rustc")? + 6..)?;
        let is_root =
            root.len() > 1 && matches!(root[0], b'/' | b'-') && !root[1..].contains(&b'/');
        let rest = data.get(at + 1..)?;
        let is_std =
            rest.starts_with(b"library/std/src/") || rest.starts_with(br"library\std\src\");
        if !is_root || !is_std {
            return None;
        }
        let end = memmem::find(rest.get(..LONGEST_PLACE).unwrap_or(rest), b".rs")?;
        Some(String::from_utf8_lossy(rest.get(..end + 3)?).replace('\\', "/"))
    })
}
