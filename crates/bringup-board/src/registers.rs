//! The register file of a peripheral: what its SVD description alone says about how it behaves.
//!
//! Storage is by 32-bit word. Registers narrower than that, at odd places, or at one address with others all act on
//! the bits of the words they cover; what the description says about each bit is folded into masks once, when the
//! board is made.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use bringup_cpu::Width;
use bringup_device::{Register, RegisterInstance};

use crate::limits::{Allowed, Limit};

mod word;

pub use word::Word;

/// A field, as findings name it.
#[derive(Debug, Clone)]
pub struct FieldInfo {
    /// Name of the field.
    pub name: String,
    /// Lowest bit inside its register.
    pub bit_offset: u32,
    /// Number of bits.
    pub bit_width: u32,
}

/// A register, as findings and reports name it.
#[derive(Debug, Clone)]
pub struct RegisterInfo {
    /// Name with the clusters around it: `CH[0].CTRL` is `CH0.CTRL`.
    pub name: String,
    /// Offset from the base address of the peripheral, in bytes.
    pub offset: u32,
    /// Width in bits.
    pub size: u32,
    /// Fields in the order of their bits.
    pub fields: Vec<FieldInfo>,
}

impl RegisterInfo {
    fn bytes(&self) -> Range<u32> {
        self.offset..self.offset.saturating_add(self.size.div_ceil(8).max(1))
    }

    /// The mask of a field by its name, and its lowest bit, if it lies in the first 32 bits.
    pub fn field(&self, name: &str) -> Option<(u32, u32)> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        let end = field
            .bit_offset
            .checked_add(field.bit_width)
            .filter(|end| *end <= 32)?;
        Some((mask(field.bit_offset..end), field.bit_offset))
    }
}

/// Bits `range` of a word set.
fn mask(range: Range<u32>) -> u32 {
    let below = |bit: u32| if bit >= 32 { u32::MAX } else { (1 << bit) - 1 };
    below(range.end) & !below(range.start)
}

/// Words up to this offset are found through a table, words above by searching.
const TABLE_BYTES: u32 = 0x1_0000;
/// Entry of the table for words without a register.
const NO_WORD: u16 = u16::MAX;

/// The words of a peripheral and what each bit of them does: the part of a register file that never changes.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Word offsets, ascending; parallel to `words`.
    offsets: Vec<u32>,
    words: Vec<Word>,
    table: Vec<u16>,
    registers: Vec<RegisterInfo>,
    limits: Vec<Limit>,
}

