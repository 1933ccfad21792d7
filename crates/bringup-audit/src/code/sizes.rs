//! Who takes how much of flash and RAM: by crate and by symbol.

use std::collections::BTreeMap;

use bringup_symbols::Symbols;
use serde::{Deserialize, Serialize};

use super::program::Program;
use crate::report::{Kind, SectionUse};

/// Flash and RAM by crate and by symbol. All bytes of sections that take memory are in both lists, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// By section.
    pub sections: Vec<Size>,
    /// By crate, the largest first. [`NOBODY`] stands for what has no symbol, and [`NO_CRATE`] for symbols without a path.
    pub crates: Vec<Size>,
    /// By symbol, the largest first; what has none is summed up by section.
    pub symbols: Vec<SymbolSize>,
}

/// What a crate or a section takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Its name.
    pub name: String,
    /// Bytes of flash.
    pub flash: u64,
    /// Bytes of RAM.
    pub ram: u64,
}

/// What a function or variable takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolSize {
    /// Name as in the source.
    pub name: String,
    /// The crate that it was defined in.
    #[serde(rename = "crate")]
    pub krate: String,
    /// The section that it is in.
    pub section: String,
    /// First address; 0 where it is a sum.
    pub address: u64,
    /// Bytes of flash.
    pub flash: u64,
    /// Bytes of RAM.
    pub ram: u64,
}

/// The crate of what has no symbol: constants without a name, and padding.
pub const NOBODY: &str = "(no symbol)";

/// The crate of symbols without a path, such as those of C and assembly.
pub const NO_CRATE: &str = "(no crate)";

/// A symbol: address, the address behind it, name, name in the symbol table, aliases.
struct Span<'p> {
    start: u64,
    end: u64,
    name: &'p str,
    aliases: &'p [String],
    code: bool,
}

/// What everything takes.
pub(crate) fn of(
    program: &Program<'_>,
    sections: &[SectionUse],
    lines: Option<&Symbols<'_>>,
) -> Sizes {
    let spans = spans(program);
    let mut symbols = Vec::new();
    let mut by_section = Vec::new();
    for section in sections {
        let (flash, ram) = takes(section);
        let end = section.address.saturating_add(section.size);
        let mut covered = 0;
        let from = spans.partition_point(|span| span.end <= section.address);
        let mut at = section.address;
        for span in spans[from..].iter().take_while(|span| span.start < end) {
            // Of symbols that overlap, the first one has the bytes.
            let (start, stop) = (span.start.max(at), span.end.min(end));
            if stop <= start {
                continue;
            }
            at = stop;
            covered += stop - start;
            symbols.push(SymbolSize {
                name: span.name.to_owned(),
                krate: crate_of(span, lines),
                section: section.name.clone(),
                address: span.start,
                flash: if flash { stop - start } else { 0 },
                ram: if ram { stop - start } else { 0 },
            });
        }
        let rest = section.size - covered;
        if rest > 0 {
            symbols.push(SymbolSize {
                name: format!("rest of {}", section.name),
                krate: NOBODY.to_owned(),
                section: section.name.clone(),
                address: 0,
                flash: if flash { rest } else { 0 },
                ram: if ram { rest } else { 0 },
            });
        }
        by_section.push(Size {
            name: section.name.clone(),
            flash: if flash { section.size } else { 0 },
            ram: if ram { section.size } else { 0 },
        });
    }
    symbols.sort_by(|a, b| {
        (b.flash + b.ram, &a.name, a.address).cmp(&(a.flash + a.ram, &b.name, b.address))
    });
    Sizes {
        sections: by_section,
        crates: crates(&symbols),
        symbols,
    }
}

/// Whether a section takes flash, and RAM.
fn takes(section: &SectionUse) -> (bool, bool) {
    match section.kind {
        Kind::Copied => (true, true),
        Kind::Reserved => (false, true),
        // What a debugger loads to RAM takes no flash.
        Kind::Loaded if section.region == Some("ram") => (false, true),
        Kind::Loaded => (true, false),
    }
}

/// All functions and variables in the order of their addresses.
fn spans<'p>(program: &'p Program<'_>) -> Vec<Span<'p>> {
    let functions = program
        .functions
        .iter()
        .filter(|_| program.has_symbols)
        .map(|function| Span {
            start: function.start,
            end: function.end,
            name: &function.name,
            aliases: &function.aliases,
            code: true,
        });
    let variables = program.variables.iter().map(|variable| Span {
        start: variable.address,
        end: variable.address.saturating_add(variable.size),
        name: &variable.name,
        aliases: &[],
        code: false,
    });
    let mut spans: Vec<_> = functions.chain(variables).collect();
    spans.sort_by_key(|span| (span.start, span.end));
    spans
}

/// Sums by crate, the largest first.
fn crates(symbols: &[SymbolSize]) -> Vec<Size> {
    let mut crates: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for symbol in symbols {
        let (flash, ram) = crates.entry(&symbol.krate).or_default();
        *flash += symbol.flash;
        *ram += symbol.ram;
    }
    let mut crates: Vec<_> = crates
        .into_iter()
        .map(|(name, (flash, ram))| Size {
            name: name.to_owned(),
            flash,
            ram,
        })
        .collect();
    crates.sort_by(|a, b| (b.flash + b.ram, &a.name).cmp(&(a.flash + a.ram, &b.name)));
    crates
}

/// The crate that a symbol was defined in: by its path, by that of another name, or by the unit of DWARF around its code.
fn crate_of(span: &Span<'_>, lines: Option<&Symbols<'_>>) -> String {
    if let Some(found) = crate_in(span.name) {
        return found.to_owned();
    }
    let alias = span
        .aliases
        .iter()
        .find_map(|alias| crate_in(&bringup_symbols::demangle(alias)).map(str::to_owned));
    let unit = || lines.filter(|_| span.code)?.unit_crate(span.start);
    alias.or_else(unit).unwrap_or_else(|| NO_CRATE.to_owned())
}

/// The crate at the start of a path: of `<blink::Led as core::fmt::Debug>::fmt` that of the type, and where that is of the
/// language itself, that of the trait.
fn crate_in(name: &str) -> Option<&str> {
    let inner = name.trim_start_matches(['<', '&', '[', '(', '*']);
    let inner = ["mut ", "const ", "dyn "]
        .iter()
        .fold(inner, |inner, word| inner.trim_start_matches(word));
    let end = inner
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(inner.len());
    let (first, rest) = inner.split_at(end);
    if rest.starts_with("::") && !first.is_empty() && name.contains("::") {
        return Some(first);
    }
    let (_, of_trait) = name.split_once(" as ")?;
    let trait_end = of_trait.find("::")?;
    let krate = &of_trait[..trait_end];
    let plain = krate
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_');
    (plain && !krate.is_empty()).then_some(krate)
}

#[cfg(test)]
mod tests {
    use super::crate_in;

    #[test]
    fn crates_of_paths() {
        let cases = [
            ("blink::main", Some("blink")),
            ("<blink::Led as core::fmt::Debug>::fmt", Some("blink")),
            ("<&mut blink::Led as core::fmt::Debug>::fmt", Some("blink")),
            ("<u32 as core::fmt::Display>::fmt", Some("core")),
            ("<[u8] as core::fmt::Debug>::fmt", Some("core")),
            ("<T as core::convert::Into<U>>::into", Some("core")),
            ("core::ptr::drop_in_place::<blink::Led>", Some("core")),
            ("__aeabi_memcpy", None),
            ("Reset", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(crate_in(name), expected, "{name}");
        }
    }
}
