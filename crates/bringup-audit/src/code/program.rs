//! A program as its code is looked at: sections, functions, variables, and which bytes are instructions.

use bringup_symbols::{Symbols, demangle};
use object::{
    Architecture, Object as _, ObjectSection as _, ObjectSymbol as _, SectionFlags, SectionKind,
    SymbolKind, elf,
};

use super::isa::Isa;
use crate::error::{Error, Kind as ErrorKind};
use crate::report::Format;

/// A program: an ELF file that was linked.
pub(crate) struct Program<'a> {
    /// The file.
    pub(crate) file: &'a [u8],
    /// What its instructions are; `None` where they are not disassembled.
    pub(crate) isa: Option<Isa>,
    /// What processor the file is for.
    pub(crate) machine: String,
    /// Sections that take memory, by their addresses.
    pub(crate) sections: Vec<Section<'a>>,
    /// Functions by their addresses; one name each, the others in [`Function::aliases`].
    pub(crate) functions: Vec<Function>,
    /// Variables by their addresses.
    pub(crate) variables: Vec<Variable>,
    /// Where code and data begin, by address, in files that say so; true for code.
    marks: Vec<(u64, bool)>,
    /// Where the program begins, without Arm's bit for Thumb.
    pub(crate) entry: u64,
    /// There is a symbol table.
    pub(crate) has_symbols: bool,
    /// There is DWARF with lines.
    pub(crate) has_lines: bool,
}

/// A part of the program that takes memory.
#[derive(Debug, Clone)]
pub(crate) struct Section<'a> {
    pub(crate) name: String,
    pub(crate) address: u64,
    pub(crate) size: u64,
    /// Content; empty if there is none in the file.
    pub(crate) data: &'a [u8],
    pub(crate) executable: bool,
    pub(crate) writable: bool,
}

impl Section<'_> {
    /// The address behind it.
    pub(crate) fn end(&self) -> u64 {
        self.address.saturating_add(self.size)
    }

    /// Whether an address is in it.
    pub(crate) fn contains(&self, address: u64) -> bool {
        (self.address..self.end()).contains(&address)
    }
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    /// First address.
    pub(crate) start: u64,
    /// The address behind it.
    pub(crate) end: u64,
    /// Name as in the symbol table; made up where there is none.
    pub(crate) symbol: String,
    /// Name as in the source.
    pub(crate) name: String,
    /// Other names in the symbol table.
    pub(crate) aliases: Vec<String>,
}

/// A variable or constant with a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) address: u64,
    pub(crate) size: u64,
    pub(crate) symbol: String,
    pub(crate) name: String,
}

/// The most sections and symbols that are looked at: damaged files claim more than there can be.
const MOST: usize = 4_000_000;

impl<'a> Program<'a> {
    /// Reads the tables of a file.
    pub(crate) fn parse(file: &'a [u8]) -> Result<Self, Error> {
        if !file.starts_with(&elf::ELFMAG) {
            return Err(ErrorKind::NotElf(crate::error::seeming(file)).into());
        }
        let parsed = object::File::parse(file).map_err(|error| ErrorKind::Damaged {
            format: Format::Elf,
            what: "headers",
            detail: error.to_string(),
        })?;
        let isa = match parsed.architecture() {
            Architecture::Arm if parsed.is_little_endian() => Some(Isa::Thumb),
            Architecture::Riscv32 => Some(Isa::RiscV32),
            Architecture::Riscv64 => Some(Isa::RiscV64),
            Architecture::X86_64 => Some(Isa::X86_64),
            _ => None,
        };
        let thumb = u64::from(isa == Some(Isa::Thumb));
        let mut program = Self {
            file,
            isa,
            machine: format!("{:?}", parsed.architecture()),
            sections: sections(&parsed),
            functions: Vec::new(),
            variables: Vec::new(),
            marks: Vec::new(),
            entry: parsed.entry() & !thumb,
            has_symbols: false,
            has_lines: parsed.section_by_name(".debug_line").is_some(),
        };
        program.read_symbols(&parsed, thumb);
        Ok(program)
    }

