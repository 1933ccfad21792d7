//! From an address in a program to a place in its source, by the ELF file's DWARF and symbol table.
//!
//! The virtual board and the audit both need it and know nothing of each other, so it is a crate of its own.

use gimli::{EndianSlice, LittleEndian};
use object::{Object, ObjectSection, ObjectSymbol};

type Reader<'a> = EndianSlice<'a, LittleEndian>;

/// How far back a line is looked for, in bytes, where an instruction has none.
const MERGED: u64 = 16;

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Location {
    /// File, relative to where the compiler ran; of a dependency from its package's folder on.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 1; 0 if the compiler did not say.
    pub column: u32,
}

/// One function of the chain that was inlined at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Name of the function as it stands in the source.
    pub function: Option<String>,
    /// Where in it.
    pub location: Option<Location>,
    /// Whether it lies in the package that was built, and not in a dependency or the standard library.
    pub own: bool,
}

/// The debug information of an ELF file.
pub struct Symbols<'a> {
    context: Option<addr2line::Context<Reader<'a>>>,
    /// Functions of the symbol table: address, size, name.
    functions: Vec<(u64, u64, &'a str)>,
}

impl<'a> Symbols<'a> {
    /// Reads what an ELF file has; without DWARF, or with damaged DWARF, there are names of functions at best.
    pub fn read(file: &'a [u8]) -> Self {
        let Ok(elf) = object::File::parse(file) else {
            return Self {
                context: None,
                functions: Vec::new(),
            };
        };
        let section = |id: gimli::SectionId| -> Result<Reader<'a>, gimli::Error> {
            let data = elf
                .section_by_name(id.name())
                .and_then(|section| section.data().ok())
                .unwrap_or_default();
            Ok(EndianSlice::new(data, LittleEndian))
        };
        let dwarf = gimli::Dwarf::load(section).ok();
        let context = dwarf.and_then(|dwarf| addr2line::Context::from_dwarf(dwarf).ok());
        // Of Arm's symbols, the lowest bit says that a function is Thumb code.
        let thumb = u64::from(elf.architecture() == object::Architecture::Arm);
        let mut functions: Vec<_> = elf
            .symbols()
            .filter(|symbol| symbol.kind() == object::SymbolKind::Text)
            .filter_map(|symbol| {
                let address = symbol.address() & !thumb;
                Some((address, symbol.size(), symbol.name().ok()?))
            })
            .collect();
        functions.sort_unstable();
        Self { context, functions }
    }

    /// The functions inlined at an address, the innermost first.
    pub fn frames(&self, pc: impl Into<u64>) -> Vec<Frame> {
        let pc = pc.into();
        let frames = self.dwarf_frames(pc);
        if !frames.is_empty() {
            return frames;
        }
        let function = self.function(pc).map(demangle);
        function
            .map(|name| Frame {
                function: Some(name),
                location: None,
                own: false,
            })
            .into_iter()
            .collect()
    }

    /// The place to show to the user: the innermost inlined function that is the user's own, else the innermost of all.
    ///
    /// Code that the compiler merged from several places has no line of its own; the nearest before it in the same
    /// function stands for it.
    pub fn locate(&self, pc: impl Into<u64>) -> Option<Location> {
        let pc = pc.into();
        let start = self.function_at(pc).map_or(pc, |(start, _)| start);
        let before = (0..=MERGED / 2).filter_map(|halfwords| pc.checked_sub(2 * halfwords));
        before
            .take_while(|address| *address >= start)
            .find_map(|address| self.locate_exactly(address))
    }

    fn locate_exactly(&self, pc: u64) -> Option<Location> {
        let frames = self.frames(pc);
        let own = frames
            .iter()
            .find(|frame| frame.own && frame.location.is_some());
        own.or_else(|| frames.iter().find(|frame| frame.location.is_some()))?
            .location
            .clone()
    }

    /// The name in the symbol table of the function around `pc`.
    pub fn function(&self, pc: impl Into<u64>) -> Option<&'a str> {
        self.function_at(pc.into()).map(|(_, name)| name)
    }

    /// The crate whose unit of DWARF holds an address, by the name that rustc gives units: `src/lib.rs/@/blink.3d5-cgu.0`.
    pub fn unit_crate(&self, pc: impl Into<u64>) -> Option<String> {
        let context = self.context.as_ref()?;
        let unit = context.find_dwarf_and_unit(pc.into()).skip_all_loads()?;
        let name = unit.name?.to_string_lossy().into_owned();
        let (_, unit) = name.split_once("/@/")?;
        let end = unit.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
        Some(unit[..end].to_owned()).filter(|name| !name.is_empty())
    }

    /// Address and name of the function around `pc`.
    fn function_at(&self, pc: u64) -> Option<(u64, &'a str)> {
        let after = self
            .functions
            .partition_point(|(address, ..)| *address <= pc);
        let (address, size, name) = self.functions.get(after.checked_sub(1)?)?;
        (pc - address < (*size).max(2)).then_some((*address, *name))
    }

    fn dwarf_frames(&self, pc: u64) -> Vec<Frame> {
        let Some(context) = &self.context else {
            return Vec::new();
        };
        let unit = context.find_dwarf_and_unit(pc).skip_all_loads();
        let text =
            |value: Option<Reader<'a>>| value.map(|text| text.to_string_lossy().into_owned());
        let place = unit.map(|unit| Place {
            directory: text(unit.comp_dir).unwrap_or_default(),
            root: text(unit.name).unwrap_or_default(),
        });
        let Ok(mut found) = context.find_frames(pc).skip_all_loads() else {
            return Vec::new();
        };
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = found.next() {
            let function = frame
                .function
                .and_then(|name| name.raw_name().ok().map(|name| demangle(&name)));
            let mut own = false;
            let location = frame.location.and_then(|location| {
                let file = location.file?;
                let line = location.line?;
                let (file, is_own) = place
                    .as_ref()
                    .map_or((from_package(file), false), |place| place.shorten(file));
                own = is_own;
                Some(Location {
                    file,
                    line,
                    column: location.column.unwrap_or(0),
                })
            });
            frames.push(Frame {
                function,
                location,
                own,
            });
        }
        frames
    }
}

