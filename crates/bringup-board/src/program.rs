//! What the checks need to know of the firmware from its ELF file: where its stack may reach, where its vector table
//! ends, and the names of what lies where.

use std::ops::RangeInclusive;
use std::sync::Arc;

use bringup_device::catalogue::MemoryKind;
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, SectionFlags};

use crate::image::Image;
use crate::rtt;
use bringup_symbols::demangle;

type Elf<'a> = object::read::elf::ElfFile32<'a, object::LittleEndian>;

/// First address of a memory, its length and its kind.
type Region = (u32, u32, MemoryKind);

/// Sections of this name hold the vector table: those of `cortex-m-rt` and of the vendors' start-up files.
const VECTOR_TABLES: [&str; 3] = [".vector_table", ".isr_vector", ".vectors"];

/// Handlers that stand for there being none: those of `cortex-m-rt` and of the vendors' start-up files.
const DEFAULT_HANDLERS: [&str; 2] = ["DefaultHandler_", "Default_Handler"];

/// The firmware that is loaded, as far as checks ask.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    file: Arc<[u8]>,
    /// Parts of RAM that static data claims: first address and the one behind.
    statics: Vec<(u32, u32)>,
    /// The vector table: first address and the one behind.
    vectors: Option<(u32, u32)>,
    /// Parts of RAM that are meant to hold what they held before a reset: first address and the one behind.
    pub(crate) retained: Vec<(u32, u32)>,
}

impl Program {
    /// Reads the tables of an ELF file; symbols are read when they are asked for.
    pub(crate) fn of(image: &Image, memories: &[Region]) -> Self {
        let mut program = Self {
            file: Arc::clone(&image.file),
            statics: Vec::new(),
            vectors: None,
            retained: Vec::new(),
        };
        let Some(elf) = program.elf() else {
            return program;
        };
        let is_ram = |address: u32| {
            let ram = |&(start, length, kind): &Region| {
                kind == MemoryKind::Ram && address.wrapping_sub(start) < length
            };
            memories.iter().any(ram)
        };
        let (statics, vectors, retained) = (
            static_data(&elf, is_ram),
            vector_table(&elf),
            retained(&elf),
        );
        (program.statics, program.vectors, program.retained) = (statics, vectors, retained);
        program
    }

