//! The memories of the chip: flash and RAM on fast paths, the others beside them.

use std::sync::Arc;

use bringup_cpu::Width;
use bringup_device::catalogue::{Memory as Region, MemoryKind};

use crate::checks::null_access;
use crate::ram::Ram;

/// Largest memory that is simulated, in bytes.
pub(crate) const LARGEST: u32 = 64 << 20;

/// One memory and the addresses it appears at.
#[derive(Debug, Clone)]
pub(crate) struct Bank {
    pub(crate) kind: MemoryKind,
    pub(crate) origin: u32,
    aliases: Vec<u32>,
    /// Shared between snapshots until one of them writes.
    bytes: Arc<Vec<u8>>,
}

impl Bank {
    fn new(region: &Region) -> Self {
        // Erased flash reads as 1s on most chips and as 0s on the STM32L0 and L1, which the chip's data says; RAM starts
        // as 0 here, so that runs are equal.
        let mut bytes = vec![region.erased; region.length.min(LARGEST) as usize];
        for (address, value) in region.values() {
            store(
                &mut bytes,
                address.wrapping_sub(region.origin),
                Width::Word,
                value,
            );
        }
        Self {
            kind: region.kind,
            origin: region.origin,
            aliases: region.aliases.clone(),
            bytes: Arc::new(bytes),
        }
    }

    pub(crate) fn len(&self) -> u32 {
        self.bytes.len() as u32
    }

    /// Offset of an address in this memory, at its own place or at an alias.
    fn offset(&self, address: u32) -> Option<u32> {
        let places = std::iter::once(&self.origin).chain(&self.aliases);
        places
            .map(|place| address.wrapping_sub(*place))
            .find(|offset| *offset < self.len())
    }
}

/// All memories of a chip.
#[derive(Debug, Clone)]
pub(crate) struct Memories {
    /// The RAM that is kept track of.
    pub(crate) ram: Ram,
    flash: Arc<Vec<u8>>,
    flash_origin: u32,
    flash_alias: u32,
    /// What is neither the first flash nor the first RAM.
    others: Vec<Bank>,
    /// First address, length and kind of all, flash and RAM included.
    regions: Vec<(u32, u32, MemoryKind)>,
}

/// Loads a little-endian value; `None` past the end.
#[inline]
fn load(bytes: &[u8], offset: u32, width: Width) -> Option<u32> {
    let offset = offset as usize;
    match width {
        Width::Byte => bytes.get(offset).map(|byte| u32::from(*byte)),
        Width::Halfword => {
            let bytes = bytes.get(offset..offset.wrapping_add(2))?;
            Some(u32::from(u16::from_le_bytes(bytes.try_into().ok()?)))
        }
        Width::Word => {
            let bytes = bytes.get(offset..offset.wrapping_add(4))?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        }
    }
}

/// Stores a little-endian value; false past the end.
#[inline]
fn store(bytes: &mut [u8], offset: u32, width: Width, value: u32) -> bool {
    let (offset, size) = (offset as usize, width.bytes() as usize);
    let Some(target) = bytes.get_mut(offset..offset.wrapping_add(size)) else {
        return false;
    };
    match width {
        Width::Byte => target.copy_from_slice(&(value as u8).to_le_bytes()),
        Width::Halfword => target.copy_from_slice(&(value as u16).to_le_bytes()),
        Width::Word => target.copy_from_slice(&value.to_le_bytes()),
    }
    true
}

impl Memories {
    pub(crate) fn new(regions: &[Region]) -> Self {
        let mut flash = None;
        let mut ram = None;
        let mut others = Vec::new();
        for region in regions {
            let bank = Bank::new(region);
            match region.kind {
                MemoryKind::Flash if flash.is_none() => flash = Some(bank),
                MemoryKind::Ram
                    if ram.is_none()
                        && bank.aliases.is_empty()
                        && Ram::takes(bank.origin, bank.len()) =>
                {
                    ram = Some(Ram::new(bank.origin, &bank.bytes));
                }
                _ => others.push(bank),
            }
        }
        let sizes = regions
            .iter()
            .map(|region| (region.origin, region.length.min(LARGEST), region.kind))
            .collect();
        let (flash_origin, flash_alias, flash_bytes) = match flash {
            // No chip has its flash at more than two places.
            Some(bank) => (
                bank.origin,
                bank.aliases.first().copied().unwrap_or(bank.origin),
                bank.bytes,
            ),
            None => (0, 0, Arc::default()),
        };
        Self {
            ram: ram.unwrap_or_default(),
            flash: flash_bytes,
            flash_origin,
            flash_alias,
            others,
            regions: sizes,
        }
    }

