//! What an audit looks at of a program, whatever its format: bounds are checked, and nothing is interpreted twice.

mod dynamic;
mod elf;
mod macho;
mod pe;
mod platform;
pub(crate) mod references;
pub(crate) mod start_code;
mod unwind;

use std::borrow::Cow;

use bringup_device::catalogue::Chip;

use crate::attributes::Attributes;
use crate::error::{self, Error, Kind as ErrorKind};
use crate::report::{Architecture, Format, Platform};

pub(crate) use pe::is_pe;

/// A linked program.
#[derive(Debug)]
pub(crate) struct Image<'a> {
    pub(crate) format: Format,
    pub(crate) architecture: Architecture,
    /// What it runs on, as far as the file tells.
    pub(crate) platform: Platform,
    /// Whether multi-byte values are little-endian.
    pub(crate) is_little_endian: bool,
    /// What takes memory, in the order of the file: `PT_LOAD` segments, sections of a PE file, segments of a Mach-O file.
    pub(crate) segments: Vec<Segment<'a>>,
    /// Sections that take memory, in the order of the file; segments if there are no sections.
    pub(crate) sections: Vec<Section<'a>>,
    /// Symbols that have a name, in the order of the file.
    pub(crate) symbols: Vec<Symbol<'a>>,
    /// What a loader has to bring from elsewhere, in the order of the file.
    pub(crate) imports: Vec<Import<'a>>,
    /// Libraries that a loader has to bring, in the order of the file.
    pub(crate) libraries: Vec<Cow<'a, str>>,
    /// The program that loads this one.
    pub(crate) interpreter: Option<Cow<'a, str>>,
    /// Where the program begins.
    pub(crate) entry: Option<Entry>,
    /// What has to be done to the image before it can run.
    pub(crate) relocations: Option<Relocations>,
    /// Bytes of memory that each thread has of its own.
    pub(crate) thread_local: u64,
    /// Whether it asks for a stack that can be executed.
    pub(crate) has_executable_stack: bool,
    /// Notes of an ELF file.
    pub(crate) notes: Vec<Note<'a>>,
    /// Functions that are unwound by one of their own, a personality: how many are known to be.
    pub(crate) personalities: usize,
    /// Content of `.ARM.attributes`, or why it cannot be read; `None` if there is no such section.
    pub(crate) attributes: Option<object::read::Result<Attributes>>,
}

/// What is loaded as one.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    /// Name, in formats that have names for them.
    pub(crate) name: Option<Cow<'a, str>>,
    /// Where it runs.
    pub(crate) virtual_address: u64,
    /// Where it is loaded.
    pub(crate) physical_address: u64,
    /// The bytes that are loaded.
    pub(crate) data: &'a [u8],
    /// Bytes it takes where it runs.
    pub(crate) memory_size: u64,
    /// Place in the file.
    offset: u64,
    /// What may be done with it.
    pub(crate) permissions: Permissions,
}

/// What may be done with memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Permissions {
    pub(crate) write: bool,
    pub(crate) execute: bool,
}

/// A section that takes memory.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    /// Name; bytes that are not UTF-8 replaced.
    pub(crate) name: Cow<'a, str>,
    /// Where it runs.
    pub(crate) address: u64,
    /// Where it is loaded, if anything is.
    pub(crate) load_address: Option<u64>,
    /// Bytes.
    pub(crate) size: u64,
    /// What the file has of it.
    pub(crate) data: &'a [u8],
}

/// A name for an address, or for what is to be found elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Symbol<'a> {
    pub(crate) name: &'a [u8],
    /// 0 where it is not defined here.
    pub(crate) address: u64,
    pub(crate) definition: Definition,
}

/// Where a symbol is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Definition {
    /// In this image.
    Here,
    /// Nowhere, and the program cannot do without.
    Missing,
    /// Nowhere, which the program reckons with: the address is 0 then.
    MissingWeak,
}

/// What a loader has to bring from a library.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Import<'a> {
    pub(crate) name: &'a [u8],
    /// Number of the library in [`Image::libraries`], where the file says which.
    pub(crate) library: Option<usize>,
    /// Whether the program does without.
    pub(crate) is_weak: bool,
}

/// Where a program begins, and how it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) address: u64,
    /// Whether something calls it, as it calls a function, in place of jumping to it.
    pub(crate) is_called: bool,
}

/// Relocations that are to be applied when the program is loaded.
#[derive(Debug, Clone)]
pub(crate) struct Relocations {
    /// Bytes of them.
    pub(crate) size: u64,
    /// Addresses that code which applies them has to name: of the dynamic section, of the tables.
    pub(crate) tables: Vec<u64>,
}

/// A note of an ELF file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Note<'a> {
    /// Who defines what it means, without the 0 at its end.
    pub(crate) owner: &'a [u8],
    pub(crate) kind: u32,
    pub(crate) content: &'a [u8],
    /// Whether a segment has it, where loaders look, and not only a section.
    pub(crate) is_in_segment: bool,
}

