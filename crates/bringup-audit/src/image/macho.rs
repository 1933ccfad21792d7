//! The parts of a Mach-O file, a program for macOS, that an audit looks at (`mach-o/loader.h`, `mach-o/nlist.h`).

use std::borrow::Cow;

use object::Endian as _;
use object::Endianness;
use object::macho::{
    self, CpuType, FatArch32, FatArch64, FatHeader, LinkeditDataCommand, MachHeader32,
    MachHeader64, SymtabCommand,
};
use object::read::macho::{
    FatArch, LoadCommandData, LoadCommandVariant, MachHeader, MachOFatFile, Nlist as _,
    Section as _,
};

use super::{
    Definition, Entry, Image, Import, NameBudget, Permissions, Relocations, Section, Segment,
    Symbol, damaged, text, truncated, unwind,
};
use crate::error::{Error, Kind as ErrorKind, Unlinked};
use crate::report::{Architecture, Format, Platform};

/// A universal file holds no more programs than these; the same magic number with more is a class file of Java.
const MOST_ARCHITECTURES: u32 = 42;

/// Parses the program in a Mach-O file, or all of a universal one; `None` if the file is neither.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<Vec<Image<'_>>>, Error> {
    if let Some(image) = thin(bytes)? {
        return Ok(Some(vec![image]));
    }
    let magic = bytes.first_chunk().map(|magic| u32::from_be_bytes(*magic));
    match magic {
        Some(macho::FAT_MAGIC) => universal::<FatArch32>(bytes),
        Some(macho::FAT_MAGIC_64) => universal::<FatArch64>(bytes),
        _ => Ok(None),
    }
}

/// Parses the program in a file for one architecture; `None` if the file is not one.
fn thin(bytes: &[u8]) -> Result<Option<Image<'_>>, Error> {
    let Some(magic) = bytes.first_chunk() else {
        return Ok(None);
    };
    match u32::from_be_bytes(*magic) {
        macho::MH_MAGIC | macho::MH_CIGAM => File::<MachHeader32<Endianness>>::open(bytes)?.image(),
        macho::MH_MAGIC_64 | macho::MH_CIGAM_64 => {
            File::<MachHeader64<Endianness>>::open(bytes)?.image()
        }
        _ => return Ok(None),
    }
    .map(Some)
}

/// The programs of a universal file; `None` if it is a class file of Java.
fn universal<Fat: FatArch>(bytes: &[u8]) -> Result<Option<Vec<Image<'_>>>, Error> {
    let count = bytes.get(4..).and_then(|rest| rest.first_chunk());
    let count = count.map_or(0, |count| u32::from_be_bytes(*count));
    if count > MOST_ARCHITECTURES {
        return Ok(None);
    }
    let size = size_of::<FatHeader>() + count as usize * size_of::<Fat>();
    if size > bytes.len() {
        let what = "the table of architectures";
        return Err(truncated(Format::MachO, what, size as u64, bytes));
    }
    let file = MachOFatFile::<Fat>::parse(bytes)
        .map_err(|e| damaged(Format::MachO, "table of architectures", e))?;
    let mut images = Vec::new();
    for arch in file.arches() {
        let (offset, size) = arch.file_range();
        let end = offset.saturating_add(size);
        let Some(part) = bytes.get(offset as usize..usize::try_from(end).unwrap_or(usize::MAX))
        else {
            let name = architecture(arch.cputype()).name().to_owned();
            let what = format!("the program for {name}");
            return Err(truncated(Format::MachO, what, end, bytes));
        };
        match thin(part)? {
            Some(image) => images.push(image),
            None => return Err(ErrorKind::NotProgram(crate::error::seeming(part)).into()),
        }
    }
    if images.is_empty() {
        return Err(ErrorKind::NotLinked(Format::MachO, Unlinked::Unknown).into());
    }
    Ok(Some(images))
}

/// A file whose headers lie within it.
struct File<'a, Mach: MachHeader> {
    bytes: &'a [u8],
    header: &'a Mach,
    endian: Endianness,
    commands: Vec<LoadCommandData<'a, Endianness>>,
}

/// What load commands say that has to be put together.
#[derive(Default)]
struct Parts {
    /// `LC_MAIN`: bytes from the start of the text.
    entry_offset: Option<u64>,
    /// `LC_UNIXTHREAD`: the program counter.
    thread_pc: Option<u64>,
    /// Whether the symbol table was read; no loader looks at another.
    has_symbols: bool,
}

