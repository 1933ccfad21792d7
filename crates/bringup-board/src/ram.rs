//! The RAM that programs use, and what of it was written since power-on.

use bringup_cpu::Width;

/// A word of RAM and which of its bytes were written, 0xFF or 0 for each. The two lie side by side, so that the check costs a
/// load no second look at a bound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cell {
    value: u32,
    known: u32,
}

/// The bits of an access of this width at an address, in the word around it.
#[inline]
const fn lanes(address: u32, width: Width) -> u32 {
    match width {
        Width::Word => u32::MAX,
        Width::Byte | Width::Halfword => width.mask() << ((address & 3) * 8),
    }
}

/// Bits of a word as a value of this width.
#[inline]
const fn part(word: u32, address: u32, width: Width) -> u32 {
    match width {
        Width::Word => word,
        Width::Byte | Width::Halfword => word >> ((address & 3) * 8) & width.mask(),
    }
}

impl Cell {
    /// What an access reads, whoever wrote it.
    #[inline]
    pub(crate) const fn value(self, address: u32, width: Width) -> u32 {
        part(self.value, address, width)
    }

    /// What an access reads if all of it was written.
    #[inline]
    pub(crate) fn known_value(self, address: u32, width: Width) -> Option<u32> {
        let lanes = lanes(address, width);
        (self.known & lanes == lanes).then(|| self.value(address, width))
    }

    /// Which bytes of an access were written, 0xFF or 0 for each.
    const fn known(self, address: u32, width: Width) -> u32 {
        part(self.known, address, width)
    }
}

/// The words of a RAM, whose first address and length are multiples of 4.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ram {
    cells: Vec<Cell>,
    origin: u32,
}

impl Ram {
    /// Whether a memory can be kept as words.
    pub(crate) const fn takes(origin: u32, length: u32) -> bool {
        origin.is_multiple_of(4) && length.is_multiple_of(4)
    }

    /// A RAM that holds `bytes`, none of them written.
    pub(crate) fn new(origin: u32, bytes: &[u8]) -> Self {
        let words = bytes
            .as_chunks()
            .0
            .iter()
            .map(|word| u32::from_le_bytes(*word));
        let cells = words.map(|value| Cell { value, known: 0 }).collect();
        Self { cells, origin }
    }

    pub(crate) fn origin(&self) -> u32 {
        self.origin
    }

    /// Length in bytes.
    pub(crate) fn len(&self) -> u32 {
        4 * self.cells.len() as u32
    }

    #[inline]
    const fn index(&self, address: u32) -> usize {
        (address.wrapping_sub(self.origin) >> 2) as usize
    }

    /// The word around an address, if it lies here.
    #[inline]
    pub(crate) fn cell(&self, address: u32) -> Option<Cell> {
        self.cells.get(self.index(address)).copied()
    }

    /// Stores; false if the address does not lie here.
    #[inline]
    pub(crate) fn store(&mut self, address: u32, width: Width, value: u32) -> bool {
        let index = self.index(address);
        let Some(cell) = self.cells.get_mut(index) else {
            return false;
        };
        let lanes = lanes(address, width);
        let value = match width {
            Width::Word => value,
            Width::Byte | Width::Halfword => {
                cell.value & !lanes | value << ((address & 3) * 8) & lanes
            }
        };
        *cell = Cell {
            value,
            known: cell.known | lanes,
        };
        true
    }

    /// Whether an address lies here and nobody has written any byte of the access.
    #[inline]
    pub(crate) fn is_unknown(&self, address: u32, width: Width) -> bool {
        let cell = self.cell(address);
        cell.is_some_and(|cell| cell.known(address, width) == 0)
    }

    /// Makes the place of an access as if it had been written, or as if it had not.
    pub(crate) fn set_known(&mut self, address: u32, width: Width, known: bool) {
        let index = self.index(address);
        if let Some(cell) = self.cells.get_mut(index) {
            let lanes = lanes(address, width);
            cell.known = if known {
                cell.known | lanes
            } else {
                cell.known & !lanes
            };
        }
    }

    /// Makes what lies between two addresses as if it had been written.
    pub(crate) fn set_all_known(&mut self, start: u32, end: u32) {
        let end = end.min(self.origin.saturating_add(self.len()));
        for address in start.max(self.origin)..end {
            self.set_known(address, Width::Byte, true);
        }
    }

    /// A value of which some bytes were written counts as written.
    pub(crate) fn round_known(&mut self, address: u32, width: Width) {
        let cell = self.cell(address);
        if cell.is_some_and(|cell| cell.known(address, width) != 0) {
            self.set_known(address, width, true);
        }
    }
}