    fn elf(&self) -> Option<Elf<'_>> {
        Elf::parse(&*self.file).ok()
    }

    /// Lowest address that a stack from `top` on may reach, and `top`; `None` if the stack lies in static data
    /// itself, or not in RAM.
    pub(crate) fn stack(&self, top: u32, memories: &[Region]) -> Option<RangeInclusive<u32>> {
        let inside = |&&(start, length, kind): &&Region| {
            kind == MemoryKind::Ram && top > start && top - start <= length
        };
        let (ram, ..) = memories.iter().find(inside)?;
        let below = self.statics.iter().filter(|(start, _)| *start < top);
        let limit = below.fold(*ram, |limit, &(_, end)| limit.max(end));
        (limit < top).then_some(limit..=top)
    }

    /// How many entries a vector table has that does not reach as far as `entry`.
    pub(crate) fn vectors_before(&self, entry: u32) -> Option<u32> {
        let (start, end) = self.vectors?;
        (entry >= end && entry - start < 0x400).then_some((end - start) / 4)
    }

    /// The name of the default handler, if it is one that stands at `address`.
    pub(crate) fn default_handler(&self, address: u32) -> Option<&'static str> {
        let elf = self.elf()?;
        let here = elf
            .symbols()
            .filter(|symbol| symbol.address() & !1 == u64::from(address & !1));
        let names: Vec<&str> = here.filter_map(|symbol| symbol.name().ok()).collect();
        let known = DEFAULT_HANDLERS.iter().find(|name| names.contains(name));
        known.copied()
    }

    /// Where the control block of Real Time Transfer is: `_SEGGER_RTT`, as SEGGER's own library and the crates for it call it.
    pub(crate) fn rtt(&self) -> rtt::Place {
        let Some(elf) = self.elf() else {
            return rtt::Place::None;
        };
        let mut symbols = elf.symbols().peekable();
        if symbols.peek().is_none() {
            // What sets up a control block has its first word somewhere, often backwards, so that no debugger takes it for one.
            let named = |part: &[u8]| part == b"SEGGER" || part == b"REGGES";
            return if self.file.windows(6).any(named) {
                rtt::Place::Anywhere
            } else {
                rtt::Place::None
            };
        }
        let block = symbols.find(|symbol| symbol.name() == Ok("_SEGGER_RTT"));
        match block.map(|symbol| u32::try_from(symbol.address())) {
            Some(Ok(at)) => rtt::Place::At(at),
            _ => rtt::Place::None,
        }
    }

    /// Names of static variables that lie between two addresses, the highest first.
    pub(crate) fn variables(&self, from: u32, to: u32) -> Vec<String> {
        let Some(elf) = self.elf() else {
            return Vec::new();
        };
        let (from, to) = (u64::from(from), u64::from(to));
        let mut found: Vec<_> = elf
            .symbols()
            .filter(|symbol| symbol.kind() == object::SymbolKind::Data && symbol.size() > 0)
            .filter(|symbol| symbol.address() < to && symbol.address() + symbol.size() > from)
            .filter_map(|symbol| Some((symbol.address(), demangle(symbol.name().ok()?))))
            .collect();
        found.sort_by(|left, right| right.cmp(left));
        found.dedup();
        found.into_iter().map(|(_, name)| name).collect()
    }

    /// The name of the function around an address.
    pub(crate) fn function(&self, pc: u32) -> Option<String> {
        let elf = self.elf()?;
        let pc = u64::from(pc);
        let mut functions = elf.symbols().filter(|symbol| {
            let start = symbol.address() & !1;
            symbol.kind() == object::SymbolKind::Text
                && (start..start + symbol.size().max(2)).contains(&pc)
        });
        functions.find_map(|symbol| Some(demangle(symbol.name().ok()?)))
    }
}

/// Where static data lies in RAM: the sections there, but for those that only keep room for a heap or a stack. A file
/// without sections has its segments.
fn static_data(elf: &Elf<'_>, is_ram: impl Fn(u32) -> bool) -> Vec<(u32, u32)> {
    let place = |address: u64, size: u64| {
        let start = u32::try_from(address).ok()?;
        let end = u32::try_from(address.checked_add(size)?).ok()?;
        (size > 0 && is_ram(start)).then_some((start, end))
    };
    if elf.sections().next().is_none() {
        let segments = elf.segments();
        return segments
            .filter_map(|segment| place(segment.address(), segment.size()))
            .collect();
    }
    let claims = |section: &object::read::elf::ElfSection32<'_, '_, object::LittleEndian>| {
        let allocated = match section.flags() {
            SectionFlags::Elf { sh_flags, .. } => sh_flags.contains(object::elf::SHF_ALLOC),
            _ => false,
        };
        let name = section.name().unwrap_or_default();
        allocated && !name.contains("stack") && !name.contains("heap")
    };
    let sections = elf.sections().filter(claims);
    sections
        .filter_map(|section| place(section.address(), section.size()))
        .collect()
}

/// Sections that start-up code leaves alone, by their name.
fn retained(elf: &Elf<'_>) -> Vec<(u32, u32)> {
    let named = elf.sections().filter(|section| {
        let name = section.name().unwrap_or_default();
        name.starts_with(".uninit") || name.starts_with(".noinit")
    });
    named
        .filter_map(|section| {
            let start = u32::try_from(section.address()).ok()?;
            let size = u32::try_from(section.size()).ok()?;
            Some((start, start.checked_add(size)?))
        })
        .collect()
}

fn vector_table(elf: &Elf<'_>) -> Option<(u32, u32)> {
    let mut known = VECTOR_TABLES.iter();
    let section = known.find_map(|name| elf.section_by_name(name))?;
    let start = u32::try_from(section.address()).ok()?;
    let size = u32::try_from(section.size()).ok()?;
    Some((start, start.checked_add(size)?))
}
