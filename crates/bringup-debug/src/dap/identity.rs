//! What a debugger tells chips and their units by: `DPIDR`, `IDR`, ROM tables, and the identification registers at the end of
//! each unit's 4 KiB (*Arm `CoreSight` Architecture Specification*, IHI 0029, "Component and peripheral identification
//! registers").

use bringup_device::catalogue::{Chip, Core};

/// First addresses of the core's units (ARMv6-M ARM, C1.2 and C1.7: the private peripheral bus).
pub(super) const DWT: u32 = 0xE000_1000;
pub(super) const BPU: u32 = 0xE000_2000;
pub(super) const SCS: u32 = 0xE000_E000;
/// Offset of `DWT_PCSR`.
pub(super) const PCSR: u32 = 0x01C;
/// The core's ROM table.
const ROM: u32 = 0xE00F_F000;

/// Designer's code of Arm in JEP106: four continuation codes, 0x3B.
const ARM: u16 = 4 << 7 | 0x3B;

/// Bits 1 and 0 of `BASE` and of an entry: it is there, and it is of 32 bits.
const PRESENT: u32 = 0b11;

/// What an entry of a chip's table says of a trace unit that is not built in.
const NOT_PRESENT: u32 = 0x0020_0002;

/// `DPIDR`: a minimal SW-DP version 1 of Arm.
pub(super) fn dpidr(core: Core) -> u32 {
    match core {
        Core::CortexM0 => 0x0BB1_1477,
        _ => 0x0BC1_1477,
    }
}

/// `IDR` of the access port: an AHB-AP of Arm.
pub(super) fn ahb_ap(core: Core) -> u32 {
    match core {
        Core::CortexM0 => 0x0477_0021,
        _ => 0x0477_0031,
    }
}

/// `BASE` of the access port: where the first ROM table is.
pub(super) fn base(chip: &Chip) -> u32 {
    chip.rom_table.map_or(ROM, |table| table.origin) | PRESENT
}

/// A word of a ROM table or of a unit's identification registers; `None` elsewhere.
pub(super) fn read(chip: &Chip, address: u32) -> Option<u32> {
    /// Class of a ROM table and of a unit of a core: component class in `CIDR1`.
    const TABLE: u32 = 0x1;
    const UNIT: u32 = 0xE;
    let page = address & !0xFFF;
    let offset = address & 0xFFF;
    let own = chip.rom_table.filter(|table| table.origin == page);
    if page == ROM || own.is_some() {
        // The chip's table stands before that of the core, or in its place.
        let core_part = match chip.core {
            Core::CortexM0 => 0x471,
            _ => 0x4C0,
        };
        let (designer, part) = own.map_or((ARM, core_part), |own| (own.designer, own.part));
        let entries: &[u32] = if page == ROM {
            &[entry(page, SCS), entry(page, DWT), entry(page, BPU)]
        } else {
            &[entry(page, ROM), NOT_PRESENT]
        };
        let entry = entries.get(offset as usize / 4).copied();
        return Some(entry.unwrap_or_else(|| identification(offset, TABLE, designer, part)));
    }
    let part = match page {
        SCS => 0x008,
        DWT => 0x00A,
        BPU => 0x00B,
        _ => return None,
    };
    (offset >= 0xFD0).then(|| identification(offset, UNIT, ARM, part))
}

/// The entry of a table for a unit: the distance to it.
const fn entry(table: u32, unit: u32) -> u32 {
    unit.wrapping_sub(table) | PRESENT
}

/// A word of a table behind its entries: `MEMTYPE`, `PIDR4` to `PIDR3`, `CIDR0` to `CIDR3`.
fn identification(offset: u32, class: u32, designer: u16, part: u16) -> u32 {
    let (designer, part) = (u32::from(designer), u32::from(part));
    match offset {
        // SYSMEM: the table is on the bus of the system.
        0xFCC => 1,
        // The number of continuation codes.
        0xFD0 => designer >> 7,
        0xFE0 => part & 0xFF,
        0xFE4 => (designer & 0xF) << 4 | part >> 8,
        // JEDEC: the designer has a code of JEP106. Revision 0.
        0xFE8 => 1 << 3 | (designer >> 4) & 7,
        0xFF0 => 0x0D,
        0xFF4 => class << 4,
        0xFF8 => 0x05,
        0xFFC => 0xB1,
        _ => 0,
    }
}