impl Layout {
    /// Folds registers at their offsets into words. Later registers at an address add to what earlier ones allow;
    /// the reset value is that of the first.
    pub fn new<'a>(registers: impl IntoIterator<Item = RegisterInstance<'a>>) -> Self {
        let mut layout = Self::default();
        let mut words = std::collections::BTreeMap::<u32, Word>::new();
        for RegisterInstance {
            path,
            offset,
            register,
        } in registers
        {
            let Ok(offset) = u32::try_from(offset) else {
                continue;
            };
            let Some(bit) = offset.checked_mul(8) else {
                continue;
            };
            if bit.checked_add(register.size).is_none() {
                continue;
            }
            fold(&mut words, bit, register, &mut layout.limits);
            layout.registers.push(describe(path, offset, register));
        }
        layout.registers.sort_by_key(|register| register.offset);
        (layout.offsets, layout.words) = words.into_iter().unzip();
        layout.build_table();
        layout
    }

    fn build_table(&mut self) {
        let end = self
            .offsets
            .iter()
            .rev()
            .find(|offset| **offset < TABLE_BYTES)
            .map_or(0, |offset| offset / 4 + 1);
        self.table = vec![NO_WORD; end as usize];
        for (index, offset) in self.offsets.iter().enumerate() {
            if let (Some(entry), Ok(index)) = (
                self.table.get_mut((offset / 4) as usize),
                u16::try_from(index),
            ) {
                *entry = index;
            }
        }
    }

    /// Index of the word that holds the byte at `offset`.
    #[inline]
    fn index(&self, offset: u32) -> Option<usize> {
        if offset < TABLE_BYTES {
            match self.table.get((offset / 4) as usize) {
                Some(&index) if index != NO_WORD => Some(usize::from(index)),
                _ => None,
            }
        } else {
            self.offsets.binary_search(&(offset & !3)).ok()
        }
    }

    /// Adds a read-write register of 32 bits, unless there is one at `offset`.
    pub fn add(&mut self, name: &str, offset: u32, reset: u32) {
        if self.index(offset).is_some() {
            return;
        }
        let at = self.offsets.partition_point(|known| *known < offset);
        self.offsets.insert(at, offset & !3);
        let word = Word {
            reset,
            readable: u32::MAX,
            stored: u32::MAX,
            writable: u32::MAX,
            covered: u32::MAX,
            ..Word::default()
        };
        self.words.insert(at, word);
        let at = self
            .registers
            .partition_point(|register| register.offset < offset);
        self.registers.insert(
            at,
            RegisterInfo {
                name: name.to_owned(),
                offset,
                size: 32,
                fields: Vec::new(),
            },
        );
        self.build_table();
    }

    /// Limits what may be written to the bits `mask` of the word at `offset`, moved together to bit 0. `advice` says what
    /// to write.
    pub fn allow(&mut self, offset: u32, mask: u32, values: RangeInclusive<u32>, advice: &str) {
        if let Some(word) = self.word_mut(offset) {
            word.limited |= mask;
            self.limits.push(Limit {
                word: offset,
                mask,
                allowed: Allowed::Range(values),
                advice: advice.to_owned(),
            });
        }
    }

    /// Sets the narrowest write, in bytes, of the words of a register, or of all words.
    pub(crate) fn set_narrowest(&mut self, register: Option<&str>, bytes: u32) {
        let of = register.map(|name| self.register(name).map(RegisterInfo::bytes));
        for (offset, word) in self.offsets.iter().zip(&mut self.words) {
            let inside = |range: &Range<u32>| range.contains(offset);
            if of
                .as_ref()
                .is_none_or(|range| range.as_ref().is_some_and(inside))
            {
                word.narrowest = bytes;
            }
        }
    }

    /// Sets the reset value of a register of 32 bits.
    pub(crate) fn set_reset(&mut self, register: &str, value: u32) {
        let at = self.register(register).map(|register| register.offset);
        for (offset, word) in self.offsets.iter().zip(&mut self.words) {
            if Some(*offset) == at {
                word.reset = value;
            }
        }
    }

    /// What limits the values of the word at `offset`.
    pub(crate) fn limits(&self, offset: u32) -> impl Iterator<Item = &Limit> {
        let limits = self.limits.iter();
        limits.filter(move |limit| limit.word == offset & !3)
    }

    /// Names of the fields that have some of the bits `bits` of the word at `offset`; those of the first register there.
    pub(crate) fn fields_of(&self, offset: u32, bits: u32) -> Vec<&str> {
        let Some(register) = self.register_at(offset, Width::Word) else {
            return Vec::new();
        };
        // Masks are kept by words; a register of fewer bits may begin inside of one.
        let inside = (register.offset & 3) * 8;
        let fields = register.fields.iter().filter(|field| {
            let from = field.bit_offset.saturating_add(inside);
            mask(from..from.saturating_add(field.bit_width)) & bits != 0
        });
        fields.map(|field| field.name.as_str()).collect()
    }

    /// The word at `offset`, to correct what the description says about it.
    pub fn word_mut(&mut self, offset: u32) -> Option<&mut Word> {
        let index = self.index(offset)?;
        self.words.get_mut(index)
    }

    /// The word at `offset`.
    pub fn word(&self, offset: u32) -> Option<&Word> {
        self.words.get(self.index(offset)?)
    }

    /// All registers in the order of their offsets.
    pub fn registers(&self) -> &[RegisterInfo] {
        &self.registers
    }

    /// The first register that covers a byte of an access.
    pub fn register_at(&self, offset: u32, width: Width) -> Option<&RegisterInfo> {
        let access = offset..offset.saturating_add(width.bytes());
        let exact = self
            .registers
            .partition_point(|register| register.offset < offset);
        if let Some(register) = self
            .registers
            .get(exact)
            .filter(|register| register.offset == offset)
        {
            return Some(register);
        }
        self.registers.iter().find(|register| {
            let bytes = register.bytes();
            bytes.start < access.end && access.start < bytes.end
        })
    }

    /// A register by its name.
    pub fn register(&self, name: &str) -> Option<&RegisterInfo> {
        self.registers.iter().find(|register| register.name == name)
    }

    /// Offset of the first byte after the last word.
    pub fn end(&self) -> u32 {
        self.offsets
            .last()
            .map_or(0, |offset| offset.saturating_add(4))
    }

    /// Offsets of all words.
    pub fn word_offsets(&self) -> &[u32] {
        &self.offsets
    }
}

