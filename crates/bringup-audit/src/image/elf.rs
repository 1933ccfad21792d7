//! The parts of an ELF file that an audit looks at.

use std::borrow::Cow;

use bringup_device::catalogue::Chip;
use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{
    FileHeader, NoteIterator, ProgramHeader as _, SectionHeader as _, SectionTable, Sym as _,
};
use object::{Endianness, Pod};

use super::dynamic::{self, Dynamic};
use super::{
    Definition, Entry, Image, Import, MOST, NameBudget, Note, Permissions, Section, Segment,
    Symbol, damaged, text, truncated, unwind,
};
use crate::attributes;
use crate::error::{Error, Kind as ErrorKind, Unlinked};
use crate::report::{Architecture, Format, Platform};

/// Segments are looked through for the one of a section from the last that begins before it, and no further than that.
const OVERLAPPING: usize = 16;

/// Parses `bytes`, which have to be for the core of a chip if one is given.
pub(super) fn parse<'a>(bytes: &'a [u8], chip: Option<&Chip>) -> Result<Image<'a>, Error> {
    let class = identify(bytes, chip)?;
    if class == elf::ELFCLASS64.0 {
        File::<FileHeader64<Endianness>>::open(bytes)?.image()
    } else {
        let file = File::<FileHeader32<Endianness>>::open(bytes)?;
        // A chip has nobody who would move a program.
        if chip.is_some() && file.header.e_type(file.endian) == elf::ET_DYN {
            return Err(ErrorKind::NotLinked(Format::Elf, Unlinked::Unfixed).into());
        }
        file.image()
    }
}

/// Checks what decides whether the rest means anything, and returns the class.
fn identify(bytes: &[u8], chip: Option<&Chip>) -> Result<u8, Error> {
    if !bytes.starts_with(&elf::ELFMAG) {
        return Err(ErrorKind::NotElf(crate::error::seeming(bytes)).into());
    }
    // `e_ident` and `e_machine` are at the same place in both classes.
    let &[_, _, _, _, class, data, ..] = bytes else {
        return Err(truncated(Format::Elf, "the identification", 16, bytes));
    };
    let Some(&[low, high]) = bytes.get(18..20) else {
        return Err(truncated(Format::Elf, "the file header", 52, bytes));
    };
    let machine = if data == elf::ELFDATA2MSB.0 {
        u16::from_be_bytes([low, high])
    } else {
        u16::from_le_bytes([low, high])
    };
    let found = describe_target(class, data, machine);
    if let Some(chip) = chip {
        let (wanted, wants) = if chip.core.is_arm() {
            (elf::EM_ARM.0, "ARM")
        } else {
            (elf::EM_RISCV.0, "RISC-V")
        };
        if (class, data, machine) != (elf::ELFCLASS32.0, elf::ELFDATA2LSB.0, wanted) {
            return Err(ErrorKind::Architecture {
                found,
                chip: chip.name.clone(),
                wants,
                target: chip.core.target(),
            }
            .into());
        }
    }
    let is_known = [elf::ELFCLASS32.0, elf::ELFCLASS64.0].contains(&class)
        && [elf::ELFDATA2LSB.0, elf::ELFDATA2MSB.0].contains(&data);
    if is_known {
        Ok(class)
    } else {
        Err(ErrorKind::UnknownElf(found).into())
    }
}

/// A file whose headers lie within it.
struct File<'a, Elf: FileHeader> {
    bytes: &'a [u8],
    header: &'a Elf,
    endian: Endianness,
    programs: &'a [Elf::ProgramHeader],
    table: SectionTable<'a, Elf>,
}

