//! A small linker: images with one segment and one section per part.

use bringup_device::catalogue::{self, Chip};
use object::Endianness;
use object::elf;
use object::write::StringId;
use object::write::elf::{FileHeader, ProgramHeader, SectionHeader, Writer};

/// An image being put together.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) parts: Vec<Part>,
    /// `Tag_CPU_arch`; no `.ARM.attributes` if `None`.
    pub(crate) cpu_arch: Option<u8>,
    pub(crate) machine: elf::Machine,
    pub(crate) kind: elf::FileType,
    pub(crate) endian: Endianness,
    pub(crate) is_64: bool,
    pub(crate) section_headers: bool,
    /// `e_entry`.
    pub(crate) entry: u64,
}

/// A section in a segment of its own.
#[derive(Clone)]
pub(crate) struct Part {
    name: &'static str,
    run: u64,
    load: u64,
    content: Content,
    flags: elf::SectionFlags,
    /// Whether the segment can be executed.
    pub(crate) executable: bool,
}

#[derive(Clone)]
enum Content {
    Bytes(Vec<u8>),
    Reserved(u64),
}

impl Part {
    /// Something loaded where it runs.
    pub(crate) fn loaded(name: &'static str, at: u64, bytes: Vec<u8>) -> Self {
        Self {
            name,
            run: at,
            load: at,
            content: Content::Bytes(bytes),
            flags: elf::SHF_ALLOC,
            executable: false,
        }
    }

    /// Something copied at start-up.
    pub(crate) fn copied(name: &'static str, run: u64, load: u64, bytes: Vec<u8>) -> Self {
        Self {
            name,
            run,
            load,
            content: Content::Bytes(bytes),
            flags: elf::SHF_ALLOC | elf::SHF_WRITE,
            executable: false,
        }
    }

    /// Something that takes RAM only.
    pub(crate) fn reserved(name: &'static str, run: u64, size: u64) -> Self {
        Self {
            name,
            run,
            load: run,
            content: Content::Reserved(size),
            flags: elf::SHF_ALLOC | elf::SHF_WRITE,
            executable: false,
        }
    }

    fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Bytes(bytes) => bytes,
            Content::Reserved(_) => &[],
        }
    }

    fn size(&self) -> u64 {
        match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Reserved(size) => *size,
        }
    }

    fn segment(&self, offset: u64) -> ProgramHeader {
        ProgramHeader {
            p_type: elf::PT_LOAD,
            p_flags: if self.executable {
                elf::PF_R | elf::PF_X
            } else {
                elf::PF_R
            },
            p_offset: offset,
            p_vaddr: self.run,
            p_paddr: self.load,
            p_filesz: self.bytes().len() as u64,
            p_memsz: self.size(),
            p_align: 4,
        }
    }

    fn section(&self, offset: u64) -> (&'static str, SectionHeader) {
        let nobits = matches!(self.content, Content::Reserved(_));
        let header = SectionHeader {
            sh_type: if nobits {
                elf::SHT_NOBITS
            } else {
                elf::SHT_PROGBITS
            },
            sh_flags: self.flags,
            sh_addr: self.run,
            sh_offset: offset,
            sh_size: self.size(),
            ..plain()
        };
        (self.name, header)
    }
}

impl Image {
    /// A program for ARMv6S-M of these parts.
    pub(crate) fn of(parts: Vec<Part>) -> Self {
        Self {
            parts,
            cpu_arch: Some(12),
            machine: elf::EM_ARM,
            kind: elf::ET_EXEC,
            endian: Endianness::Little,
            is_64: false,
            section_headers: true,
            entry: 0x0800_00C1,
        }
    }

    /// A sound program: 0xC0 bytes of vectors, 1000 of code, 24 of data, 100 of bss and 8 left alone.
    pub(crate) fn sound() -> Self {
        Self::with_vectors(0x2000_2000, 0x0800_00C1)
    }

    /// The sound program with other vectors.
    pub(crate) fn with_vectors(initial_sp: u32, reset: u32) -> Self {
        Self::of(vec![
            Part::loaded(".vector_table", 0x0800_0000, vectors(initial_sp, reset)),
            Part::loaded(".text", 0x0800_00C0, vec![0xBF; 1000]),
            Part::copied(".data", 0x2000_0000, 0x0800_04A8, vec![7; 24]),
            Part::reserved(".bss", 0x2000_0018, 100),
            Part::reserved(".uninit", 0x2000_0080, 8),
        ])
    }

