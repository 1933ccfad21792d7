//! The units that stop the core: breakpoint unit and data watchpoints (ARMv6-M ARM, C1.8 and C1.9).

use bringup_board::{Watch, WatchHit, Watchpoint};

/// Comparators that there can be: `BP_CTRL.NUM_CODE` and `DWT_CTRL.NUMCOMP` have four bits.
const MOST: u32 = 15;

/// The breakpoint unit.
#[derive(Debug, Clone)]
pub(super) struct Breakpoints {
    enabled: bool,
    /// `BP_COMP0` and on.
    comparators: Vec<u32>,
}

const BP_CTRL: u32 = 0x000;
const BP_CTRL_ENABLE: u32 = 1 << 0;
/// Without it nothing is written; reads as zero.
const BP_CTRL_KEY: u32 = 1 << 1;
const BP_COMP0: u32 = 0x008;
/// `BP_MATCH`, `COMP`, `ENABLE`.
const BP_COMP: u32 = 0b11 << 30 | 0x1FFF_FFFC | 1;

impl Breakpoints {
    pub(super) fn new(comparators: u32) -> Self {
        Self {
            enabled: false,
            comparators: vec![0; comparators.min(MOST) as usize],
        }
    }

    pub(super) fn read(&self, offset: u32) -> u32 {
        if offset == BP_CTRL {
            return (self.comparators.len() as u32) << 4 | u32::from(self.enabled);
        }
        let index = offset.checked_sub(BP_COMP0).map(|offset| offset / 4);
        let comparator = index.and_then(|index| self.comparators.get(index as usize));
        comparator.copied().unwrap_or(0)
    }

    pub(super) fn write(&mut self, offset: u32, value: u32) {
        if offset == BP_CTRL {
            if value & BP_CTRL_KEY != 0 {
                self.enabled = value & BP_CTRL_ENABLE != 0;
            }
            return;
        }
        let index = offset.checked_sub(BP_COMP0).map(|offset| offset / 4);
        if let Some(comparator) = index.and_then(|index| self.comparators.get_mut(index as usize)) {
            *comparator = value & BP_COMP;
        }
    }

    /// Addresses of the halfwords that stop the core.
    pub(super) fn addresses(&self) -> impl Iterator<Item = u32> {
        let active = self.comparators.iter().filter(|_| self.enabled);
        let active = active.filter(|comparator| **comparator & 1 != 0);
        active.flat_map(|comparator| {
            let word = comparator & 0x1FFF_FFFC;
            let halves = [(1, word), (2, word | 2)];
            let set = comparator >> 30;
            halves
                .into_iter()
                .filter(move |(bit, _)| set & bit != 0)
                .map(|(_, address)| address)
        })
    }
}

/// The data watchpoint unit.
#[derive(Debug, Clone)]
pub(super) struct Watchpoints {
    comparators: Vec<Comparator>,
}

/// A comparator of the data watchpoint unit.
#[derive(Debug, Clone, Copy, Default)]
struct Comparator {
    comp: u32,
    mask: u32,
    function: u32,
    matched: bool,
}

const DWT_CTRL: u32 = 0x000;
const DWT_COMP0: u32 = 0x020;
/// Bytes from the registers of one comparator to those of the next.
const DWT_STEP: u32 = 0x10;
/// The largest `MASK`, which each implementation chooses: 32 KiB.
const DWT_MASK: u32 = 15;
const DWT_FUNCTION: u32 = 0xF;
const DWT_MATCHED: u32 = 1 << 24;

/// `FUNCTION` for instruction addresses.
const FUNCTION_PC: u32 = 0b0100;
/// `FUNCTION` for reads, writes and both.
const FUNCTION_READ: u32 = 0b0101;
const FUNCTION_WRITE: u32 = 0b0110;
const FUNCTION_ACCESS: u32 = 0b0111;

impl Watchpoints {
    pub(super) fn new(comparators: u32) -> Self {
        Self {
            comparators: vec![Comparator::default(); comparators.min(MOST) as usize],
        }
    }

    /// Reads a register; `MATCHED` is cleared by that.
    pub(super) fn read(&mut self, offset: u32) -> u32 {
        if offset == DWT_CTRL {
            return (self.comparators.len() as u32) << 28;
        }
        match self.comparator(offset) {
            Some((comparator, 0x0)) => comparator.comp,
            Some((comparator, 0x4)) => comparator.mask,
            Some((comparator, 0x8)) => {
                let matched = std::mem::take(&mut comparator.matched);
                comparator.function | if matched { DWT_MATCHED } else { 0 }
            }
            _ => 0,
        }
    }

    pub(super) fn write(&mut self, offset: u32, value: u32) {
        match self.comparator(offset) {
            Some((comparator, 0x0)) => comparator.comp = value,
            Some((comparator, 0x4)) => comparator.mask = value.min(DWT_MASK),
            Some((comparator, 0x8)) => comparator.function = value & DWT_FUNCTION,
            _ => {}
        }
    }

    /// A comparator, and the place of a register among its own.
    fn comparator(&mut self, offset: u32) -> Option<(&mut Comparator, u32)> {
        let offset = offset.checked_sub(DWT_COMP0)?;
        let comparator = self.comparators.get_mut((offset / DWT_STEP) as usize)?;
        Some((comparator, offset % DWT_STEP))
    }

    /// The accesses that stop the core.
    pub(super) fn watchpoints(&self) -> impl Iterator<Item = Watchpoint> {
        self.comparators.iter().filter_map(Comparator::watchpoint)
    }

    /// Sets `MATCHED` of the comparators that an access was for.
    pub(super) fn note(&mut self, hit: &WatchHit) {
        for comparator in &mut self.comparators {
            let (first, last) = comparator.range();
            let end = hit.address.saturating_add(hit.width.bytes() - 1);
            let active = comparator.watchpoint().is_some();
            comparator.matched |= active && hit.address <= last && end >= first;
        }
    }

    /// Addresses of the instructions that stop the core.
    pub(super) fn addresses(&self) -> impl Iterator<Item = u32> {
        let of_code = |comparator: &&Comparator| comparator.function == FUNCTION_PC;
        let ranges = self
            .comparators
            .iter()
            .filter(of_code)
            .map(Comparator::range);
        ranges.flat_map(|(first, last)| (first & !1..=last).step_by(2))
    }
}

impl Comparator {
    /// What it is to the board, if it is about accesses to data.
    fn watchpoint(&self) -> Option<Watchpoint> {
        let watch = match self.function {
            FUNCTION_READ => Watch::Read,
            FUNCTION_WRITE => Watch::Write,
            FUNCTION_ACCESS => Watch::Access,
            _ => return None,
        };
        let (first, last) = self.range();
        Some(Watchpoint { first, last, watch })
    }

    /// First and last address.
    fn range(&self) -> (u32, u32) {
        let ignored = (1 << self.mask) - 1;
        (self.comp & !ignored, self.comp | ignored)
    }
}
