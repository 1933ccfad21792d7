//! `std-linked`: the standard library is in the program.

use memchr::memmem;

use crate::image::Image;
use crate::report::{Platform, Severity};
use crate::rules::{Check, Problem, Rule};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "std-linked",
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
            .segments
            .iter()
            .find_map(|segment| place_in_std(segment.data))
        {
            Some(place) => format!("it can panic in `{place}`"),
            None => return,
        },
    };
    problems.push(Problem {
        message: format!("the standard library is in the program: {sign}"),
        hint: "write `#![no_std]` in the program and turn the feature `std` of its dependencies off (`default-features = false`); \
               `--manifest-path` tells through which of them it comes in"
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

/// The first place of a panic in the sources of `std`, as the distributed library has it: `/rustc/HASH/library/std/src/…`.
fn place_in_std(data: &[u8]) -> Option<String> {
    /// `/rustc/`, and 40 digits.
    const ROOT: usize = 7 + 40;
    memmem::find_iter(data, b"/library").find_map(|at| {
        let root = data.get(at.checked_sub(ROOT)?..at)?;
        let digits = root.strip_prefix(b"/rustc/")?;
        let rest = data.get(at + 1..)?;
        let is_std =
            rest.starts_with(b"library/std/src/") || rest.starts_with(br"library\std\src\");
        if !is_std || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let end = memmem::find(rest.get(..200).unwrap_or(rest), b".rs")?;
        Some(String::from_utf8_lossy(rest.get(..end + 3)?).replace('\\', "/"))
    })
}