    /// Writes the file.
    pub(crate) fn build(&self) -> Vec<u8> {
        let attributes = self.cpu_arch.map(attributes).unwrap_or_default();
        let mut file = Vec::new();
        let mut writer = Writer::new(self.endian, self.is_64, &mut file);
        writer.reserve_file_header();
        writer.reserve_program_headers(self.parts.len() as u32);
        let mut place = |bytes: &[u8]| writer.reserve(bytes.len() as u64, 4);
        let offsets: Vec<_> = self.parts.iter().map(|part| place(part.bytes())).collect();
        let attributes_at = place(&attributes);
        let mut headers: Vec<_> = self
            .parts
            .iter()
            .zip(&offsets)
            .map(|(part, &at)| part.section(at))
            .collect();
        if self.cpu_arch.is_some() {
            headers.push((
                ".ARM.attributes",
                attributes_section(attributes_at, &attributes),
            ));
        }
        let mut names = Vec::new();
        if self.section_headers {
            for (name, _) in &headers {
                names.push(writer.add_section_name(name.as_bytes()));
                writer.reserve_section_index();
            }
            writer.reserve_shstrtab_section_index();
            writer.reserve_shstrtab().unwrap();
            writer.reserve_section_headers();
        }
        writer.write_file_header(&self.header()).unwrap();
        writer.write_align_program_headers();
        for (part, &offset) in self.parts.iter().zip(&offsets) {
            writer.write_program_header(&part.segment(offset));
        }
        for (part, &offset) in self.parts.iter().zip(&offsets) {
            writer.pad_until(offset);
            writer.write(part.bytes());
        }
        writer.pad_until(attributes_at);
        writer.write(&attributes);
        if self.section_headers {
            let headers = headers.into_iter().map(|(_, header)| header);
            write_sections(&mut writer, names.into_iter().zip(headers));
        }
        file
    }

    fn header(&self) -> FileHeader {
        FileHeader {
            os_abi: elf::ELFOSABI_NONE,
            abi_version: 0,
            e_type: self.kind,
            e_machine: self.machine,
            e_entry: self.entry,
            e_flags: elf::FileFlags(0x0500_0000),
        }
    }
}

/// Writes the names of the sections and their headers.
fn write_sections(
    writer: &mut Writer<'_>,
    headers: impl Iterator<Item = (StringId, SectionHeader)>,
) {
    writer.write_shstrtab();
    writer.write_null_section_header();
    for (name, header) in headers {
        let sh_name = writer.section_name_offset(Some(name));
        writer.write_section_header(&SectionHeader { sh_name, ..header });
    }
    writer.write_shstrtab_section_header();
}

/// The header of `.ARM.attributes`.
fn attributes_section(offset: u64, content: &[u8]) -> SectionHeader {
    SectionHeader {
        sh_type: elf::SHT_ARM_ATTRIBUTES,
        sh_offset: offset,
        sh_size: content.len() as u64,
        ..plain()
    }
}

/// A section header of nothing.
fn plain() -> SectionHeader {
    SectionHeader {
        sh_name: 0,
        sh_type: elf::SHT_NULL,
        sh_flags: elf::SectionFlags(0),
        sh_addr: 0,
        sh_offset: 0,
        sh_size: 0,
        sh_link: 0,
        sh_info: 0,
        sh_addralign: 1,
        sh_entsize: 0,
    }
}

/// The vector table of a Cortex-M0+ with 32 interrupts, all handled by the reset handler.
pub(crate) fn vectors(initial_sp: u32, reset: u32) -> Vec<u8> {
    std::iter::once(initial_sp)
        .chain(std::iter::repeat_n(reset, 47))
        .flat_map(u32::to_le_bytes)
        .collect()
}

/// The content of `.ARM.attributes` with `Tag_CPU_name` and `Tag_CPU_arch`.
fn attributes(cpu_arch: u8) -> Vec<u8> {
    let values = [&b"\x05some-core\0\x06"[..], &[cpu_arch]].concat();
    let scope = [&[1][..], &(5 + values.len() as u32).to_le_bytes(), &values].concat();
    [
        &b"A"[..],
        &(10 + scope.len() as u32).to_le_bytes(),
        b"aeabi\0",
        &scope,
    ]
    .concat()
}

/// The chip that the images are for.
pub(crate) fn chip() -> Chip {
    catalogue::chip("STM32L031K6").unwrap().clone()
}
