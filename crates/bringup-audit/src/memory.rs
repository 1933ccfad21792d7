//! Which memory of the chip an address is in.

use bringup_device::catalogue::{Memory, MemoryKind};

/// A place in a memory, found by any of the addresses at which that memory appears.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Number of the memory in the chip's list.
    pub(crate) index: usize,
    /// The memory.
    pub(crate) memory: &'a Memory,
    /// Bytes from the start of the memory.
    pub(crate) offset: u64,
}

impl Place<'_> {
    /// Bytes from here to the end of the memory.
    pub(crate) fn room(&self) -> u64 {
        u64::from(self.memory.length) - self.offset
    }
}

/// Finds the memory that holds `address`, at its origin or at an alias.
pub(crate) fn locate(memories: &[Memory], address: u64) -> Option<Place<'_>> {
    memories.iter().enumerate().find_map(|(index, memory)| {
        let starts = std::iter::once(&memory.origin).chain(&memory.aliases);
        let offset = starts
            .filter_map(|&start| address.checked_sub(u64::from(start)))
            .find(|&offset| offset < u64::from(memory.length))?;
        Some(Place {
            index,
            memory,
            offset,
        })
    })
}

/// The name of a kind of memory as reports name it.
pub(crate) const fn name(kind: MemoryKind) -> &'static str {
    match kind {
        MemoryKind::Flash => "flash",
        MemoryKind::Ram => "ram",
        MemoryKind::Eeprom => "eeprom",
        MemoryKind::System => "system",
    }
}

/// The name of a kind of memory within a sentence.
pub(crate) const fn title(kind: MemoryKind) -> &'static str {
    match kind {
        MemoryKind::Flash => "flash",
        MemoryKind::Ram => "RAM",
        MemoryKind::Eeprom => "EEPROM",
        MemoryKind::System => "system memory",
    }
}
