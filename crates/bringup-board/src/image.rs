//! Firmware images: an ELF file, checked against the chip it is to run on.

use std::sync::Arc;

use bringup_device::catalogue::{Chip, MemoryKind};
use object::LittleEndian;
use object::elf;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};

use crate::error::{Error, Kind};

type Header = elf::FileHeader32<LittleEndian>;

/// A part of the image that is written to memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Physical address: where it is stored.
    pub address: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Firmware that fits the chip.
#[derive(Debug, Clone)]
pub struct Image {
    /// What is written to memory, in the order of the file.
    pub segments: Vec<Segment>,
    /// Bytes of flash that the image fills.
    pub flash: u64,
    /// Bytes of RAM that the image claims: data, zero-initialised and uninitialised.
    pub ram: u64,
    /// The file itself, for its symbols.
    pub(crate) file: Arc<[u8]>,
}

impl Image {
    /// Reads an ELF file for a chip.
    pub fn read(file: &[u8], chip: &Chip) -> Result<Self, Error> {
        let header = check_header(file, chip)?;
        check_architecture(header, file, chip)?;
        let damaged = |_| Kind::Truncated {
            what: "the table of program headers",
        };
        let programs = header
            .program_headers(LittleEndian, file)
            .map_err(damaged)?;
        let mut image = Self {
            segments: Vec::new(),
            flash: 0,
            ram: 0,
            file: file.into(),
        };
        for program in programs
            .iter()
            .filter(|program| program.p_type(LittleEndian) == elf::PT_LOAD)
        {
            image.add(program, file, chip)?;
        }
        if image.segments.is_empty() {
            return Err(Kind::NothingToLoad.into());
        }
        Ok(image)
    }

    /// Adds a loadable segment, checked against the memories.
    fn add(
        &mut self,
        program: &elf::ProgramHeader32<LittleEndian>,
        file: &[u8],
        chip: &Chip,
    ) -> Result<(), Error> {
        let (stored, runs_at) = (program.p_paddr(LittleEndian), program.p_vaddr(LittleEndian));
        let (file_size, size) = (
            program.p_filesz(LittleEndian),
            program.p_memsz(LittleEndian),
        );
        if size == 0 && file_size == 0 {
            return Ok(());
        }
        let bytes = program
            .data(LittleEndian, file)
            .map_err(|()| Kind::Truncated { what: "a segment" })?;
        if !bytes.is_empty() {
            if memory_at(chip, stored, file_size) == Some(MemoryKind::Flash) {
                self.flash += u64::from(file_size);
            }
            require_memory(chip, stored, file_size)?;
            self.segments.push(Segment {
                address: stored,
                bytes: bytes.to_vec(),
            });
        }
        let size = size.max(file_size);
        require_memory(chip, runs_at, size)?;
        if memory_at(chip, runs_at, size) == Some(MemoryKind::Ram) {
            self.ram += u64::from(size);
        }
        Ok(())
    }
}

/// The kind of the memory that holds a whole range.
fn memory_at(chip: &Chip, start: u32, length: u32) -> Option<MemoryKind> {
    let fits = |origin: u32, size: u32| {
        let offset = u64::from(start.wrapping_sub(origin));
        start >= origin && offset + u64::from(length) <= u64::from(size)
    };
    let holds = |memory: &&bringup_device::catalogue::Memory| {
        fits(memory.origin, memory.length)
            || memory
                .aliases
                .iter()
                .any(|alias| fits(*alias, memory.length))
    };
    chip.memories.iter().find(holds).map(|memory| memory.kind)
}

fn require_memory(chip: &Chip, start: u32, length: u32) -> Result<(), Error> {
    if memory_at(chip, start, length).is_some() {
        return Ok(());
    }
    let name = |kind| match kind {
        MemoryKind::Flash => "flash",
        MemoryKind::Ram => "RAM",
        MemoryKind::Eeprom => "EEPROM",
        MemoryKind::System => "system memory",
    };
    let memories: Vec<String> = chip
        .memories
        .iter()
        .map(|memory| {
            format!(
                "{} of {} bytes at {:#010x}",
                name(memory.kind),
                memory.length,
                memory.origin
            )
        })
        .collect();
    let (start, length) = (u64::from(start), u64::from(length));
    Err(Kind::OutsideMemory {
        start,
        length,
        chip: chip.name.clone(),
        memories: memories.join(", "),
    }
    .into())
}

/// Checks that the file is an ELF executable for 32-bit little-endian Arm.
fn check_header<'data>(file: &'data [u8], chip: &Chip) -> Result<&'data Header, Error> {
    if file.is_empty() {
        return Err(Kind::Empty.into());
    }
    if !file.starts_with(&elf::ELFMAG) {
        return Err(Kind::NotElf {
            start: file.iter().copied().take(4).collect(),
        }
        .into());
    }
    let machine = machine_of(file).ok_or(Kind::Truncated { what: "the header" })?;
    let class = file.get(4).copied().map(elf::FileClass);
    let data = file.get(5).copied().map(elf::DataEncoding);
    let little = data == Some(elf::ELFDATA2LSB);
    if class != Some(elf::ELFCLASS32) || !little || machine != elf::EM_ARM.0 {
        let bits = if class == Some(elf::ELFCLASS64) {
            "64-bit"
        } else {
            "32-bit"
        };
        let order = if little {
            "little-endian"
        } else {
            "big-endian"
        };
        let found = format!("{bits} {order} {}", machine_name(machine));
        return Err(Kind::WrongMachine {
            found,
            chip: chip.name.clone(),
        }
        .into());
    }
    let header = Header::parse(file).map_err(|_| Kind::Truncated { what: "the header" })?;
    let found = match header.e_type(LittleEndian) {
        elf::ET_EXEC | elf::ET_DYN => return Ok(header),
        elf::ET_REL => "a relocatable object".to_owned(),
        elf::ET_CORE => "a core dump".to_owned(),
        other => format!("of type {}", other.0),
    };
    Err(Kind::NotExecutable { found }.into())
}

