//! Programs in the form of ELF with 64 bits.

use object::Endianness;
use object::elf;
use object::write::elf::{FileHeader, ProgramHeader, SectionHeader, Writer};

use super::ALIGNING;

/// Where programs are linked to.
pub(crate) const BASE: u64 = 0x20_0000;

/// A program being put together.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) machine: elf::Machine,
    pub(crate) kind: elf::FileType,
    pub(crate) entry: u64,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) symbols: Vec<Symbol>,
    /// Symbols that a loader looks for.
    pub(crate) imports: Vec<Symbol>,
}

/// A section, and the program headers that have it.
#[derive(Clone)]
pub(crate) struct Piece {
    pub(crate) name: &'static str,
    pub(crate) address: u64,
    pub(crate) bytes: Vec<u8>,
    /// Bytes beyond those in the file.
    pub(crate) reserved: u64,
    pub(crate) kind: elf::SectionType,
    pub(crate) headers: Vec<(elf::ProgramType, elf::ProgramFlags)>,
}

/// A symbol.
#[derive(Clone, Copy)]
pub(crate) struct Symbol {
    pub(crate) name: &'static str,
    pub(crate) address: Option<u64>,
    pub(crate) weak: bool,
}

/// A symbol that is defined.
pub(crate) fn defined(name: &'static str) -> Symbol {
    Symbol {
        name,
        address: Some(BASE),
        weak: false,
    }
}

/// A symbol that is not.
pub(crate) fn missing(name: &'static str) -> Symbol {
    Symbol {
        name,
        address: None,
        weak: false,
    }
}

impl Piece {
    /// A section with a `PT_LOAD` segment of its own.
    pub(crate) fn loaded(
        name: &'static str,
        address: u64,
        flags: elf::ProgramFlags,
        bytes: &[u8],
    ) -> Self {
        Self {
            name,
            address,
            bytes: bytes.to_vec(),
            reserved: 0,
            kind: elf::SHT_PROGBITS,
            headers: vec![(elf::PT_LOAD, flags)],
        }
    }

    /// With one more program header.
    pub(crate) fn with(mut self, kind: elf::ProgramType) -> Self {
        self.headers.push((kind, elf::PF_R));
        self
    }

    fn size(&self) -> u64 {
        self.bytes.len() as u64 + self.reserved
    }
}

impl Program {
    /// A freestanding program for Linux.
    pub(crate) fn linux() -> Self {
        Self {
            machine: elf::EM_X86_64,
            kind: elf::ET_EXEC,
            entry: BASE,
            pieces: vec![Piece::loaded(
                ".text",
                BASE,
                elf::PF_R | elf::PF_X,
                ALIGNING,
            )],
            symbols: vec![defined("_start")],
            imports: Vec::new(),
        }
    }

    /// The same with one more piece, read-only and loaded behind the code.
    pub(crate) fn with(name: &'static str, bytes: &[u8]) -> Self {
        let mut program = Self::linux();
        program
            .pieces
            .push(Piece::loaded(name, BASE + 0x1000, elf::PF_R, bytes));
        program
    }

    /// The same with other code.
    pub(crate) fn of_code(code: &[u8]) -> Self {
        let mut program = Self::linux();
        program.pieces[0].bytes = code.to_vec();
        program
    }

