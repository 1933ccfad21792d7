//! Programs in the form of Mach-O with 64 bits, and universal files.

use object::Endianness;
use object::macho;
use object::write::macho::{
    DylibCommand, Encoder, MachHeader, Nlist, SectionHeader, SegmentCommand, SymtabCommand,
};

use super::CALLING;

/// Where the text begins: the first 4 GiB are `__PAGEZERO`.
const TEXT: u64 = 0x1_0000_0000;
/// Bytes for headers before the code.
const HEADERS: u64 = 0x600;

/// A program for macOS being put together.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) cpu: macho::CpuType,
    pub(crate) kind: macho::FileType,
    pub(crate) flags: macho::FileFlags,
    pub(crate) dylinker: Option<&'static str>,
    pub(crate) libraries: Vec<&'static str>,
    /// Undefined symbols, with the number of their library from 1; 0xFE is a lookup in all.
    pub(crate) imports: Vec<(&'static str, u8)>,
    pub(crate) symbols: Vec<&'static str>,
    /// `LC_MAIN`, or else `LC_UNIXTHREAD`; neither if `None`.
    pub(crate) is_called: Option<bool>,
    pub(crate) protection: macho::VmProt,
    /// Content of `__gcc_except_tab`.
    pub(crate) exceptions: Vec<u8>,
    /// Bytes of rebase information.
    pub(crate) rebase: u32,
}

impl Program {
    /// A program that needs nothing but `libSystem`.
    pub(crate) fn macos() -> Self {
        Self {
            cpu: macho::CPU_TYPE_X86_64,
            kind: macho::MH_EXECUTE,
            flags: macho::MH_TWOLEVEL,
            dylinker: Some("/usr/lib/dyld"),
            libraries: vec!["/usr/lib/libSystem.B.dylib"],
            imports: vec![("_write", 1)],
            symbols: vec!["_main"],
            is_called: Some(true),
            protection: macho::VM_PROT_READ | macho::VM_PROT_EXECUTE,
            exceptions: Vec::new(),
            rebase: 0,
        }
    }

    /// Writes the file.
    pub(crate) fn build(&self) -> Vec<u8> {
        let encoder = Encoder::new(Endianness::Little, true);
        let (symbols, names) = self.symbol_table(encoder);
        let text_size = HEADERS + (CALLING.len() + self.exceptions.len()) as u64;
        let (mut commands, mut count) = (Vec::new(), 0);
        self.segments(encoder, &mut commands, text_size);
        count += 2;
        for library in &self.libraries {
            encoder.dylib_command(&mut commands, &dylib(library));
            count += 1;
        }
        if let Some(dylinker) = self.dylinker {
            let mut data = 12_u32.to_le_bytes().to_vec();
            data.extend(dylinker.as_bytes());
            data.resize((data.len() + 1 + 8).next_multiple_of(8) - 8, 0);
            encoder.load_command(&mut commands, macho::LC_LOAD_DYLINKER, &data);
            count += 1;
        }
        if self.rebase != 0 {
            let mut data = vec![0; 40];
            data[4..8].copy_from_slice(&self.rebase.to_le_bytes());
            encoder.load_command(&mut commands, macho::LC_DYLD_INFO_ONLY, &data);
            count += 1;
        }
        if let Some(is_called) = self.is_called {
            let (command, data) = self.entry(is_called);
            encoder.load_command(&mut commands, command, &data);
            count += 1;
        }
        encoder.symtab_command(
            &mut commands,
            &SymtabCommand {
                symoff: text_size as u32,
                nsyms: (self.symbols.len() + self.imports.len()) as u32,
                stroff: text_size as u32 + symbols.len() as u32,
                strsize: names.len() as u32,
            },
        );
        count += 1;
        let mut file = Vec::new();
        encoder.mach_header(
            &mut file,
            &MachHeader {
                cputype: self.cpu,
                cpusubtype: macho::CpuSubtype(3),
                filetype: self.kind,
                ncmds: count,
                sizeofcmds: commands.len() as u32,
                flags: self.flags,
            },
        );
        file.extend(commands);
        assert!(file.len() as u64 <= HEADERS);
        file.resize(HEADERS as usize, 0);
        file.extend(CALLING);
        file.extend(&self.exceptions);
        file.extend(symbols);
        file.extend(names);
        file
    }

