//! What a program runs on, as far as its file tells.

use object::elf::{self, OsAbi};

use super::{Image, Note};
use crate::report::{Architecture, Platform};

/// Addresses of the upper half, where kernels of 64-bit processors are (x86-64: bit 47 extended; `AArch64`: TTBR1).
pub(super) const UPPER_HALF: u64 = 0xFFFF_0000_0000_0000;
/// Where the RAM of most RISC-V systems begins, and with it what runs there without an operating system.
const RISCV_RAM: std::ops::Range<u64> = 0x8000_0000..0x1_0000_0000;

/// The platform of an ELF program.
pub(super) fn of_elf(image: &Image<'_>, os_abi: OsAbi) -> Platform {
    let asks_system = image.interpreter.is_some()
        || !matches!(
            os_abi,
            elf::ELFOSABI_SYSV
                | elf::ELFOSABI_ARM_AEABI
                | elf::ELFOSABI_ARM
                | elf::ELFOSABI_STANDALONE
        )
        || image.notes.iter().any(Note::is_abi_tag);
    if image.is_kernel() {
        return Platform::Kernel;
    }
    if asks_system {
        return Platform::Linux;
    }
    let entry = image.entry.map_or(0, |entry| entry.address);
    match &image.architecture {
        Architecture::Arm if image.is_for_microcontroller() => Platform::Firmware,
        Architecture::RiscV32 => Platform::Firmware,
        Architecture::RiscV64 if RISCV_RAM.contains(&entry) => Platform::Firmware,
        Architecture::Other(name) if ["AVR", "MSP430", "Xtensa"].contains(&name.as_str()) => {
            Platform::Firmware
        }
        _ => Platform::Linux,
    }
}

impl Note<'_> {
    /// Whether it tells the entry point for the PVH boot protocol: Xen's `XEN_ELFNOTE_PHYS32_ENTRY`
    /// (`xen/include/public/elfnote.h`).
    pub(crate) fn is_pvh(&self) -> bool {
        self.owner == b"Xen" && self.kind == 18
    }

    /// Whether it is `NT_GNU_ABI_TAG`, which the start-up code of the GNU C library and those of the BSDs carry.
    pub(crate) fn is_abi_tag(&self) -> bool {
        [&b"GNU"[..], b"FreeBSD", b"NetBSD", b"OpenBSD"].contains(&self.owner) && self.kind == 1
    }
}

impl Image<'_> {
    /// Whether a boot loader starts it: it has a note for PVH or a Multiboot header, or is linked to the upper half.
    fn is_kernel(&self) -> bool {
        self.notes.iter().any(Note::is_pvh)
            || self.has_multiboot_header()
            || self.entry.is_some_and(|entry| entry.address >= UPPER_HALF)
    }

    /// Whether a Multiboot header is where boot loaders look for one (Multiboot Specification 0.6.96, 3.1; Multiboot2
    /// Specification 2.0, 3.1): magic number, and words that add up to 0 with it.
    pub(crate) fn has_multiboot_header(&self) -> bool {
        let word = |bytes: &[u8], at: usize| {
            let bytes = bytes.get(at..)?.first_chunk()?;
            Some(u32::from_le_bytes(*bytes))
        };
        let is_header = |bytes: &[u8], at: usize, magic: u32, words: usize| {
            let sum = (0..words).try_fold(0_u32, |sum, index| {
                Some(sum.wrapping_add(word(bytes, at + 4 * index)?))
            });
            word(bytes, at) == Some(magic) && sum == Some(0)
        };
        let first = |segment: &super::Segment<'_>, range: u64| {
            range
                .saturating_sub(segment.offset)
                .min(segment.file_size()) as usize
        };
        self.segments.iter().any(|segment| {
            let data = segment.data;
            (0..first(segment, 8 << 10))
                .step_by(4)
                .any(|at| is_header(data, at, 0x1BAD_B002, 3))
                || (0..first(segment, 32 << 10))
                    .step_by(8)
                    .any(|at| is_header(data, at, 0xE852_50D6, 4))
        })
    }

    /// Whether it is for an Arm core of a microcontroller: by its build attributes, or, where it has none, because it begins
    /// with a vector table.
    fn is_for_microcontroller(&self) -> bool {
        match &self.attributes {
            Some(Ok(attributes)) => attributes.is_microcontroller(),
            _ => self.has_vector_table(),
        }
    }

    /// Whether a segment begins with a stack pointer and the odd address of an instruction (`ARMv6-M` ARM, B1.5.3).
    fn has_vector_table(&self) -> bool {
        self.segments.iter().any(|segment| {
            let &[sp, reset, ..] = segment.data.as_chunks::<4>().0 else {
                return false;
            };
            let [sp, reset] = [sp, reset].map(u32::from_le_bytes);
            let handler = u64::from(reset & !1);
            let in_code = self
                .segment_at(handler)
                .is_some_and(|segment| segment.permissions.execute);
            reset % 2 == 1 && sp != 0 && sp.is_multiple_of(4) && in_code
        })
    }
}