impl<'a, Mach: MachHeader<Endian = Endianness>> File<'a, Mach> {
    /// Finds the headers; files other than programs are refused.
    fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() < size_of::<Mach>() {
            let end = size_of::<Mach>() as u64;
            return Err(truncated(Format::MachO, "the file header", end, bytes));
        }
        let broken = |what| move |e| damaged(Format::MachO, what, e);
        let header = Mach::parse(bytes, 0).map_err(broken("file header"))?;
        let endian = header.endian().map_err(broken("file header"))?;
        let unlinked = match header.filetype(endian) {
            macho::MH_EXECUTE | macho::MH_PRELOAD => None,
            macho::MH_OBJECT => Some(Unlinked::Object),
            macho::MH_CORE => Some(Unlinked::Dump),
            macho::MH_DYLIB | macho::MH_BUNDLE | macho::MH_DYLIB_STUB => Some(Unlinked::Library),
            macho::MH_KEXT_BUNDLE => Some(Unlinked::KernelModule),
            macho::MH_DSYM => Some(Unlinked::DebugInformation),
            _ => Some(Unlinked::Unknown),
        };
        if let Some(unlinked) = unlinked {
            return Err(ErrorKind::NotLinked(Format::MachO, unlinked).into());
        }
        let end = size_of::<Mach>() as u64 + u64::from(header.sizeofcmds(endian));
        if end > bytes.len() as u64 {
            return Err(truncated(
                Format::MachO,
                "the table of load commands",
                end,
                bytes,
            ));
        }
        let mut commands = Vec::new();
        let mut iterator = header
            .load_commands(endian, bytes, 0)
            .map_err(broken("load commands"))?;
        while let Some(command) = iterator.next().map_err(broken("load commands"))? {
            commands.push(command);
        }
        Ok(Self {
            bytes,
            header,
            endian,
            commands,
        })
    }

    fn image(self) -> Result<Image<'a>, Error> {
        let architecture = architecture(self.header.cputype(self.endian));
        let mut image = Image::empty(Format::MachO, architecture, Platform::Macos);
        image.is_little_endian = self.endian == Endianness::Little;
        let flags = self.header.flags(self.endian);
        image.has_executable_stack = flags.contains(macho::MH_ALLOW_STACK_EXECUTION);
        let mut parts = Parts::default();
        for command in &self.commands {
            self.read_command(command, &mut image, &mut parts)?;
        }
        let text = image
            .segments
            .iter()
            .find(|segment| segment.name.as_deref() == Some("__TEXT"));
        let text = text.map_or(0, |segment| segment.virtual_address);
        let main = parts.entry_offset.map(|offset| Entry {
            address: text.wrapping_add(offset),
            is_called: true,
        });
        let thread = parts.thread_pc.map(|address| Entry {
            address,
            is_called: false,
        });
        image.entry = main.or(thread);
        let personalities = |name: &str| {
            image
                .section(name)
                .map(|section| (section.address, section.data))
        };
        let compact =
            personalities("__TEXT,__unwind_info").map_or(0, |(_, data)| unwind::compact(data));
        let frames = personalities("__TEXT,__eh_frame")
            .map_or(0, |(address, data)| unwind::eh_frame(&image, address, data));
        image.personalities = compact + frames;
        if image
            .entry
            .is_some_and(|entry| entry.address >= super::platform::UPPER_HALF)
        {
            image.platform = Platform::Kernel;
        }
        Ok(image)
    }

    fn read_command(
        &self,
        command: &LoadCommandData<'a, Endianness>,
        image: &mut Image<'a>,
        parts: &mut Parts,
    ) -> Result<(), Error> {
        let endian = self.endian;
        let broken = |e| damaged(Format::MachO, "load commands", e);
        match command.variant().map_err(broken)? {
            LoadCommandVariant::Segment32(segment, sections) => {
                self.read_segment(segment, sections, image)?;
            }
            LoadCommandVariant::Segment64(segment, sections) => {
                self.read_segment(segment, sections, image)?;
            }
            LoadCommandVariant::Dylib(dylib) => {
                let name = command.string(endian, dylib.dylib.name).map_err(broken)?;
                image.libraries.push(text(name));
            }
            LoadCommandVariant::LoadDylinker(dylinker) => {
                let name = command.string(endian, dylinker.name).map_err(broken)?;
                image.interpreter = Some(text(name));
            }
            LoadCommandVariant::EntryPoint(main) => {
                parts.entry_offset = Some(main.entryoff.get(endian));
            }
            LoadCommandVariant::Thread(_, state) => {
                parts.thread_pc = self.program_counter(state, &image.architecture);
            }
            LoadCommandVariant::Symtab(symtab) if !parts.has_symbols => {
                parts.has_symbols = true;
                self.read_symbols(symtab, image)?;
            }
            LoadCommandVariant::DyldInfo(info) => {
                image.relocations = rebased(u64::from(info.rebase_size.get(endian)));
            }
            LoadCommandVariant::LinkeditData(data)
                if command.cmd() == macho::LC_DYLD_CHAINED_FIXUPS
                    && image.relocations.is_none() =>
            {
                let size = u64::from(data.datasize.get(endian));
                image.relocations = rebased(size).filter(|_| self.has_chains(data));
            }
            _ => {}
        }
        Ok(())
    }

    fn read_segment<S: object::read::macho::Segment<Endian = Endianness>>(
        &self,
        segment: &'a S,
        sections: &'a [u8],
        image: &mut Image<'a>,
    ) -> Result<(), Error> {
        let endian = self.endian;
        let name = text(segment.name());
        let (offset, size) = segment.file_range(endian);
        let data = segment.data(endian, self.bytes).map_err(|()| {
            let what = format!("the segment `{name}`");
            truncated(Format::MachO, what, offset.saturating_add(size), self.bytes)
        })?;
        let protection = segment.initprot(endian);
        let address = segment.vmaddr(endian).into();
        image.segments.push(Segment {
            name: Some(name.clone()),
            virtual_address: address,
            physical_address: address,
            data,
            memory_size: segment.vmsize(endian).into(),
            offset,
            permissions: Permissions {
                write: protection.contains(macho::VM_PROT_WRITE),
                execute: protection.contains(macho::VM_PROT_EXECUTE),
            },
        });
        let sections = segment
            .sections(endian, sections)
            .map_err(|e| damaged(Format::MachO, "section headers", e))?;
        for section in sections {
            let address = section.addr(endian).into();
            let size = section.size(endian).into();
            let has_content = section.file_size(endian).is_some();
            let distance = address.checked_sub(segment.vmaddr(endian).into());
            let data = distance.filter(|_| has_content).and_then(|distance| {
                let end = usize::try_from(distance.checked_add(size)?).ok()?;
                data.get(usize::try_from(distance).ok()?..end)
            });
            image.sections.push(Section {
                name: Cow::Owned(format!("{name},{}", text(section.name()))),
                address,
                load_address: has_content.then_some(address),
                size,
                data: data.unwrap_or_default(),
            });
        }
        Ok(())
    }

    fn read_symbols(
        &self,
        symtab: &SymtabCommand<Endianness>,
        image: &mut Image<'a>,
    ) -> Result<(), Error> {
        let endian = self.endian;
        let symbols = symtab
            .symbols::<Mach, _>(endian, self.bytes)
            .map_err(|e| damaged(Format::MachO, "symbol table", e))?;
        let is_two_level = self.header.flags(endian).contains(macho::MH_TWOLEVEL);
        let mut budget = NameBudget::of(self.bytes);
        for symbol in symbols.iter().filter(|symbol| !symbol.is_stab()) {
            let Some(name) = budget.spend(symbol.name(endian, symbols.strings())) else {
                break;
            };
            if symbol.is_undefined() {
                let library = symbol.library_ordinal(endian).index();
                image.imports.push(Import {
                    name,
                    library: library
                        .filter(|_| is_two_level)
                        .map(|number| usize::from(number) - 1),
                    is_weak: symbol.n_desc(endian).contains(macho::N_WEAK_REF),
                });
            } else if !name.is_empty() {
                image.symbols.push(Symbol {
                    name,
                    address: symbol.n_value(endian).into(),
                    definition: Definition::Here,
                });
            }
        }
        Ok(())
    }

    /// The program counter in the state of a thread: flavours and registers as in `mach/i386/thread_status.h` and
    /// `mach/arm/thread_status.h`, where both have 64 bits.
    fn program_counter(&self, state: &[u8], architecture: &Architecture) -> Option<u64> {
        let (flavour, register) = match architecture {
            Architecture::X86_64 => (4, 16),
            Architecture::AArch64 => (6, 32),
            _ => return None,
        };
        let mut rest = state;
        loop {
            let ([found, count], after) = (rest.as_chunks::<4>().0.first_chunk()?, rest.get(8..)?);
            let length = self.endian.read_u32(*count) as usize * 4;
            if self.endian.read_u32(*found) == flavour {
                let value = after.get(..length)?.get(register * 8..)?.first_chunk()?;
                return Some(self.endian.read_u64(*value));
            }
            rest = after.get(length..)?;
        }
    }

    /// Whether any segment has pointers to be fixed up (`mach-o/fixup-chains.h`).
    fn has_chains(&self, data: &LinkeditDataCommand<Endianness>) -> bool {
        let Ok(data) = data.data(self.endian, self.bytes) else {
            return false;
        };
        let word = |at: usize| {
            let bytes = data.get(at..)?.first_chunk()?;
            Some(self.endian.read_u32(*bytes) as usize)
        };
        let Some(starts) = word(4) else {
            return false;
        };
        let count = word(starts).unwrap_or_default();
        let places = (1..=count).map_while(|number| word(starts.checked_add(4 * number)?));
        places.into_iter().any(|place| place != 0)
    }
}

/// Relocations of that many bytes, which nobody but dyld applies.
fn rebased(size: u64) -> Option<Relocations> {
    (size != 0).then(|| Relocations {
        size,
        tables: Vec::new(),
    })
}

fn architecture(cpu: CpuType) -> Architecture {
    match cpu {
        macho::CPU_TYPE_X86 => Architecture::X86,
        macho::CPU_TYPE_X86_64 => Architecture::X86_64,
        macho::CPU_TYPE_ARM => Architecture::Arm,
        macho::CPU_TYPE_ARM64 => Architecture::AArch64,
        CpuType(other) => Architecture::Other(format!("CPU type {other:#x}")),
    }
}
