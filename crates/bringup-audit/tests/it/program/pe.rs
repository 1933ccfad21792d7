//! Programs in the form of PE.

use object::pe;
use object::write::pe::{NtHeaders, Writer};

use super::CALLING;

/// A program for Windows being put together.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) is_64: bool,
    pub(crate) subsystem: pe::Subsystem,
    pub(crate) characteristics: pe::FileFlags,
    pub(crate) has_entry: bool,
    pub(crate) code: Vec<u8>,
    pub(crate) code_flags: pe::SectionFlags,
    pub(crate) data: Vec<u8>,
    /// Libraries, and what is taken from each.
    pub(crate) imports: Vec<(&'static str, &'static str)>,
    /// Flags of the unwind information of the code.
    pub(crate) unwind_flags: Option<u8>,
}

impl Program {
    /// A freestanding program for Windows.
    pub(crate) fn windows() -> Self {
        Self {
            is_64: true,
            subsystem: pe::IMAGE_SUBSYSTEM_WINDOWS_CUI,
            characteristics: pe::IMAGE_FILE_EXECUTABLE_IMAGE,
            has_entry: true,
            // The loader calls the entry point as a function.
            code: CALLING.to_vec(),
            code_flags: pe::IMAGE_SCN_CNT_CODE | pe::IMAGE_SCN_MEM_EXECUTE | pe::IMAGE_SCN_MEM_READ,
            data: vec![0; 16],
            imports: vec![("KERNEL32.dll", "ExitProcess")],
            unwind_flags: Some(0),
        }
    }

    /// Writes the file.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut writer = Writer::new(self.is_64, 0x1000, 0x200, &mut file);
        writer.reserve_dos_header();
        writer.reserve_nt_headers(16);
        writer.reserve_section_headers(if self.unwind_flags.is_some() { 5 } else { 3 });
        let code = writer.reserve_section(
            *b".text\0\0\0",
            self.code_flags,
            self.code.len() as u32,
            self.code.len() as u32,
        );
        let data = writer.reserve_data_section(self.data.len() as u32, self.data.len() as u32);
        let table = import_table(&self.imports, writer.virtual_len(), self.is_64);
        let imports = writer.reserve_idata_section(table.len() as u32);
        let unwind = self.unwind_flags.map(|flags| {
            let information = [1 | flags << 3, 0, 0, 0];
            let at = writer.reserve_xdata_section(4);
            let functions = [
                code.virtual_address,
                code.virtual_address + self.code.len() as u32,
                at.virtual_address,
            ];
            let functions: Vec<u8> = functions.into_iter().flat_map(u32::to_le_bytes).collect();
            let table = writer.reserve_pdata_section(12);
            (at, information, table, functions)
        });
        writer.write_empty_dos_header().unwrap();
        writer.write_nt_headers(self.headers(if self.has_entry {
            code.virtual_address
        } else {
            0
        }));
        writer.write_section_headers();
        writer.write_section(code.file_offset, &self.code);
        writer.write_section(data.file_offset, &self.data);
        writer.write_section(imports.file_offset, &table);
        if let Some((at, information, table, functions)) = unwind {
            writer.write_section(at.file_offset, &information);
            writer.write_section(table.file_offset, &functions);
        }
        file
    }

    fn headers(&self, entry: u32) -> NtHeaders {
        NtHeaders {
            machine: if self.is_64 {
                pe::IMAGE_FILE_MACHINE_AMD64
            } else {
                pe::IMAGE_FILE_MACHINE_I386
            },
            time_date_stamp: 0,
            characteristics: self.characteristics,
            major_linker_version: 0,
            minor_linker_version: 0,
            address_of_entry_point: entry,
            image_base: 0x40_0000,
            major_operating_system_version: 6,
            minor_operating_system_version: 0,
            major_image_version: 0,
            minor_image_version: 0,
            major_subsystem_version: 6,
            minor_subsystem_version: 0,
            subsystem: self.subsystem,
            dll_characteristics: pe::DllFlags(0),
            size_of_stack_reserve: 0x10_0000,
            size_of_stack_commit: 0x1000,
            size_of_heap_reserve: 0x10_0000,
            size_of_heap_commit: 0x1000,
        }
    }
}

/// The content of `.idata` at an address: descriptors, then for each library its table, its name and what is taken.
fn import_table(imports: &[(&str, &str)], address: u32, is_64: bool) -> Vec<u8> {
    let word = if is_64 { 8 } else { 4 };
    let mut descriptors = Vec::new();
    let mut rest = Vec::new();
    let start = address + 20 * (imports.len() as u32 + 1);
    for (library, name) in imports {
        let thunks = start + rest.len() as u32;
        // A hint of two bytes is before the name.
        let name_at = thunks + 2 * word;
        rest.extend(&u64::from(name_at).to_le_bytes()[..word as usize]);
        rest.extend(vec![0; word as usize]);
        rest.extend([0, 0]);
        rest.extend(name.as_bytes());
        rest.push(0);
        let library_at = start + rest.len() as u32;
        rest.extend(library.as_bytes());
        rest.push(0);
        for value in [thunks, 0, 0, library_at, thunks] {
            descriptors.extend(value.to_le_bytes());
        }
    }
    descriptors.extend([0; 20]);
    descriptors.extend(rest);
    descriptors
}
