//! The parts of a PE file, a program for Windows or UEFI, that an audit looks at ("PE Format" of Microsoft's documentation).

use std::borrow::Cow;

use object::LittleEndian as LE;
use object::pe::{self, ImageNtHeaders32, ImageNtHeaders64, ImageSectionHeader};
use object::read::coff::{CoffHeader as _, Symbol as _};
use object::read::pe::{
    DataDirectories, ImageNtHeaders, ImageOptionalHeader as _, ImageThunkData as _,
    Import as PeImport, ImportTable, SectionTable,
};

use super::{
    Definition, Entry, Image, Import, MOST, NameBudget, Permissions, Section, Segment, Symbol,
    damaged, text, truncated, unwind,
};
use crate::error::{Error, Kind as ErrorKind, Unlinked};
use crate::report::{Architecture, Format, Platform};

/// Imports beyond these are not read: no program has as many.
const MOST_IMPORTS: usize = 1 << 20;

/// Whether the file has a PE header where its DOS header says.
pub(crate) fn is_pe(bytes: &[u8]) -> bool {
    let Ok(dos) = pe::ImageDosHeader::parse(bytes) else {
        return false;
    };
    let signature = bytes.get(dos.nt_headers_offset() as usize..);
    signature.is_some_and(|bytes| bytes.starts_with(b"PE\0\0"))
}

/// Parses a file that has a PE header.
pub(super) fn parse(bytes: &[u8]) -> Result<Image<'_>, Error> {
    let magic = object::read::pe::optional_header_magic(bytes);
    if magic.map_err(|e| damaged(Format::Pe, "headers", e))? == pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC {
        File::<ImageNtHeaders64>::open(bytes)?.image()
    } else {
        File::<ImageNtHeaders32>::open(bytes)?.image()
    }
}

/// A file whose headers lie within it.
struct File<'a, Pe> {
    bytes: &'a [u8],
    headers: &'a Pe,
    directories: DataDirectories<'a>,
    table: SectionTable<'a>,
}

