//! The parts of an ELF file that an audit looks at, bounds checked.

use bringup_device::catalogue::Chip;
use object::LittleEndian as LE;
use object::elf::{self, FileHeader32, ProgramHeader32, SectionHeader32};
use object::read::elf::{FileHeader as _, ProgramHeader as _, SectionHeader as _};

use crate::attributes::{self, Attributes};
use crate::error::{self, Error, Kind as ErrorKind};

/// A linked 32-bit little-endian program for Arm or RISC-V.
#[derive(Debug)]
pub(crate) struct Image<'a> {
    /// `PT_LOAD` segments that take memory, in the order of the file.
    pub(crate) segments: Vec<Segment<'a>>,
    /// Sections that take memory, in the order of the file; segments if there are no sections.
    pub(crate) sections: Vec<Section>,
    /// `e_entry`: where the program begins.
    pub(crate) entry: u64,
    /// Content of `.ARM.attributes`, or why it cannot be read; `None` if there is no such section.
    pub(crate) attributes: Option<object::read::Result<Attributes>>,
}

/// A `PT_LOAD` segment.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    /// `p_vaddr`: where it runs.
    pub(crate) virtual_address: u64,
    /// `p_paddr`: where it is loaded.
    pub(crate) physical_address: u64,
    /// The bytes that are loaded.
    pub(crate) data: &'a [u8],
    /// `p_memsz`: bytes it takes where it runs.
    pub(crate) memory_size: u64,
    /// `p_offset`.
    offset: u64,
}

impl Segment<'_> {
    /// Bytes that are loaded.
    pub(crate) fn file_size(&self) -> u64 {
        self.data.len() as u64
    }

    /// Whether `len` bytes at `start` lie within the first `size` bytes from `base`.
    fn holds(base: u64, size: u64, start: u64, len: u64) -> bool {
        start >= base && start + len <= base + size
    }
}

/// A section that takes memory.
#[derive(Debug)]
pub(crate) struct Section {
    /// Name; bytes that are not UTF-8 replaced.
    pub(crate) name: String,
    /// Where it runs.
    pub(crate) address: u64,
    /// Where it is loaded, if anything is.
    pub(crate) load_address: Option<u64>,
    /// Bytes.
    pub(crate) size: u64,
}

impl<'a> Image<'a> {
    /// Parses `bytes`.
    pub(crate) fn parse(bytes: &'a [u8], chip: &Chip) -> Result<Self, Error> {
        let header = parse_header(bytes, chip)?;
        let entry = header.e_entry(LE);
        let programs = header
            .program_headers(LE, bytes)
            .map_err(|e| damaged("program headers", e))?;
        let mut segments = Vec::new();
        for program in programs {
            if program.p_type(LE) == elf::PT_LOAD && program.p_memsz(LE) != 0 {
                segments.push(parse_segment(program, bytes, segments.len())?);
            }
        }
        let table = header
            .sections(LE, bytes)
            .map_err(|e| damaged("section headers", e))?;
        let arm = chip.core.is_arm();
        let mut sections = Vec::new();
        let mut attributes = None;
        for header in table.iter() {
            let name = table.section_name(LE, header).unwrap_or_default();
            // The same number stands for the attributes of RISC-V, which have another content.
            if arm && header.sh_type(LE) == elf::SHT_ARM_ATTRIBUTES {
                attributes = Some(header.data(LE, bytes).and_then(attributes::parse));
            } else if header.sh_flags(LE).contains(elf::SHF_ALLOC) && header.sh_size(LE) != 0 {
                sections.push(parse_section(
                    header,
                    String::from_utf8_lossy(name).into_owned(),
                    &segments,
                ));
            }
        }
        if table.is_empty() {
            sections = segments
                .iter()
                .enumerate()
                .flat_map(|(index, segment)| from_segment(index, segment))
                .collect();
        }
        Ok(Self {
            segments,
            sections,
            entry: u64::from(entry),
            attributes,
        })
    }
}