fn describe(name: String, offset: u32, register: &Register) -> RegisterInfo {
    let mut fields: Vec<FieldInfo> = register
        .fields_expanded()
        .map(|instance| FieldInfo {
            name: instance.name.to_owned(),
            bit_offset: instance.bit_offset,
            bit_width: instance.field.bit_width,
        })
        .collect();
    fields.sort_by_key(|field| field.bit_offset);
    RegisterInfo {
        name,
        offset,
        size: register.size,
        fields,
    }
}

/// Adds a register that starts at bit `start` of the peripheral to the words it covers.
fn fold(
    words: &mut std::collections::BTreeMap<u32, Word>,
    start: u32,
    register: &Register,
    limits: &mut Vec<Limit>,
) {
    let end = start + register.size.min(64);
    for word_start in (start / 32..end.div_ceil(32)).map(|index| index * 32) {
        let word = words.entry(word_start / 8).or_default();
        let bits = |from: u32, to: u32| {
            let from = from.clamp(word_start, word_start.saturating_add(32)) - word_start;
            let to = to.clamp(word_start, word_start.saturating_add(32)) - word_start;
            mask(from..to)
        };
        let new = bits(start, end) & !word.covered;
        let shifted = if start >= word_start {
            register
                .reset_value
                .checked_shl(start - word_start)
                .unwrap_or(0) as u32
        } else {
            register
                .reset_value
                .checked_shr(word_start - start)
                .unwrap_or(0) as u32
        };
        word.reset |= shifted & new;
        word.covered |= bits(start, end);
        if register.fields.is_empty() {
            word.describe(
                bits(start, end),
                register.access,
                register.modified_write_values,
                register.read_action,
            );
        }
        for instance in register.fields_expanded() {
            let field = instance.field;
            let from = start.saturating_add(instance.bit_offset).min(end);
            let to = from.saturating_add(field.bit_width).min(end);
            word.describe(
                bits(from, to),
                field.access,
                field.modified_write_values,
                field.read_action,
            );
            word.detailed = true;
            // A field that lies in two words would need its value put together first: no chip is known to have one.
            let whole = to > from && bits(from, to).count_ones() == to - from;
            let limit = whole.then(|| Limit::of_field(field, word_start / 8, bits(from, to)));
            if let Some(limit) = limit.flatten() {
                word.limited |= limit.mask;
                limits.push(limit);
            }
        }
    }
}

/// What a word of a register file holds.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    value: u32,
    /// Bits that were written and can be written only once.
    locked: u32,
    reads: u64,
    writes: u64,
}

/// How often firmware used a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uses {
    /// Offset of the word from the base address, in bytes.
    pub offset: u32,
    /// Reads.
    pub reads: u64,
    /// Writes.
    pub writes: u64,
}

/// The registers of one peripheral, with their values.
#[derive(Debug, Clone)]
pub struct RegisterFile {
    layout: Arc<Layout>,
    cells: Vec<Cell>,
}

impl RegisterFile {
    /// A register file in reset.
    pub fn new(mut layout: Layout) -> Self {
        for word in &mut layout.words {
            word.watched = word.reserved() | word.limited | word.left_out;
            word.acts = word.acts_on_write();
        }
        let cells = vec![Cell::default(); layout.words.len()];
        let mut file = Self {
            layout: Arc::new(layout),
            cells,
        };
        file.reset();
        file
    }

    /// What does not change about it.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Sets every register to its reset value.
    pub fn reset(&mut self) {
        for (cell, word) in self.cells.iter_mut().zip(&self.layout.words) {
            cell.value = word.reset;
            cell.locked = 0;
        }
    }

    /// Reads as firmware does, with what reading does to the value. `None` where no register is. `offset` is aligned
    /// to the width.
    #[inline]
    pub fn read(&mut self, offset: u32, width: Width) -> Option<u32> {
        let index = self.layout.index(offset)?;
        let (word, cell) = (self.layout.words.get(index)?, self.cells.get_mut(index)?);
        let seen = (cell.value & word.readable) | (word.reset & !word.readable);
        if (word.read_clears | word.read_sets) != 0 {
            let lanes = width.mask() << shift(offset);
            cell.value = (cell.value & !(word.read_clears & lanes)) | (word.read_sets & lanes);
        }
        Some((seen >> shift(offset)) & width.mask())
    }