    fn read_symbols(&mut self, parsed: &object::File<'a>, thumb: u64) {
        let mut functions = Vec::new();
        for symbol in parsed.symbols().take(MOST) {
            let Ok(name) = symbol.name() else { continue };
            let address = symbol.address();
            if let Some(code) = mark(name) {
                // Code for the A and R profiles is not of this instruction set.
                if name.starts_with("$a") {
                    self.isa = None;
                    self.machine = String::from("Arm (not Thumb)");
                }
                self.marks.push((address, code));
                continue;
            }
            if name.is_empty() || symbol.is_undefined() {
                continue;
            }
            match symbol.kind() {
                SymbolKind::Text => {
                    functions.push((address & !thumb, symbol.size(), symbol.is_local(), name));
                }
                // Assembly files often give labels no type.
                SymbolKind::Unknown | SymbolKind::Label
                    if symbol.is_global() && self.code_at(address & !thumb).is_some() =>
                {
                    functions.push((address & !thumb, 0, symbol.is_local(), name));
                }
                SymbolKind::Data if symbol.size() > 0 => self.variables.push(Variable {
                    address,
                    size: symbol.size(),
                    symbol: name.to_owned(),
                    name: demangle(name),
                }),
                _ => {}
            }
        }
        self.has_symbols = !functions.is_empty() || !self.variables.is_empty();
        self.variables
            .sort_by(|a, b| (a.address, a.size, &a.symbol).cmp(&(b.address, b.size, &b.symbol)));
        self.variables
            .dedup_by(|a, b| a.address == b.address && a.size == b.size);
        self.marks.sort_unstable();
        self.marks.dedup_by_key(|(address, _)| *address);
        self.functions = merge(functions, &self.sections);
    }

    /// Functions for a file whose symbols are stripped: those that are called, and where vectors lead.
    pub(crate) fn adopt(&mut self, mut starts: Vec<u64>) {
        starts.retain(|start| self.code_at(*start).is_some());
        starts.sort_unstable();
        starts.dedup();
        let named = starts
            .into_iter()
            .map(|start| (start, 0, true, ""))
            .collect();
        self.functions = merge(named, &self.sections);
    }

    /// Whether its code is Thumb, whose addresses have an additional bit when they are called.
    pub(crate) fn is_thumb(&self) -> bool {
        self.isa == Some(Isa::Thumb)
    }

    /// The section of code that holds an address, if its bytes are in the file.
    pub(crate) fn code_at(&self, address: u64) -> Option<&Section<'a>> {
        self.sections
            .iter()
            .find(|section| section.executable && section.contains(address))
    }

    /// The function around an address.
    pub(crate) fn function_at(&self, address: u64) -> Option<&Function> {
        let after = self
            .functions
            .partition_point(|function| function.start <= address);
        let function = self.functions.get(after.checked_sub(1)?)?;
        (address < function.end).then_some(function)
    }

    /// The variable around an address.
    pub(crate) fn variable_at(&self, address: u64) -> Option<&Variable> {
        let after = self
            .variables
            .partition_point(|variable| variable.address <= address);
        let variable = self.variables.get(after.checked_sub(1)?)?;
        (address - variable.address < variable.size).then_some(variable)
    }

    /// Bytes from an address to another, as far as the file has them.
    pub(crate) fn bytes(&self, start: u64, end: u64) -> &'a [u8] {
        let Some(section) = self.sections.iter().find(|section| section.contains(start)) else {
            return &[];
        };
        let from = (start - section.address) as usize;
        let data = section.data.get(from..).unwrap_or_default();
        let length = end.saturating_sub(start).min(data.len() as u64) as usize;
        &data[..length]
    }

    /// A constant in memory that nothing writes.
    pub(crate) fn constant(&self, address: u64, bytes: u8) -> Option<u32> {
        let section = self
            .sections
            .iter()
            .find(|section| section.contains(address))?;
        if section.writable {
            return None;
        }
        let found = self.bytes(address, address.checked_add(u64::from(bytes))?);
        if found.len() != usize::from(bytes) || bytes > 4 {
            return None;
        }
        Some(
            found
                .iter()
                .rev()
                .fold(0, |value, byte| value << 8 | u32::from(*byte)),
        )
    }

    /// Whether the file says where code and data are.
    pub(crate) fn is_marked(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Whether there is data at an address, and where it ends at the latest; of a file that says so.
    pub(crate) fn data_at(&self, address: u64) -> Option<u64> {
        let after = self.marks.partition_point(|(start, _)| *start <= address);
        let (start, code) = *self.marks.get(after.checked_sub(1)?)?;
        let section = self
            .sections
            .iter()
            .find(|section| section.contains(address))?;
        if code || start < section.address {
            return None;
        }
        let next = self.marks.get(after).map_or(u64::MAX, |(next, _)| *next);
        Some(next.min(section.end()))
    }

    /// Source lines; to be made once, and only where they are asked for.
    pub(crate) fn lines(&self) -> Symbols<'a> {
        Symbols::read(self.file)
    }
}