/// Checks everything in the file header that decides whether the rest means anything.
fn parse_header<'a>(bytes: &'a [u8], chip: &Chip) -> Result<&'a FileHeader32<LE>, Error> {
    if !bytes.starts_with(&elf::ELFMAG) {
        return Err(ErrorKind::NotElf(error::seeming(bytes)).into());
    }
    // `e_ident` and `e_machine` are at the same place in both classes.
    let &[_, _, _, _, class, data, ..] = bytes else {
        return Err(truncated("the identification", 16, bytes));
    };
    let Some(&[low, high]) = bytes.get(18..20) else {
        return Err(truncated("the file header", 52, bytes));
    };
    let machine = if data == 2 {
        u16::from_be_bytes([low, high])
    } else {
        u16::from_le_bytes([low, high])
    };
    let (wanted, wants) = if chip.core.is_arm() {
        (elf::EM_ARM.0, "ARM")
    } else {
        (elf::EM_RISCV.0, "RISC-V")
    };
    if (class, data, machine) != (elf::ELFCLASS32.0, elf::ELFDATA2LSB.0, wanted) {
        let found = describe_target(class, data, machine);
        return Err(ErrorKind::Architecture {
            found,
            chip: chip.name.clone(),
            wants,
            target: chip.core.target(),
        }
        .into());
    }
    if bytes.len() < size_of::<FileHeader32<LE>>() {
        return Err(truncated(
            "the file header",
            size_of::<FileHeader32<LE>>() as u64,
            bytes,
        ));
    }
    let header = FileHeader32::<LE>::parse(bytes).map_err(|e| damaged("file header", e))?;
    for (what, offset, count, size) in [
        (
            "the program header table",
            header.e_phoff(LE),
            header.e_phnum(LE),
            header.e_phentsize(LE),
        ),
        (
            "the section header table",
            header.e_shoff(LE),
            header.e_shnum(LE),
            header.e_shentsize(LE),
        ),
    ] {
        let end = u64::from(offset) + u64::from(count) * u64::from(size);
        if count != 0 && end > bytes.len() as u64 {
            return Err(truncated(what, end, bytes));
        }
    }
    match header.e_type(LE) {
        elf::ET_EXEC => Ok(header),
        elf::ET_REL => Err(ErrorKind::NotLinked("an object file").into()),
        elf::ET_DYN => Err(ErrorKind::NotLinked(
            "a shared object, or a program without fixed addresses",
        )
        .into()),
        elf::ET_CORE => Err(ErrorKind::NotLinked("a memory dump").into()),
        _ => Err(ErrorKind::NotLinked("of an unknown type").into()),
    }
}

/// Reads a segment, `number` being its place among those that are loaded.
fn parse_segment<'a>(
    program: &ProgramHeader32<LE>,
    bytes: &'a [u8],
    number: usize,
) -> Result<Segment<'a>, Error> {
    let (offset, size) = (
        u64::from(program.p_offset(LE)),
        u64::from(program.p_filesz(LE)),
    );
    let data = program
        .data(LE, bytes)
        .map_err(|()| truncated(&format!("segment {number}"), offset + size, bytes))?;
    Ok(Segment {
        virtual_address: u64::from(program.p_vaddr(LE)),
        physical_address: u64::from(program.p_paddr(LE)),
        data,
        memory_size: u64::from(program.p_memsz(LE)),
        offset,
    })
}

/// Reads a section and finds out from the segments where it is loaded.
fn parse_section(header: &SectionHeader32<LE>, name: String, segments: &[Segment<'_>]) -> Section {
    let address = u64::from(header.sh_addr(LE));
    let size = u64::from(header.sh_size(LE));
    let offset = u64::from(header.sh_offset(LE));
    let load_address = if header.sh_type(LE) == elf::SHT_NOBITS {
        None
    } else {
        let segment = segments.iter().find(|segment| {
            Segment::holds(segment.virtual_address, segment.file_size(), address, size)
                && Segment::holds(segment.offset, segment.file_size(), offset, size)
        });
        segment.map(|segment| segment.physical_address + (address - segment.virtual_address))
    };
    Section {
        name,
        address,
        load_address,
        size,
    }
}

/// Stands in for the sections of a segment in a file that has no section headers.
fn from_segment(index: usize, segment: &Segment<'_>) -> impl Iterator<Item = Section> {
    let file = segment.file_size();
    let loaded = (file != 0).then(|| Section {
        name: format!("segment {index}"),
        address: segment.virtual_address,
        load_address: Some(segment.physical_address),
        size: file,
    });
    let reserved = (segment.memory_size > file).then(|| Section {
        name: format!("segment {index}, not in the file"),
        address: segment.virtual_address + file,
        load_address: None,
        size: segment.memory_size - file,
    });
    loaded.into_iter().chain(reserved)
}

/// Says which processor a file is for.
fn describe_target(class: u8, data: u8, machine: u16) -> String {
    const MACHINES: &[(elf::Machine, &str)] = &[
        (elf::EM_386, "x86"),
        (elf::EM_MIPS, "MIPS"),
        (elf::EM_PPC, "PowerPC"),
        (elf::EM_ARM, "ARM"),
        (elf::EM_X86_64, "x86-64"),
        (elf::EM_AVR, "AVR"),
        (elf::EM_XTENSA, "Xtensa"),
        (elf::EM_MSP430, "MSP430"),
        (elf::EM_AARCH64, "AArch64"),
        (elf::EM_RISCV, "RISC-V"),
    ];
    let name = MACHINES.iter().find(|(known, _)| known.0 == machine);
    let name = name.map_or_else(
        || format!("machine {machine}"),
        |&(_, name)| name.to_owned(),
    );
    let bits = match class {
        1 => "32-bit",
        2 => "64-bit",
        _ => "of unknown width",
    };
    let order = match data {
        1 => "little-endian",
        2 => "big-endian",
        _ => "of unknown byte order",
    };
    format!("{name} ({bits}, {order})")
}

fn damaged(what: &'static str, error: object::read::Error) -> Error {
    ErrorKind::Damaged {
        what,
        detail: error.to_string(),
    }
    .into()
}

fn truncated(what: &str, end: u64, bytes: &[u8]) -> Error {
    ErrorKind::Truncated {
        what: what.to_owned(),
        end,
        len: bytes.len() as u64,
    }
    .into()
}