impl<'a, Elf: FileHeader<Endian = Endianness> + Pod> File<'a, Elf> {
    /// Finds the headers; files other than linked programs are refused.
    fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() < size_of::<Elf>() {
            let end = size_of::<Elf>() as u64;
            return Err(truncated(Format::Elf, "the file header", end, bytes));
        }
        let header = Elf::parse(bytes).map_err(|e| damaged(Format::Elf, "file header", e))?;
        let endian = header
            .endian()
            .map_err(|e| damaged(Format::Elf, "file header", e))?;
        for (what, offset, count, size) in [
            (
                "the program header table",
                header.e_phoff(endian),
                header.e_phnum(endian),
                header.e_phentsize(endian),
            ),
            (
                "the section header table",
                header.e_shoff(endian),
                header.e_shnum(endian),
                header.e_shentsize(endian),
            ),
        ] {
            let size = u64::from(count) * u64::from(size);
            let end = Into::<u64>::into(offset).saturating_add(size);
            if count != 0 && end > bytes.len() as u64 {
                return Err(truncated(Format::Elf, what, end, bytes));
            }
        }
        let file = Self {
            bytes,
            header,
            endian,
            programs: &[],
            table: SectionTable::default(),
        };
        let kind = header.e_type(endian);
        if kind != elf::ET_EXEC && kind != elf::ET_DYN {
            let module = kind == elf::ET_REL && file.is_kernel_module();
            return Err(ErrorKind::NotLinked(Format::Elf, unlinked(kind, module)).into());
        }
        file.with_tables()
    }

    /// Whether an object file is one that Linux links into itself (`include/linux/module.h`).
    fn is_kernel_module(&self) -> bool {
        let Ok(table) = self.header.sections(self.endian, self.bytes) else {
            return false;
        };
        table
            .section_by_name(self.endian, b".gnu.linkonce.this_module")
            .is_some()
    }

    fn with_tables(mut self) -> Result<Self, Error> {
        self.programs = self
            .header
            .program_headers(self.endian, self.bytes)
            .map_err(|e| damaged(Format::Elf, "program headers", e))?;
        self.table = self
            .header
            .sections(self.endian, self.bytes)
            .map_err(|e| damaged(Format::Elf, "section headers", e))?;
        Ok(self)
    }

    fn image(self) -> Result<Image<'a>, Error> {
        let segments = self.segments()?;
        let mut image = Image::empty(Format::Elf, self.architecture(), Platform::Linux);
        image.is_little_endian = self.endian == Endianness::Little;
        self.read_programs(&mut image);
        self.read_sections(&segments, &mut image);
        if self.table.is_empty() {
            image.sections = segments
                .iter()
                .enumerate()
                .flat_map(|(index, segment)| from_segment(index, segment))
                .collect();
        }
        image.segments = segments;
        let address = self.header.e_entry(self.endian).into();
        image.entry = (address != 0).then_some(Entry {
            address,
            is_called: false,
        });
        if let Some(dynamic) = self.dynamic() {
            self.refuse_library(&dynamic, &image)?;
            dynamic.tell(&mut image);
        }
        self.read_symbols(&mut image);
        if let Some(section) = image.section(".eh_frame") {
            image.personalities = unwind::eh_frame(&image, section.address, section.data);
        }
        image.platform = super::platform::of_elf(&image, self.header.e_ident().os_abi);
        Ok(image)
    }

    /// A shared object that is neither a program nor has a place where one could begin is a library.
    fn refuse_library(&self, dynamic: &Dynamic<'a>, image: &Image<'a>) -> Result<(), Error> {
        let library = self.header.e_type(self.endian) == elf::ET_DYN
            && !dynamic.is_pie
            && image.interpreter.is_none()
            && image.entry.is_none();
        if library {
            return Err(ErrorKind::NotLinked(Format::Elf, Unlinked::Library).into());
        }
        Ok(())
    }

    fn architecture(&self) -> Architecture {
        match (
            self.header.e_machine(self.endian),
            self.header.is_class_64(),
        ) {
            (elf::EM_386, _) => Architecture::X86,
            // With 32-bit pointers (x32) the code is the same.
            (elf::EM_X86_64, _) => Architecture::X86_64,
            (elf::EM_ARM, _) => Architecture::Arm,
            (elf::EM_AARCH64, _) => Architecture::AArch64,
            (elf::EM_RISCV, false) => Architecture::RiscV32,
            (elf::EM_RISCV, true) => Architecture::RiscV64,
            (machine, _) => Architecture::Other(machine_name(machine.0)),
        }
    }

    /// `PT_LOAD` segments that take memory.
    fn segments(&self) -> Result<Vec<Segment<'a>>, Error> {
        let mut segments = Vec::new();
        for program in self.programs {
            if program.p_type(self.endian) != elf::PT_LOAD
                || program.p_memsz(self.endian).into() == 0
            {
                continue;
            }
            let (offset, size) = program.file_range(self.endian);
            let data = program.data(self.endian, self.bytes).map_err(|()| {
                let what = format!("segment {}", segments.len());
                truncated(Format::Elf, what, offset.saturating_add(size), self.bytes)
            })?;
            let flags = program.p_flags(self.endian);
            segments.push(Segment {
                name: None,
                virtual_address: program.p_vaddr(self.endian).into(),
                physical_address: program.p_paddr(self.endian).into(),
                data,
                memory_size: program.p_memsz(self.endian).into(),
                offset,
                permissions: Permissions {
                    write: flags.contains(elf::PF_W),
                    execute: flags.contains(elf::PF_X),
                },
            });
        }
        Ok(segments)
    }

    /// What program headers other than `PT_LOAD` say.
    fn read_programs(&self, image: &mut Image<'a>) {
        for program in self.programs {
            let data = || program.data(self.endian, self.bytes).unwrap_or_default();
            match program.p_type(self.endian) {
                elf::PT_INTERP if image.interpreter.is_none() => {
                    let name = data().split(|byte| *byte == 0).next();
                    image.interpreter = Some(text(name.unwrap_or_default()));
                }
                elf::PT_TLS => image.thread_local = program.p_memsz(self.endian).into(),
                elf::PT_GNU_STACK => {
                    image.has_executable_stack = program.p_flags(self.endian).contains(elf::PF_X);
                }
                elf::PT_NOTE if image.notes.len() < MOST => {
                    let align = program.p_align(self.endian);
                    let notes = NoteIterator::<Elf>::new(self.endian, align, data()).ok();
                    image.notes.extend(self.notes(notes, true));
                }
                _ => {}
            }
        }
    }

    /// The notes up to the first that is damaged.
    fn notes(&self, notes: Option<NoteIterator<'a, Elf>>, is_in_segment: bool) -> Vec<Note<'a>> {
        let endian = self.endian;
        let notes = notes.into_iter().flatten().map_while(Result::ok).take(MOST);
        let note = |note: object::read::elf::Note<'a, Elf>| Note {
            owner: note.name(),
            kind: note.n_type(endian).0,
            content: note.desc(),
            is_in_segment,
        };
        notes.map(note).collect()
    }

    /// Sections that take memory, notes that no segment has, and build attributes.
    fn read_sections(&self, segments: &[Segment<'a>], image: &mut Image<'a>) {
        let arm = self.header.e_machine(self.endian) == elf::EM_ARM;
        let by_offset = by_offset(segments);
        let in_segment = !image.notes.is_empty();
        for header in self.table.iter() {
            let kind = header.sh_type(self.endian);
            // The same number stands for the attributes of RISC-V, which have another content.
            if arm && kind == elf::SHT_ARM_ATTRIBUTES && image.attributes.is_none() {
                let content = header.data(self.endian, self.bytes);
                image.attributes = Some(content.and_then(attributes::parse));
                continue;
            }
            if kind == elf::SHT_NOTE && !in_segment && image.notes.len() < MOST {
                let notes = header.notes(self.endian, self.bytes);
                let notes = notes.ok().flatten();
                image.notes.extend(self.notes(notes, false));
            }
            let takes_memory = header.sh_flags(self.endian).contains(elf::SHF_ALLOC);
            if takes_memory && header.sh_size(self.endian).into() != 0 {
                image
                    .sections
                    .push(self.section(header, segments, &by_offset));
            }
        }
    }

    /// Reads a section and finds out from the segments where it is loaded.
    fn section(
        &self,
        header: &'a Elf::SectionHeader,
        segments: &[Segment<'a>],
        by_offset: &[usize],
    ) -> Section<'a> {
        let name = self.table.section_name(self.endian, header);
        let address = header.sh_addr(self.endian).into();
        let size = header.sh_size(self.endian).into();
        let offset = header.sh_offset(self.endian).into();
        let load_address = if header.sh_type(self.endian) == elf::SHT_NOBITS {
            None
        } else {
            let before = by_offset.partition_point(|&index| segments[index].offset <= offset);
            let candidates = by_offset[..before].iter().rev().take(OVERLAPPING);
            let segment = candidates.map(|&index| &segments[index]).find(|segment| {
                holds(segment.virtual_address, segment.file_size(), address, size)
                    && holds(segment.offset, segment.file_size(), offset, size)
            });
            segment.map(|segment| {
                let distance = address - segment.virtual_address;
                segment.physical_address.wrapping_add(distance)
            })
        };
        Section {
            name: text(name.unwrap_or_default()),
            address,
            load_address,
            size,
            data: header.data(self.endian, self.bytes).unwrap_or_default(),
        }
    }

    /// The dynamic section, found as a loader finds it.
    fn dynamic(&self) -> Option<Dynamic<'a>> {
        let program = self
            .programs
            .iter()
            .find(|program| program.p_type(self.endian) == elf::PT_DYNAMIC)?;
        let entries = program.dynamic(self.endian, self.bytes).ok()??;
        let address = program.p_vaddr(self.endian).into();
        let segments = self.segments().ok()?;
        Some(dynamic::parse::<Elf>(
            self.endian,
            address,
            entries,
            &segments,
        ))
    }

    /// Both symbol tables: of the dynamic one only what a loader has to bring.
    fn read_symbols(&self, image: &mut Image<'a>) {
        let tables = [elf::SHT_SYMTAB, elf::SHT_DYNSYM]
            .map(|kind| self.table.symbols(self.endian, self.bytes, kind));
        let [symbols, dynamic] = tables.map(Result::unwrap_or_default);
        let mut budget = NameBudget::of(self.bytes);
        for symbol in dynamic.iter().skip(1) {
            if !symbol.is_undefined(self.endian) {
                continue;
            }
            let name = symbol.name(self.endian, dynamic.strings());
            let Some(name) = budget.spend(name) else {
                break;
            };
            image.imports.push(Import {
                name,
                library: None,
                is_weak: symbol.is_weak(),
            });
        }
        for symbol in symbols.iter().skip(1) {
            let name = symbol.name(self.endian, symbols.strings());
            let Some(name) = budget.spend(name) else {
                break;
            };
            if name.is_empty() {
                continue;
            }
            let definition = match (symbol.is_undefined(self.endian), symbol.is_weak()) {
                (false, _) => Definition::Here,
                (true, true) => Definition::MissingWeak,
                (true, false) => Definition::Missing,
            };
            image.symbols.push(Symbol {
                name,
                address: symbol.st_value(self.endian).into(),
                definition,
            });
        }
    }
}