/// What a mapping symbol says begins at it: code or data (ELF for the Arm Architecture, section 5.5.5; RISC-V psABI, section 8.3).
fn mark(name: &str) -> Option<bool> {
    let kind = name.strip_prefix('$')?;
    let kind = kind.split('.').next().unwrap_or_default();
    match kind {
        "t" | "a" | "x" => Some(true),
        "d" => Some(false),
        _ if kind.starts_with("xrv") => Some(true),
        _ => None,
    }
}

fn sections<'a>(parsed: &object::File<'a>) -> Vec<Section<'a>> {
    let mut sections: Vec<_> = parsed
        .sections()
        .filter_map(|section| {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
                return None;
            };
            // Of what does not end within the address space, nothing is believed.
            let ends = section.address().checked_add(section.size());
            let ends = ends.is_some_and(|end| end < u64::MAX - 64);
            if !sh_flags.contains(elf::SHF_ALLOC) || section.size() == 0 || !ends {
                return None;
            }
            let uninitialized = section.kind() == SectionKind::UninitializedData;
            let data = if uninitialized {
                &[]
            } else {
                section.data().unwrap_or_default()
            };
            Some(Section {
                name: String::from_utf8_lossy(section.name_bytes().unwrap_or_default())
                    .into_owned(),
                address: section.address(),
                size: section.size(),
                data,
                executable: sh_flags.contains(elf::SHF_EXECINSTR),
                writable: sh_flags.contains(elf::SHF_WRITE),
            })
        })
        .take(MOST)
        .collect();
    if sections.is_empty() {
        sections = segments(parsed);
    }
    sections.sort_by_key(|section| section.address);
    sections
}

/// Segments stand in for the sections of a file that has none.
fn segments<'a>(parsed: &object::File<'a>) -> Vec<Section<'a>> {
    use object::{ObjectSegment as _, SegmentFlags};
    let ends = |end: u64| end < u64::MAX - 64;
    let loaded = parsed.segments().filter(|segment| {
        let end = segment.address().checked_add(segment.size());
        segment.size() > 0 && end.is_some_and(ends)
    });
    let described = loaded.enumerate().map(|(index, segment)| {
        let (executable, writable) = match segment.flags() {
            SegmentFlags::Elf { p_flags, .. } => {
                (p_flags.contains(elf::PF_X), p_flags.contains(elf::PF_W))
            }
            _ => (false, false),
        };
        Section {
            name: format!("segment {index}"),
            address: segment.address(),
            size: segment.size(),
            data: segment.data().unwrap_or_default(),
            executable,
            writable,
        }
    });
    described.collect()
}

/// Functions out of symbols: address, size, whether it is local, name.
fn merge(mut symbols: Vec<(u64, u64, bool, &str)>, sections: &[Section<'_>]) -> Vec<Function> {
    // Of several names, a global one comes first, and one with a size.
    symbols.sort_by(|a, b| (a.0, a.2, a.1 == 0, a.3).cmp(&(b.0, b.2, b.1 == 0, b.3)));
    let mut functions: Vec<Function> = Vec::new();
    for (start, size, _, symbol) in symbols {
        let Some(section) = sections
            .iter()
            .find(|section| section.executable && section.contains(start))
        else {
            continue;
        };
        let end = if size == 0 {
            section.end()
        } else {
            start.saturating_add(size).min(section.end())
        };
        match functions.last_mut() {
            Some(last) if last.start == start => {
                last.aliases.push(symbol.to_owned());
                // A symbol without a size reaches as far as it can.
                last.end = last.end.min(end);
            }
            last => {
                if let Some(last) = last {
                    last.end = last.end.min(start);
                }
                let name = if symbol.is_empty() {
                    format!("function at {start:#x}")
                } else {
                    demangle(symbol)
                };
                functions.push(Function {
                    start,
                    end,
                    symbol: symbol.to_owned(),
                    name,
                    aliases: Vec::new(),
                });
            }
        }
    }
    functions
}