    /// `__PAGEZERO`, and `__TEXT` with its sections.
    fn segments(&self, encoder: Encoder<Endianness>, commands: &mut Vec<u8>, text_size: u64) {
        let segment = |name: &str, vmaddr, vmsize, filesize, protection, nsects| SegmentCommand {
            segname: padded(name),
            vmaddr,
            vmsize,
            fileoff: 0,
            filesize,
            maxprot: protection,
            initprot: protection,
            nsects,
            flags: macho::SegmentFlags(0),
        };
        let sections = if self.exceptions.is_empty() { 1 } else { 2 };
        encoder.segment_command(
            commands,
            &segment("__PAGEZERO", 0, TEXT, 0, macho::VmProt(0), 0),
        );
        encoder.segment_command(
            commands,
            &segment("__TEXT", TEXT, 0x1000, text_size, self.protection, sections),
        );
        let section = |name: &str, offset: u64, size: usize| SectionHeader {
            sectname: padded(name),
            segname: padded("__TEXT"),
            addr: TEXT + offset,
            size: size as u64,
            offset: offset as u32,
            align: 0,
            reloff: 0,
            nreloc: 0,
            flags: macho::SectionFlags(0),
            reserved1: 0,
            reserved2: 0,
            reserved3: 0,
        };
        encoder.section_header(commands, &section("__text", HEADERS, CALLING.len()));
        if !self.exceptions.is_empty() {
            let at = HEADERS + CALLING.len() as u64;
            encoder.section_header(
                commands,
                &section("__gcc_except_tab", at, self.exceptions.len()),
            );
        }
    }

    fn entry(&self, is_called: bool) -> (macho::LoadCommandType, Vec<u8>) {
        if is_called {
            let data = [HEADERS, 0].into_iter().flat_map(u64::to_le_bytes);
            return (macho::LC_MAIN, data.collect());
        }
        let (flavour, words, register) = if self.cpu == macho::CPU_TYPE_ARM64 {
            (6_u32, 68_u32, 32)
        } else {
            (4, 42, 16)
        };
        let mut data = [flavour.to_le_bytes(), words.to_le_bytes()].concat();
        data.resize(8 + 4 * words as usize, 0);
        data[8 + 8 * register..][..8].copy_from_slice(&(TEXT + HEADERS).to_le_bytes());
        (macho::LC_UNIXTHREAD, data)
    }

    fn symbol_table(&self, encoder: Encoder<Endianness>) -> (Vec<u8>, Vec<u8>) {
        let (mut table, mut names) = (Vec::new(), vec![0]);
        let defined = self
            .symbols
            .iter()
            .map(|name| (*name, macho::SymbolFlags(0x0F), 1, 0));
        let imports = self
            .imports
            .iter()
            .map(|(name, library)| (*name, macho::SymbolFlags(0x01), 0, u16::from(*library) << 8));
        for (name, n_type, n_sect, desc) in defined.chain(imports) {
            let nlist = Nlist {
                n_strx: names.len() as u32,
                n_type,
                n_sect,
                n_desc: macho::SymbolDesc(desc),
                n_value: if n_sect == 1 { TEXT + HEADERS } else { 0 },
            };
            encoder.nlist(&mut table, &nlist);
            names.extend(name.as_bytes());
            names.push(0);
        }
        (table, names)
    }
}

/// A universal file of programs.
pub(crate) fn universal(programs: &[(macho::CpuType, Vec<u8>)]) -> Vec<u8> {
    let mut file = [macho::FAT_MAGIC, programs.len() as u32]
        .into_iter()
        .flat_map(u32::to_be_bytes)
        .collect::<Vec<_>>();
    let mut offset = 0x1000_u32;
    for (cpu, bytes) in programs {
        for word in [cpu.0, 3, offset, bytes.len() as u32, 12] {
            file.extend(word.to_be_bytes());
        }
        offset += (bytes.len() as u32).next_multiple_of(0x1000);
    }
    for (_, bytes) in programs {
        file.resize(file.len().next_multiple_of(0x1000), 0);
        file.extend(bytes);
    }
    file
}

fn dylib(name: &str) -> DylibCommand<'_> {
    DylibCommand {
        cmd: macho::LC_LOAD_DYLIB,
        name: name.as_bytes(),
        timestamp: 0,
        current_version: macho::Version(0),
        compatibility_version: macho::Version(0),
    }
}

fn padded(name: &str) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    bytes
}