/// `e_machine`, in the file's own byte order.
fn machine_of(file: &[u8]) -> Option<u16> {
    let bytes = [*file.get(18)?, *file.get(19)?];
    let big = file.get(5).copied() == Some(elf::ELFDATA2MSB.0);
    Some(if big {
        u16::from_be_bytes(bytes)
    } else {
        u16::from_le_bytes(bytes)
    })
}

fn machine_name(machine: u16) -> String {
    match elf::Machine(machine) {
        elf::EM_ARM => "Arm".to_owned(),
        elf::EM_AARCH64 => "AArch64".to_owned(),
        elf::EM_X86_64 => "x86-64".to_owned(),
        elf::EM_386 => "x86".to_owned(),
        elf::EM_RISCV => "RISC-V".to_owned(),
        elf::EM_XTENSA => "Xtensa".to_owned(),
        elf::EM_MSP430 => "MSP430".to_owned(),
        elf::EM_AVR => "AVR".to_owned(),
        elf::Machine(other) => format!("machine {other}"),
    }
}

/// Checks the architecture that the file's build attributes name against the core's. Files without attributes pass.
fn check_architecture(header: &Header, file: &[u8], chip: &Chip) -> Result<(), Error> {
    let Ok(sections) = header.section_headers(LittleEndian, file) else {
        return Err(Kind::Truncated {
            what: "the table of sections",
        }
        .into());
    };
    let attributes = sections
        .iter()
        .find(|section| section.sh_type(LittleEndian) == elf::SHT_ARM_ATTRIBUTES);
    let data = attributes.and_then(|section| section.data(LittleEndian, file).ok());
    let Some(architecture) = data.and_then(cpu_arch) else {
        return Ok(());
    };
    match architecture_beyond_v6m(architecture) {
        Some(found) => Err(Kind::WrongArchitecture {
            found: found.to_owned(),
            chip: chip.name.clone(),
            core: chip.core.title(),
        }
        .into()),
        None => Ok(()),
    }
}

/// The name of an architecture (`Tag_CPU_arch`) whose code an ARMv6-M core cannot be expected to run.
fn architecture_beyond_v6m(value: u64) -> Option<&'static str> {
    Some(match value {
        7 => "ARMv6KZ",
        8 => "ARMv6T2",
        9 => "ARMv6K",
        10 => "ARMv7",
        13 => "ARMv7E-M",
        14 => "ARMv8-A",
        15 => "ARMv8-R",
        16 => "ARMv8-M Baseline",
        17 => "ARMv8-M Mainline",
        21 => "ARMv8.1-M Mainline",
        22 => "ARMv9-A",
        _ => return None,
    })
}

/// `Tag_CPU_arch` of the public file attributes, ARM IHI 0045 "Addenda to, and Errata in, the ABI", section 3.
fn cpu_arch(section: &[u8]) -> Option<u64> {
    let mut rest = section.strip_prefix(b"A")?;
    loop {
        let length = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let vendor = rest.get(4..length)?;
        if let Some(subsections) = vendor.strip_prefix(b"aeabi\0") {
            return file_attributes(subsections).and_then(find_cpu_arch);
        }
        rest = rest.get(length..)?;
    }
}

/// The attributes of the first sub-section that is about the whole file.
fn file_attributes(mut subsections: &[u8]) -> Option<&[u8]> {
    const TAG_FILE: u8 = 1;
    loop {
        let tag = *subsections.first()?;
        let length = u32::from_le_bytes(subsections.get(1..5)?.try_into().ok()?) as usize;
        if tag == TAG_FILE {
            return subsections.get(5..length);
        }
        // A length below the size of its own header would never end.
        subsections = subsections.get(length.max(5)..)?;
    }
}

fn find_cpu_arch(mut attributes: &[u8]) -> Option<u64> {
    const TAG_CPU_RAW_NAME: u64 = 4;
    const TAG_CPU_NAME: u64 = 5;
    const TAG_CPU_ARCH: u64 = 6;
    const TAG_COMPATIBILITY: u64 = 32;
    loop {
        let tag = take_uleb(&mut attributes)?;
        match tag {
            TAG_CPU_ARCH => return take_uleb(&mut attributes),
            TAG_COMPATIBILITY => {
                take_uleb(&mut attributes)?;
                skip_string(&mut attributes)?;
            }
            TAG_CPU_RAW_NAME | TAG_CPU_NAME => skip_string(&mut attributes)?,
            // Above 32, odd tags have a string and even ones a number.
            tag if tag > TAG_COMPATIBILITY && tag % 2 == 1 => skip_string(&mut attributes)?,
            _ => drop(take_uleb(&mut attributes)?),
        }
    }
}

fn take_uleb(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7F) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn skip_string(bytes: &mut &[u8]) -> Option<()> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    *bytes = bytes.get(end + 1..)?;
    Some(())
}