/// A name as it stands in the source, without the hash that the compiler adds.
pub fn demangle(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

/// What a compilation unit was made from.
struct Place {
    /// Where the compiler ran.
    directory: String,
    /// The file it was given, for example `src/main.rs/@/blink.0`.
    root: String,
}

impl Place {
    /// A path without what differs between machines, and whether it belongs to the package of the unit.
    fn shorten(&self, file: &str) -> (String, bool) {
        let inside = file
            .strip_prefix(&self.directory)
            .and_then(|rest| rest.strip_prefix('/'));
        let relative = match inside {
            Some(inside) => inside,
            None if file.starts_with('/') => return (from_package(file), false),
            None => file,
        };
        // rustc appends the name of the codegen unit to that of the root file.
        let root = self.root.split("/@/").next().unwrap_or_default();
        let root = root
            .strip_prefix(&self.directory)
            .map_or(root, |rest| rest.trim_start_matches('/'));
        let own = match package_source(root) {
            Some(source) => relative.starts_with(source),
            None => !root.starts_with('/') && !relative.contains('/'),
        };
        (relative.to_owned(), own)
    }
}

/// The folder of a package's sources that a root file lies in, with the slash: `crates/fw/src/` of
/// `crates/fw/src/bin/a.rs`.
fn package_source(root: &str) -> Option<&str> {
    let mut at = 0;
    for part in root.split_inclusive('/') {
        at += part.len();
        if matches!(part, "src/" | "examples/" | "tests/" | "benches/") {
            return root.get(..at);
        }
    }
    None
}

/// The end of a path that says which package and file it is: from the folder above the last `src` on.
fn from_package(file: &str) -> String {
    let parts: Vec<&str> = file.split('/').filter(|part| !part.is_empty()).collect();
    let start = parts
        .iter()
        .rposition(|part| *part == "src")
        .and_then(|index| index.checked_sub(1));
    let start = start.unwrap_or(parts.len().saturating_sub(1));
    parts.get(start..).unwrap_or_default().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_package_that_was_built_is_own() {
        let place = Place {
            directory: "/p/blink".into(),
            root: "src/main.rs/@/blink.3d5-cgu.0".into(),
        };
        let own = |file: &str| place.shorten(file);
        assert_eq!(own("/p/blink/src/main.rs"), ("src/main.rs".into(), true));
        assert_eq!(
            own("/p/blink/pac/src/generic.rs"),
            ("pac/src/generic.rs".into(), false)
        );
        let registry = "/p/.cargo/registry/src/index.crates.io-1949/cortex-m-0.7.7/src/asm.rs";
        assert_eq!(own(registry), ("cortex-m-0.7.7/src/asm.rs".into(), false));
        let core = "/rustc/4a4ef493/library/core/src/ptr/mod.rs";
        assert_eq!(own(core), ("core/src/ptr/mod.rs".into(), false));
    }

    #[test]
    fn in_a_workspace_the_package_counts() {
        let place = Place {
            directory: "/w".into(),
            root: "crates/fw/src/bin/a.rs/@/a.0".into(),
        };
        assert!(place.shorten("/w/crates/fw/src/lib.rs").1);
        assert!(!place.shorten("/w/crates/pac/src/lib.rs").1);
    }
}