    /// Reads without side effects.
    #[inline]
    pub fn peek(&self, offset: u32, width: Width) -> Option<u32> {
        let index = self.layout.index(offset)?;
        let (word, cell) = (self.layout.words.get(index)?, self.cells.get(index)?);
        let seen = (cell.value & word.readable) | (word.reset & !word.readable);
        Some((seen >> shift(offset)) & width.mask())
    }

    /// Writes as firmware does. False where no register is. `offset` is aligned to the width.
    #[inline]
    pub fn write(&mut self, offset: u32, width: Width, value: u32) -> bool {
        self.exchange(offset, width, value).is_some()
    }

    /// As [`RegisterFile::write`]: the word as hardware sees it, before and after; `None` where no register is.
    #[inline]
    pub fn exchange(&mut self, offset: u32, width: Width, value: u32) -> Option<(u32, u32)> {
        let index = self.layout.index(offset)?;
        let (word, cell) = (self.layout.words.get(index)?, self.cells.get_mut(index)?);
        let lanes = width.mask() << shift(offset);
        let before = cell.value;
        cell.value = word.written(before, value << shift(offset), lanes, cell.locked);
        cell.locked |= word.once & lanes;
        Some((before, cell.value))
    }

    /// Counts reads by firmware of a register that nothing models.
    #[inline]
    pub(crate) fn count_reads(&mut self, offset: u32, times: u64) {
        if let Some(cell) = self.cell_mut(offset) {
            cell.reads += times;
        }
    }

    /// Counts a write by firmware to a register that nothing models.
    #[inline]
    pub(crate) fn count_write(&mut self, offset: u32) {
        if let Some(cell) = self.cell_mut(offset) {
            cell.writes += 1;
        }
    }

    /// How often firmware wrote to the word at `offset`.
    pub(crate) fn writes(&self, offset: u32) -> Option<u64> {
        let cell = self.cells.get(self.layout.index(offset)?)?;
        Some(cell.writes)
    }

    /// Takes back what was counted of a write that was not firmware's.
    pub(crate) fn set_writes(&mut self, offset: u32, writes: u64) {
        if let Some(cell) = self.cell_mut(offset) {
            cell.writes = writes;
        }
    }

    #[inline]
    fn cell_mut(&mut self, offset: u32) -> Option<&mut Cell> {
        self.cells.get_mut(self.layout.index(offset)?)
    }

    /// How often firmware used each word that it used, where nothing models the peripheral.
    pub fn uses(&self) -> impl Iterator<Item = Uses> {
        let words = self.layout.offsets.iter().zip(&self.cells);
        words
            .filter(|(_, cell)| cell.reads + cell.writes > 0)
            .map(|(offset, cell)| Uses {
                offset: *offset,
                reads: cell.reads,
                writes: cell.writes,
            })
    }

    /// The whole word at `offset` as hardware sees it; 0 where no register is.
    #[inline]
    pub fn get(&self, offset: u32) -> u32 {
        self.layout
            .index(offset)
            .and_then(|index| self.cells.get(index))
            .map_or(0, |cell| cell.value)
    }

    /// Sets the whole word at `offset` as hardware does, whatever firmware may write.
    #[inline]
    pub fn set(&mut self, offset: u32, value: u32) {
        if let Some(cell) = self
            .layout
            .index(offset)
            .and_then(|index| self.cells.get_mut(index))
        {
            cell.value = value;
        }
    }

    /// What the word at `offset` does, and its value as hardware sees it; `None` where no register is.
    #[inline]
    pub(crate) fn word_and_value(&self, offset: u32) -> Option<(&Word, u32)> {
        let index = self.layout.index(offset)?;
        Some((self.layout.words.get(index)?, self.cells.get(index)?.value))
    }

    /// Whether reading again and again gives the same as long as nothing else happens.
    #[inline]
    pub fn is_stable(&self, offset: u32) -> bool {
        self.layout
            .word(offset)
            .is_none_or(|word| (word.read_clears | word.read_sets) == 0)
    }
}

/// How far the byte at `offset` lies from the lowest bit of its word.
#[inline]
const fn shift(offset: u32) -> u32 {
    (offset & 3) * 8
}