    /// One with a dynamic section of these entries, whose strings are `strings`.
    pub(crate) fn dynamic(entries: &[(elf::DynamicTag, u64)], strings: &[u8]) -> Self {
        let mut program = Self::linux();
        let strings_at = BASE + 0x2000;
        let mut bytes = Vec::new();
        let own = [(elf::DT_STRTAB, strings_at), (elf::DT_NULL, 0)];
        for (tag, value) in entries.iter().chain(&own) {
            bytes.extend(tag.0.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        let dynamic = Piece::loaded(".dynamic", BASE + 0x1000, elf::PF_R | elf::PF_W, &bytes);
        program.pieces.push(dynamic.with(elf::PT_DYNAMIC));
        program
            .pieces
            .push(Piece::loaded(".dynstr", strings_at, elf::PF_R, strings));
        program
    }

    /// Writes the file.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut pieces = self.pieces.clone();
        let first = pieces.len() as u32 + 1;
        for (table, strings, kind, symbols) in [
            (".symtab", ".strtab", elf::SHT_SYMTAB, &self.symbols),
            (".dynsym", ".dynstr", elf::SHT_DYNSYM, &self.imports),
        ] {
            if !symbols.is_empty() {
                let (bytes, names) = symbol_table(symbols);
                pieces.push(unloaded(table, kind, bytes));
                pieces.push(unloaded(strings, elf::SHT_STRTAB, names));
            }
        }
        let mut file = Vec::new();
        let mut writer = Writer::new(Endianness::Little, true, &mut file);
        let count: usize = pieces.iter().map(|piece| piece.headers.len()).sum();
        writer.reserve_file_header();
        writer.reserve_program_headers(count as u32);
        let offsets: Vec<_> = pieces
            .iter()
            .map(|piece| writer.reserve(piece.bytes.len() as u64, 8))
            .collect();
        let mut names = Vec::new();
        for piece in &pieces {
            names.push(writer.add_section_name(piece.name.as_bytes()));
            writer.reserve_section_index();
        }
        writer.reserve_shstrtab_section_index();
        writer.reserve_shstrtab().unwrap();
        writer.reserve_section_headers();
        writer.write_file_header(&self.header()).unwrap();
        writer.write_align_program_headers();
        for (piece, &offset) in pieces.iter().zip(&offsets) {
            for &(kind, flags) in &piece.headers {
                writer.write_program_header(&program_header(piece, kind, flags, offset));
            }
        }
        for (piece, &offset) in pieces.iter().zip(&offsets) {
            writer.pad_until(offset);
            writer.write(&piece.bytes);
        }
        writer.write_shstrtab();
        writer.write_null_section_header();
        for (index, (piece, name)) in pieces.iter().zip(names).enumerate() {
            let sh_name = writer.section_name_offset(Some(name));
            let header = section_header(piece, offsets[index]);
            let is_table = index as u32 + 1 >= first && piece.kind != elf::SHT_STRTAB;
            writer.write_section_header(&SectionHeader {
                sh_name,
                // The names of symbols are in the section behind them.
                sh_link: if is_table { index as u32 + 2 } else { 0 },
                sh_entsize: if is_table { 24 } else { 0 },
                ..header
            });
        }
        writer.write_shstrtab_section_header();
        file
    }

    fn header(&self) -> FileHeader {
        FileHeader {
            os_abi: elf::ELFOSABI_NONE,
            abi_version: 0,
            e_type: self.kind,
            e_machine: self.machine,
            e_entry: self.entry,
            e_flags: elf::FileFlags(0),
        }
    }
}

fn unloaded(name: &'static str, kind: elf::SectionType, bytes: Vec<u8>) -> Piece {
    Piece {
        name,
        address: 0,
        bytes,
        reserved: 0,
        kind,
        headers: Vec::new(),
    }
}

fn program_header(
    piece: &Piece,
    kind: elf::ProgramType,
    flags: elf::ProgramFlags,
    offset: u64,
) -> ProgramHeader {
    ProgramHeader {
        p_type: kind,
        p_flags: flags,
        p_offset: offset,
        p_vaddr: piece.address,
        p_paddr: piece.address,
        p_filesz: piece.bytes.len() as u64,
        p_memsz: piece.size(),
        p_align: 4,
    }
}

fn section_header(piece: &Piece, offset: u64) -> SectionHeader {
    let mut flags = elf::SectionFlags(0);
    if !piece.headers.is_empty() {
        flags = elf::SHF_ALLOC;
    }
    SectionHeader {
        sh_name: 0,
        sh_type: piece.kind,
        sh_flags: flags,
        sh_addr: piece.address,
        sh_offset: offset,
        sh_size: piece.bytes.len() as u64,
        sh_link: 0,
        sh_info: 0,
        sh_addralign: 4,
        sh_entsize: 0,
    }
}

/// The content of a symbol table and of its strings (`Elf64_Sym`).
fn symbol_table(symbols: &[Symbol]) -> (Vec<u8>, Vec<u8>) {
    let (mut table, mut names) = (vec![0; 24], vec![0]);
    for symbol in symbols {
        let binding: u8 = if symbol.weak { 2 } else { 1 };
        table.extend((names.len() as u32).to_le_bytes());
        table.extend([binding << 4 | 2, 0]);
        table.extend(u16::from(symbol.address.is_some()).to_le_bytes());
        table.extend(symbol.address.unwrap_or(0).to_le_bytes());
        table.extend(0_u64.to_le_bytes());
        names.extend(symbol.name.as_bytes());
        names.push(0);
    }
    (table, names)
}
