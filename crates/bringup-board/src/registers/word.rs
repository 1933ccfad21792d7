//! What reading and writing do to each bit of a word, folded into masks.

use bringup_device::{Access, ModifiedWriteValues, ReadAction};

/// What reading and writing do to each bit of a word.
#[derive(Debug, Clone, Copy, Default)]
pub struct Word {
    /// Value after reset.
    pub reset: u32,
    /// Bits that give their value when read; the others give their reset value.
    pub readable: u32,
    /// Bits that take what is written.
    pub stored: u32,
    /// Bits that can be written once after each reset; a part of `stored`.
    pub once: u32,
    /// Bits cleared by writing one.
    pub one_to_clear: u32,
    /// Bits set by writing one.
    pub one_to_set: u32,
    /// Bits inverted by writing one.
    pub one_to_toggle: u32,
    /// Bits cleared by writing zero.
    pub zero_to_clear: u32,
    /// Bits set by writing zero.
    pub zero_to_set: u32,
    /// Bits inverted by writing zero.
    pub zero_to_toggle: u32,
    /// Bits cleared by any write.
    pub clear: u32,
    /// Bits set by any write.
    pub set: u32,
    /// Bits cleared by reading.
    pub read_clears: u32,
    /// Bits set by reading.
    pub read_sets: u32,
    /// Bits that some register lets firmware write, whatever that does.
    pub writable: u32,
    /// Bits that belong to a register.
    pub covered: u32,
    /// The description lists the fields of a register here: bits without one are reserved.
    pub detailed: bool,
    /// Narrowest write that the peripheral takes, in bytes; 0 if it takes any.
    pub narrowest: u32,
    /// Bits of fields that do not take every value.
    pub limited: u32,
    /// Bits that are kept and have no other effect, though they have one on the chip.
    pub left_out: u32,
    /// Bits for which a write that changes them is looked at: reserved ones, `limited` ones and those `left_out`. Worked out when the
    /// register file is made.
    pub(super) watched: u32,
    /// A write does more than to store. Worked out then as well.
    pub(super) acts: bool,
}

impl Word {
    /// Whether a write does more to some bit than to store it.
    pub(super) const fn acts_on_write(&self) -> bool {
        let ones = self.one_to_clear | self.one_to_set | self.one_to_toggle;
        let zeros = self.zero_to_clear | self.zero_to_set | self.zero_to_toggle;
        (ones | zeros | self.clear | self.set | self.once) != 0
    }

    /// Bits that are reserved, as far as the description tells. A word of which nothing keeps what is written has none:
    /// ones in excess to a register of flags and commands do nothing, and writing all ones to it is usual.
    pub const fn reserved(&self) -> u32 {
        if self.detailed && self.stored & self.readable != 0 {
            !(self.readable | self.writable)
        } else {
            0
        }
    }

    /// Flags that hardware sets and that firmware clears by writing a one.
    pub const fn flags(&self) -> u32 {
        self.one_to_clear & self.readable
    }

    /// Flags that hardware sets and that firmware clears by writing a zero.
    pub const fn zero_flags(&self) -> u32 {
        self.zero_to_clear & self.readable
    }

    /// Whether a write has to be looked at: it changes bits that are not to be changed, is too narrow, or may clear flags.
    #[inline]
    pub(crate) const fn is_odd(&self, before: u32, raw: u32, lanes: u32, bytes: u32) -> bool {
        (raw ^ before) & lanes & self.watched != 0
            || bytes < self.narrowest
            || self.one_to_clear | self.zero_to_clear != 0
    }

    /// Makes bits plain read-write ones, where a manual knows better than the description.
    pub const fn make_read_write(&mut self, bits: u32) {
        self.make_read_only(bits);
        self.stored |= bits;
        self.writable |= bits;
    }

    /// Makes bits read-only, set and cleared by hardware alone.
    pub const fn make_read_only(&mut self, bits: u32) {
        self.readable |= bits;
        self.covered |= bits;
        self.one_to_clear &= !bits;
        self.one_to_set &= !bits;
        self.one_to_toggle &= !bits;
        self.zero_to_clear &= !bits;
        self.zero_to_set &= !bits;
        self.zero_to_toggle &= !bits;
        self.clear &= !bits;
        self.set &= !bits;
        self.once &= !bits;
        self.stored &= !bits;
        self.writable &= !bits;
    }

    /// Makes bits flags that hardware sets and that firmware clears by writing ones.
    pub const fn make_flags(&mut self, bits: u32) {
        self.make_read_only(bits);
        self.one_to_clear |= bits;
        self.writable |= bits;
    }

    /// Makes bits flags that hardware sets and that firmware clears by writing zeros.
    pub const fn make_zero_flags(&mut self, bits: u32) {
        self.make_read_only(bits);
        self.zero_to_clear |= bits;
        self.writable |= bits;
    }

    /// Makes bits write-only commands that are not kept.
    pub const fn make_command(&mut self, bits: u32) {
        self.make_read_only(bits);
        self.readable &= !bits;
        self.writable |= bits;
    }

    /// Adds what a description says about `bits`.
    pub(super) fn describe(
        &mut self,
        bits: u32,
        access: Access,
        write: Option<ModifiedWriteValues>,
        read: Option<ReadAction>,
    ) {
        if access.can_read() {
            self.readable |= bits;
            match read {
                Some(ReadAction::Clear) => self.read_clears |= bits,
                Some(ReadAction::Set) => self.read_sets |= bits,
                // In which way is the vendor's secret; the value stays.
                Some(ReadAction::Modify | ReadAction::ModifyExternal) | None => {}
            }
        }
        if !access.can_write() {
            return;
        }
        self.writable |= bits;
        let mask = match write {
            Some(ModifiedWriteValues::OneToClear) => &mut self.one_to_clear,
            Some(ModifiedWriteValues::OneToSet) => &mut self.one_to_set,
            Some(ModifiedWriteValues::OneToToggle) => &mut self.one_to_toggle,
            Some(ModifiedWriteValues::ZeroToClear) => &mut self.zero_to_clear,
            Some(ModifiedWriteValues::ZeroToSet) => &mut self.zero_to_set,
            Some(ModifiedWriteValues::ZeroToToggle) => &mut self.zero_to_toggle,
            Some(ModifiedWriteValues::Clear) => &mut self.clear,
            Some(ModifiedWriteValues::Set) => &mut self.set,
            Some(ModifiedWriteValues::Modify) | None => &mut self.stored,
        };
        *mask |= bits;
        if matches!(access, Access::WriteOnce | Access::ReadWriteOnce) {
            self.once |= bits;
        }
    }

    /// The value after `raw` was written to the bytes in `lanes`.
    #[inline]
    pub(super) fn written(&self, value: u32, raw: u32, lanes: u32, locked: u32) -> u32 {
        let stored = self.stored & lanes & !locked;
        let mut new = (value & !stored) | (raw & stored);
        if self.acts {
            let ones = raw & lanes & !locked;
            let zeros = !raw & lanes & !locked;
            new &= !(ones & self.one_to_clear);
            new |= ones & self.one_to_set;
            new ^= ones & self.one_to_toggle;
            new &= !(zeros & self.zero_to_clear);
            new |= zeros & self.zero_to_set;
            new ^= zeros & self.zero_to_toggle;
            new &= !(lanes & self.clear & !locked);
            new |= lanes & self.set & !locked;
        }
        new
    }
}