/// What a file of another type is.
fn unlinked(kind: elf::FileType, is_kernel_module: bool) -> Unlinked {
    match kind {
        elf::ET_REL if is_kernel_module => Unlinked::KernelModule,
        elf::ET_REL => Unlinked::Object,
        elf::ET_CORE => Unlinked::Dump,
        _ => Unlinked::Unknown,
    }
}

/// Segments that have something in the file, in the order of their places there.
fn by_offset(segments: &[Segment<'_>]) -> Vec<usize> {
    let mut order: Vec<_> = (0..segments.len())
        .filter(|&index| segments[index].file_size() != 0)
        .collect();
    order.sort_by_key(|&index| segments[index].offset);
    order
}

/// Whether `len` bytes at `start` lie within the first `size` bytes from `base`.
fn holds(base: u64, size: u64, start: u64, len: u64) -> bool {
    start
        .checked_sub(base)
        .and_then(|distance| distance.checked_add(len))
        .is_some_and(|end| end <= size)
}

/// Stands in for the sections of a segment in a file that has no section headers.
fn from_segment<'a>(index: usize, segment: &Segment<'a>) -> impl Iterator<Item = Section<'a>> {
    let file = segment.file_size();
    let loaded = (file != 0).then(|| Section {
        name: Cow::Owned(format!("segment {index}")),
        address: segment.virtual_address,
        load_address: Some(segment.physical_address),
        size: file,
        data: segment.data,
    });
    let reserved = (segment.memory_size > file).then(|| Section {
        name: Cow::Owned(format!("segment {index}, not in the file")),
        address: segment.virtual_address.wrapping_add(file),
        load_address: None,
        size: segment.memory_size - file,
        data: &[],
    });
    loaded.into_iter().chain(reserved)
}

/// The name of a machine.
fn machine_name(machine: u16) -> String {
    const MACHINES: &[(elf::Machine, &str)] = &[
        (elf::EM_386, "x86"),
        (elf::EM_MIPS, "MIPS"),
        (elf::EM_PPC, "PowerPC"),
        (elf::EM_PPC64, "PowerPC64"),
        (elf::EM_S390, "s390"),
        (elf::EM_ARM, "ARM"),
        (elf::EM_SPARCV9, "SPARC"),
        (elf::EM_X86_64, "x86-64"),
        (elf::EM_AVR, "AVR"),
        (elf::EM_XTENSA, "Xtensa"),
        (elf::EM_MSP430, "MSP430"),
        (elf::EM_AARCH64, "AArch64"),
        (elf::EM_RISCV, "RISC-V"),
        (elf::EM_LOONGARCH, "LoongArch"),
    ];
    let name = MACHINES.iter().find(|(known, _)| known.0 == machine);
    name.map_or_else(
        || format!("machine {machine}"),
        |&(_, name)| name.to_owned(),
    )
}

/// Says which processor a file is for.
fn describe_target(class: u8, data: u8, machine: u16) -> String {
    let name = machine_name(machine);
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