impl<'a, Pe: ImageNtHeaders> File<'a, Pe> {
    /// Finds the headers; libraries are refused.
    fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let dos =
            pe::ImageDosHeader::parse(bytes).map_err(|e| damaged(Format::Pe, "headers", e))?;
        let mut offset = u64::from(dos.nt_headers_offset());
        let (headers, directories) =
            Pe::parse(bytes, &mut offset).map_err(|e| damaged(Format::Pe, "headers", e))?;
        let count = headers.file_header().number_of_sections.get(LE);
        let end = offset + u64::from(count) * size_of::<ImageSectionHeader>() as u64;
        if end > bytes.len() as u64 {
            return Err(truncated(Format::Pe, "the section table", end, bytes));
        }
        let table = headers
            .sections(bytes, offset)
            .map_err(|e| damaged(Format::Pe, "section table", e))?;
        let flags = headers.file_header().characteristics.get(LE);
        if flags.contains(pe::IMAGE_FILE_DLL) {
            return Err(ErrorKind::NotLinked(Format::Pe, Unlinked::Library).into());
        }
        if !flags.contains(pe::IMAGE_FILE_EXECUTABLE_IMAGE) {
            return Err(ErrorKind::NotLinked(Format::Pe, Unlinked::Object).into());
        }
        Ok(Self {
            bytes,
            headers,
            directories,
            table,
        })
    }

    fn image(self) -> Result<Image<'a>, Error> {
        let optional = self.headers.optional_header();
        let platform = match optional.subsystem() {
            pe::IMAGE_SUBSYSTEM_EFI_APPLICATION
            | pe::IMAGE_SUBSYSTEM_EFI_BOOT_SERVICE_DRIVER
            | pe::IMAGE_SUBSYSTEM_EFI_RUNTIME_DRIVER
            | pe::IMAGE_SUBSYSTEM_EFI_ROM => Platform::Uefi,
            _ => Platform::Windows,
        };
        let mut image = Image::empty(Format::Pe, self.architecture(), platform);
        let base = optional.image_base();
        self.read_sections(base, &mut image)?;
        let entry = optional.address_of_entry_point();
        image.entry = (entry != 0).then(|| Entry {
            address: base.wrapping_add(u64::from(entry)),
            is_called: true,
        });
        self.read_imports(&mut image)
            .map_err(|e| damaged(Format::Pe, "import table", e))?;
        self.read_symbols(&mut image);
        if image.architecture == Architecture::X86_64
            && let Some(exceptions) = self.directories.get(pe::IMAGE_DIRECTORY_ENTRY_EXCEPTION)
            && let Ok(table) = exceptions.data(self.bytes, &self.table)
        {
            image.personalities = unwind::handlers(&image, base, table);
        }
        Ok(image)
    }

    fn architecture(&self) -> Architecture {
        match self.headers.file_header().machine.get(LE) {
            pe::IMAGE_FILE_MACHINE_I386 => Architecture::X86,
            pe::IMAGE_FILE_MACHINE_AMD64 => Architecture::X86_64,
            pe::IMAGE_FILE_MACHINE_ARM
            | pe::IMAGE_FILE_MACHINE_THUMB
            | pe::IMAGE_FILE_MACHINE_ARMNT => Architecture::Arm,
            pe::IMAGE_FILE_MACHINE_ARM64 => Architecture::AArch64,
            pe::IMAGE_FILE_MACHINE_RISCV32 => Architecture::RiscV32,
            pe::IMAGE_FILE_MACHINE_RISCV64 => Architecture::RiscV64,
            machine => Architecture::Other(format!("machine {:#x}", machine.0)),
        }
    }

    /// Sections, which are what is loaded, too.
    fn read_sections(&self, base: u64, image: &mut Image<'a>) -> Result<(), Error> {
        for header in self.table.iter() {
            let name = self.section_name(header);
            let offset = u64::from(header.pointer_to_raw_data.get(LE));
            let raw = header.size_of_raw_data.get(LE);
            let end = offset + u64::from(raw);
            if offset != 0 && end > self.bytes.len() as u64 {
                let what = format!("the section `{name}`");
                return Err(truncated(Format::Pe, what, end, self.bytes));
            }
            // Linkers of old leave the virtual size out.
            let size = match header.virtual_size.get(LE) {
                0 => raw,
                size => size,
            };
            let length = if offset == 0 { 0 } else { raw.min(size) };
            let data = self.bytes.get(offset as usize..);
            let data = data.and_then(|data| data.get(..length as usize));
            let data = data.unwrap_or_default();
            let address = base.wrapping_add(u64::from(header.virtual_address.get(LE)));
            let flags = header.characteristics.get(LE);
            image.sections.push(Section {
                name: name.clone(),
                address,
                load_address: (length != 0).then_some(address),
                size: u64::from(size),
                data,
            });
            image.segments.push(Segment {
                name: Some(name),
                virtual_address: address,
                physical_address: address,
                data,
                memory_size: u64::from(size),
                offset,
                permissions: Permissions {
                    write: flags.contains(pe::IMAGE_SCN_MEM_WRITE),
                    execute: flags.contains(pe::IMAGE_SCN_MEM_EXECUTE),
                },
            });
        }
        Ok(())
    }

    fn section_name(&self, header: &'a ImageSectionHeader) -> Cow<'a, str> {
        let symbols = self.headers.file_header().symbols(self.bytes);
        let name = symbols.and_then(|symbols| header.name(symbols.strings()));
        text(name.unwrap_or_else(|_| header.raw_name()))
    }

    /// Libraries, and what is taken from them.
    fn read_imports(&self, image: &mut Image<'a>) -> object::read::Result<()> {
        let mut budget = NameBudget::of(self.bytes);
        if let Some(table) = self.directories.import_table(self.bytes, &self.table)? {
            let mut descriptors = table.descriptors()?;
            while let Some(descriptor) = descriptors.next()? {
                if image.libraries.len() >= MOST {
                    break;
                }
                let library = image.libraries.len();
                image
                    .libraries
                    .push(text(table.name(descriptor.name.get(LE))?));
                let names = match descriptor.original_first_thunk.get(LE) {
                    0 => descriptor.first_thunk.get(LE),
                    names => names,
                };
                Self::read_thunks(&table, names, library, &mut budget, image)?;
            }
        }
        if let Some(table) = self
            .directories
            .delay_load_import_table(self.bytes, &self.table)?
        {
            let mut descriptors = table.descriptors()?;
            while let Some(descriptor) = descriptors.next()? {
                if image.libraries.len() >= MOST {
                    break;
                }
                let name = table.name(descriptor.dll_name_rva.get(LE))?;
                image.libraries.push(text(name));
            }
        }
        Ok(())
    }

    fn read_thunks(
        table: &ImportTable<'a>,
        address: u32,
        library: usize,
        budget: &mut NameBudget,
        image: &mut Image<'a>,
    ) -> object::read::Result<()> {
        let mut thunks = table.thunks(address)?;
        while let Some(thunk) = thunks.next::<Pe>()? {
            if image.imports.len() >= MOST_IMPORTS {
                break;
            }
            if thunk.is_ordinal() {
                continue;
            }
            if let PeImport::Name(_, name) = table.import::<Pe>(thunk)? {
                let Some(name) = budget.spend(Ok(name)) else {
                    break;
                };
                image.imports.push(Import {
                    name,
                    library: Some(library),
                    is_weak: false,
                });
            }
        }
        Ok(())
    }

    /// Symbols in COFF's form, which linkers of GNU leave in the file.
    fn read_symbols(&self, image: &mut Image<'a>) {
        let Ok(symbols) = self.headers.file_header().symbols(self.bytes) else {
            return;
        };
        let addresses: Vec<_> = image
            .sections
            .iter()
            .map(|section| section.address)
            .collect();
        let mut budget = NameBudget::of(self.bytes);
        for (_, symbol) in symbols.iter() {
            let Some(name) = budget.spend(symbol.name(symbols.strings())) else {
                break;
            };
            let section = usize::try_from(symbol.section_number().0).ok();
            let section = section.and_then(|number| addresses.get(number.checked_sub(1)?));
            if let Some(address) = section.filter(|_| !name.is_empty()) {
                image.symbols.push(Symbol {
                    name,
                    address: address.wrapping_add(u64::from(symbol.value())),
                    definition: Definition::Here,
                });
            }
        }
    }
}