impl<'a> Image<'a> {
    /// An image with nothing in it, which parsers begin from.
    fn empty(format: Format, architecture: Architecture, platform: Platform) -> Self {
        Self {
            format,
            architecture,
            platform,
            is_little_endian: true,
            segments: Vec::new(),
            sections: Vec::new(),
            symbols: Vec::new(),
            imports: Vec::new(),
            libraries: Vec::new(),
            interpreter: None,
            entry: None,
            relocations: None,
            thread_local: 0,
            has_executable_stack: false,
            notes: Vec::new(),
            personalities: 0,
            attributes: None,
        }
    }

    /// Parses firmware for a chip.
    pub(crate) fn parse_for(bytes: &'a [u8], chip: &Chip) -> Result<Self, Error> {
        elf::parse(bytes, Some(chip))
    }

    /// Parses the program in a file, or the programs of one for several architectures.
    pub(crate) fn parse_all(bytes: &'a [u8]) -> Result<Vec<Self>, Error> {
        if bytes.starts_with(b"\x7FELF") {
            return elf::parse(bytes, None).map(|image| vec![image]);
        }
        if is_pe(bytes) {
            return pe::parse(bytes).map(|image| vec![image]);
        }
        match macho::parse(bytes)? {
            Some(images) => Ok(images),
            None => Err(ErrorKind::NotProgram(error::seeming(bytes)).into()),
        }
    }

    /// The segment that runs at an address.
    pub(crate) fn segment_at(&self, address: u64) -> Option<&Segment<'a>> {
        self.segments
            .iter()
            .find(|segment| segment.contains(address))
    }

    /// The bytes from an address to the end of what its segment has in the file.
    pub(crate) fn bytes_at(&self, address: u64) -> Option<&'a [u8]> {
        let holds = |segment: &&Segment<'a>| {
            address
                .checked_sub(segment.virtual_address)
                .is_some_and(|distance| distance < segment.file_size())
        };
        let segment = self.segments.iter().find(holds)?;
        let distance = address - segment.virtual_address;
        segment.data.get(usize::try_from(distance).ok()?..)
    }

    /// Segments whose bytes in the file no other has, for what looks at every byte.
    pub(crate) fn apart(&self) -> Vec<&Segment<'a>> {
        let mut segments: Vec<_> = self.segments.iter().collect();
        segments.sort_by_key(|segment| segment.offset);
        let mut end = 0;
        segments.retain(|segment| {
            let is_apart = segment.offset >= end;
            if is_apart {
                end = segment.offset.saturating_add(segment.file_size());
            }
            is_apart
        });
        segments
    }

    /// The first section of that name.
    pub(crate) fn section(&self, name: &str) -> Option<&Section<'a>> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// Symbols that are defined in the image.
    pub(crate) fn defined(&self) -> impl Iterator<Item = &Symbol<'a>> {
        self.symbols
            .iter()
            .filter(|symbol| symbol.definition == Definition::Here)
    }
}

impl Segment<'_> {
    /// Bytes that are loaded.
    pub(crate) fn file_size(&self) -> u64 {
        self.data.len() as u64
    }

    /// Whether an address is in it where it runs.
    pub(crate) fn contains(&self, address: u64) -> bool {
        address
            .checked_sub(self.virtual_address)
            .is_some_and(|distance| distance < self.memory_size)
    }
}

/// Notes and libraries beyond these are not read: no program has as many.
const MOST: usize = 1 << 12;

/// How much is still read of names, so that a table of names that all run on to its end is not read again and again.
#[derive(Debug)]
struct NameBudget {
    /// Bytes.
    left: usize,
    /// What a name costs that does not end.
    endless: usize,
}

impl NameBudget {
    /// For a file of this many bytes: names share ends, but not by much.
    fn of(bytes: &[u8]) -> Self {
        Self {
            left: bytes.len().saturating_mul(8).max(1 << 16),
            endless: bytes.len() / 64,
        }
    }

    /// A name, empty if it cannot be read; `None` once there were too many bytes.
    fn spend<'a>(&mut self, name: object::read::Result<&'a [u8]>) -> Option<&'a [u8]> {
        let name = name.unwrap_or_else(|_| {
            self.left = self.left.saturating_sub(self.endless);
            &[]
        });
        self.left = self.left.checked_sub(name.len() + 1)?;
        Some(name)
    }
}

/// Text of a file: bytes that are not UTF-8 replaced.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn damaged(format: Format, what: &'static str, error: object::read::Error) -> Error {
    ErrorKind::Damaged {
        format,
        what,
        detail: error.to_string(),
    }
    .into()
}

fn truncated(format: Format, what: impl Into<String>, end: u64, bytes: &[u8]) -> Error {
    ErrorKind::Truncated {
        format,
        what: what.into(),
        end,
        len: bytes.len() as u64,
    }
    .into()
}