    /// The address in the memory's own place of an address that may be at an alias.
    pub(crate) fn canonical(&self, address: u32) -> u32 {
        let offset = address.wrapping_sub(self.flash_alias);
        if offset < self.flash.len() as u32 {
            return self.flash_origin.wrapping_add(offset);
        }
        let mut banks = self.others.iter();
        banks
            .find_map(|bank| Some(bank.origin.wrapping_add(bank.offset(address)?)))
            .unwrap_or(address)
    }

    /// First address, length in bytes and kind of every memory.
    pub(crate) fn regions(&self) -> &[(u32, u32, MemoryKind)] {
        &self.regions
    }

    /// Bytes of all memories of a kind.
    pub(crate) fn size_of(&self, kind: MemoryKind) -> u64 {
        self.regions
            .iter()
            .filter(|(.., of)| *of == kind)
            .map(|(_, length, _)| u64::from(*length))
            .sum()
    }

    #[inline]
    pub(crate) fn fast_read(&self, address: u32, width: Width) -> Option<u32> {
        if let Some(cell) = self.ram.cell(address) {
            // Who reads what nobody wrote is looked at.
            return cell.known_value(address, width);
        }
        // Who reads there may follow a null pointer, and is looked at.
        if address < null_access::READ {
            return None;
        }
        self.flash_read(address, width)
    }

    #[inline]
    pub(crate) fn flash_read(&self, address: u32, width: Width) -> Option<u32> {
        load(&self.flash, address.wrapping_sub(self.flash_origin), width)
            .or_else(|| load(&self.flash, address.wrapping_sub(self.flash_alias), width))
    }

    #[inline]
    pub(crate) fn fast_write(&mut self, address: u32, width: Width, value: u32) -> bool {
        self.ram.store(address, width, value)
    }

    /// Whether an address lies in flash, at its own place or at its alias.
    #[inline]
    pub(crate) fn is_flash(&self, address: u32) -> bool {
        let length = self.flash.len() as u32;
        address.wrapping_sub(self.flash_origin) < length
            || address.wrapping_sub(self.flash_alias) < length
    }

    /// Reads any memory.
    pub(crate) fn read(&self, address: u32, width: Width) -> Option<u32> {
        let cell = self.ram.cell(address);
        cell.map(|cell| cell.value(address, width))
            .or_else(|| self.flash_read(address, width))
            .or_else(|| {
                let mut banks = self.others.iter();
                banks.find_map(|bank| load(&bank.bytes, bank.offset(address)?, width))
            })
    }

    /// Which kind of memory an address lies in, if in any.
    pub(crate) fn kind_at(&self, address: u32) -> Option<MemoryKind> {
        if self.ram.cell(address).is_some() {
            return Some(MemoryKind::Ram);
        }
        if self.is_flash(address) {
            return Some(MemoryKind::Flash);
        }
        self.others
            .iter()
            .find(|bank| bank.offset(address).is_some())
            .map(|bank| bank.kind)
    }

    /// Writes a further bank of RAM as firmware does; false where there is none.
    pub(crate) fn write_other_ram(&mut self, address: u32, width: Width, value: u32) -> bool {
        let mut rams = self
            .others
            .iter_mut()
            .filter(|bank| bank.kind == MemoryKind::Ram);
        rams.any(|bank| match bank.offset(address) {
            Some(offset) => store(
                Arc::make_mut(&mut bank.bytes).as_mut_slice(),
                offset,
                width,
                value,
            ),
            None => false,
        })
    }

    /// Writes any memory as a debug probe does; returns how many bytes from the start were in memory.
    pub(crate) fn poke(&mut self, address: u32, bytes: &[u8]) -> usize {
        for (index, byte) in bytes.iter().enumerate() {
            let Some(at) = address.checked_add(index as u32) else {
                return index;
            };
            if !self.poke_byte(at, *byte) {
                return index;
            }
        }
        bytes.len()
    }

    fn poke_byte(&mut self, address: u32, byte: u8) -> bool {
        if self.fast_write(address, Width::Byte, u32::from(byte)) {
            return true;
        }
        let length = self.flash.len() as u32;
        let places = [self.flash_origin, self.flash_alias];
        if let Some(offset) = places
            .map(|place| address.wrapping_sub(place))
            .into_iter()
            .find(|at| *at < length)
        {
            return store(
                Arc::make_mut(&mut self.flash).as_mut_slice(),
                offset,
                Width::Byte,
                u32::from(byte),
            );
        }
        self.others
            .iter_mut()
            .any(|bank| match bank.offset(address) {
                Some(offset) => store(
                    Arc::make_mut(&mut bank.bytes).as_mut_slice(),
                    offset,
                    Width::Byte,
                    u32::from(byte),
                ),
                None => false,
            })
    }
}
