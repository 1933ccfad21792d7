//! The dynamic section of an ELF file: what it asks of a loader (System V ABI, chapter 5, "Dynamic Section").

use object::Endianness;
use object::elf;
use object::read::elf::{Dyn as _, FileHeader};

use super::{Image, MOST, Relocations, Segment, text};

/// Bytes of a library's name: no system takes a longer path.
const LONGEST_NAME: usize = 4096;

/// What is read of the dynamic section.
#[derive(Debug, Default)]
pub(super) struct Dynamic<'a> {
    /// `DF_1_PIE`: it is a program, and no library.
    pub(super) is_pie: bool,
    /// `DT_NEEDED`.
    libraries: Vec<&'a [u8]>,
    /// Bytes of relocations of all kinds.
    relocations: u64,
    /// Where the section and the tables of relocations are.
    tables: Vec<u64>,
}

/// Reads the entries, up to the one that ends them.
pub(super) fn parse<'a, Elf: FileHeader<Endian = Endianness>>(
    endian: Endianness,
    address: u64,
    entries: &'a [Elf::Dyn],
    segments: &[Segment<'a>],
) -> Dynamic<'a> {
    let mut dynamic = Dynamic {
        tables: vec![address],
        ..Dynamic::default()
    };
    let entries = || {
        entries
            .iter()
            .take_while(|entry| entry.tag(endian) != elf::DT_NULL)
    };
    let strings = entries().find(|entry| entry.tag(endian) == elf::DT_STRTAB);
    let strings = strings.and_then(|entry| bytes_at(segments, entry.val(endian)));
    for entry in entries() {
        let value = entry.val(endian);
        match entry.tag(endian) {
            elf::DT_NEEDED if dynamic.libraries.len() < MOST => {
                let name = strings.and_then(|strings| strings.get(usize::try_from(value).ok()?..));
                let name = name.map(|name| &name[..name.len().min(LONGEST_NAME)]);
                let name = name.and_then(|name| name.split(|byte| *byte == 0).next());
                dynamic.libraries.push(name.unwrap_or_default());
            }
            elf::DT_RELASZ | elf::DT_RELSZ | elf::DT_RELRSZ | elf::DT_PLTRELSZ => {
                dynamic.relocations = dynamic.relocations.saturating_add(value);
            }
            elf::DT_RELA | elf::DT_REL | elf::DT_RELR | elf::DT_JMPREL => {
                dynamic.tables.push(value);
            }
            elf::DT_FLAGS_1 => dynamic.is_pie = value & elf::DF_1_PIE.0 != 0,
            _ => {}
        }
    }
    dynamic
}

impl<'a> Dynamic<'a> {
    /// Adds what it says to an image.
    pub(super) fn tell(self, image: &mut Image<'a>) {
        image.libraries = self.libraries.into_iter().map(text).collect();
        image.relocations = (self.relocations != 0).then_some(Relocations {
            size: self.relocations,
            tables: self.tables,
        });
    }
}

fn bytes_at<'a>(segments: &[Segment<'a>], address: u64) -> Option<&'a [u8]> {
    segments.iter().find_map(|segment| {
        let distance = address.checked_sub(segment.virtual_address)?;
        segment.data.get(usize::try_from(distance).ok()?..)
    })
}
