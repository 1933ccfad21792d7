//! Breakpoints and watchpoints, as many and where the chip has them.

use std::collections::BTreeSet;

use bringup_board::{Watch, Watchpoint};
use bringup_device::catalogue::MemoryKind;
use gdbstub::stub::SingleThreadStopReason;
use gdbstub::target::ext::breakpoints::WatchKind;

use super::Target;

/// First address that the breakpoint unit cannot compare with: it sees the code region only (ARMv6-M ARM, C1.9
/// "Breakpoint Unit").
const CODE_REGION_END: u32 = 0x2000_0000;

/// What a debugger has set.
#[derive(Debug, Default)]
pub(super) struct Points {
    hardware: BTreeSet<u32>,
    software: BTreeSet<u32>,
    /// The comparators in use of the DWT.
    watched: Vec<Watchpoint>,
}

/// What makes a breakpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A comparator of the breakpoint unit.
    Hardware,
    /// A BKPT in the place of an instruction, so in RAM only. On a board it is one in name: memory stays as it is.
    Software,
}

impl Points {
    fn set(&mut self, unit: Unit) -> &mut BTreeSet<u32> {
        match unit {
            Unit::Hardware => &mut self.hardware,
            Unit::Software => &mut self.software,
        }
    }

    /// What gdb is told of a stop at an address where there is a breakpoint.
    pub(super) fn breakpoint_at(&self, pc: u32) -> Option<SingleThreadStopReason<u32>> {
        if self.hardware.contains(&pc) {
            Some(SingleThreadStopReason::HwBreak(()))
        } else if self.software.contains(&pc) {
            Some(SingleThreadStopReason::SwBreak(()))
        } else {
            None
        }
    }

    /// The watchpoint that is about an access, and the first address of the access that it watches.
    pub(super) fn watched_by(&self, hit: bringup_board::WatchHit) -> (WatchKind, u32) {
        let end = hit.address.wrapping_add(hit.width.bytes() - 1);
        let touches = |watched: &&Watchpoint| {
            let meant = match watched.watch {
                Watch::Read => !hit.write,
                Watch::Write => hit.write,
                Watch::Access => true,
            };
            meant && hit.address <= watched.last && end >= watched.first
        };
        match self.watched.iter().find(touches) {
            Some(watched) => (kind(watched.watch), hit.address.max(watched.first)),
            None => (WatchKind::ReadWrite, hit.address),
        }
    }
}

/// Breakpoints.
impl Target {
    /// Sets a breakpoint; false if the chip has none left, or cannot have one there.
    pub(crate) fn add_breakpoint(&mut self, unit: Unit, address: u32) -> bool {
        let there = usize::try_from(self.board.chip().breakpoints).unwrap_or(usize::MAX);
        let possible = match unit {
            Unit::Hardware => {
                let hardware = &self.points.hardware;
                let left = hardware.contains(&address) || hardware.len() < there;
                left && address < CODE_REGION_END
            }
            Unit::Software => self
                .memory_around(address, 2)
                .is_some_and(|memory| memory.kind == MemoryKind::Ram),
        };
        if possible {
            self.points.set(unit).insert(address);
            self.board.core_mut().set_breakpoint(address);
        }
        possible
    }

    /// Takes a breakpoint away; false if there was none.
    pub(crate) fn remove_breakpoint(&mut self, unit: Unit, address: u32) -> bool {
        let removed = self.points.set(unit).remove(&address);
        if removed && self.points.breakpoint_at(address).is_none() {
            self.board.core_mut().clear_breakpoint(address);
        }
        removed
    }
}

/// Watchpoints.
impl Target {
    /// Watches a range; false if the chip has too few comparators for it.
    pub(crate) fn add_watchpoint(&mut self, address: u32, len: u32, watch: Watch) -> bool {
        let there = usize::try_from(self.board.chip().watchpoints).unwrap_or(usize::MAX);
        let room = there.saturating_sub(self.points.watched.len());
        let Some(pieces) = pieces(address, len, watch, room) else {
            return false;
        };
        for watchpoint in pieces {
            self.points.watched.push(watchpoint);
            self.board.set_watchpoint(watchpoint);
        }
        true
    }

    /// Watches a range no more; false if it was not watched.
    pub(crate) fn remove_watchpoint(&mut self, address: u32, len: u32, watch: Watch) -> bool {
        let Some(pieces) = pieces(address, len, watch, self.points.watched.len()) else {
            return false;
        };
        let watched = &mut self.points.watched;
        pieces.into_iter().all(|piece| {
            let Some(at) = watched.iter().position(|other| *other == piece) else {
                return false;
            };
            watched.remove(at);
            // A range may be watched twice.
            if !watched.contains(&piece) {
                self.board.clear_watchpoint(&piece);
            }
            true
        })
    }

    /// Takes all breakpoints and watchpoints away: they belong to a session.
    pub(crate) fn remove_all_points(&mut self) {
        let Points {
            hardware,
            software,
            watched,
        } = std::mem::take(&mut self.points);
        for address in hardware.into_iter().chain(software) {
            self.board.core_mut().clear_breakpoint(address);
        }
        for watchpoint in watched {
            self.board.clear_watchpoint(&watchpoint);
        }
    }
}

/// The comparators that a range needs: each sees a power of two of bytes, aligned to it (ARMv6-M ARM, C1.8.3 "`DWT_MASKn`"). `None` if
/// that is more than `most`.
fn pieces(address: u32, len: u32, watch: Watch, most: usize) -> Option<Vec<Watchpoint>> {
    let end = u64::from(address) + u64::from(len);
    if len == 0 || end > 1 << 32 {
        return None;
    }
    let (mut first, mut pieces) = (u64::from(address), Vec::new());
    while first < end {
        if pieces.len() == most {
            return None;
        }
        let aligned = if first == 0 {
            1 << 32
        } else {
            first & first.wrapping_neg()
        };
        let fitting = 1 << (end - first).ilog2();
        let size = aligned.min(fitting);
        pieces.push(Watchpoint {
            first: first as u32,
            last: (first + size - 1) as u32,
            watch,
        });
        first += size;
    }
    Some(pieces)
}

/// As gdb tells the kinds apart.
pub(super) fn kind(watch: Watch) -> WatchKind {
    match watch {
        Watch::Read => WatchKind::Read,
        Watch::Write => WatchKind::Write,
        Watch::Access => WatchKind::ReadWrite,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(address: u32, len: u32, most: usize) -> Option<Vec<(u32, u32)>> {
        let pieces = pieces(address, len, Watch::Write, most)?;
        Some(pieces.iter().map(|it| (it.first, it.last)).collect())
    }

    #[test]
    fn a_range_takes_as_many_comparators_as_aligned_powers_of_two() {
        assert_eq!(
            ranges(0x2000_0000, 4, 2),
            Some(vec![(0x2000_0000, 0x2000_0003)])
        );
        assert_eq!(
            ranges(0x2000_0004, 12, 2),
            Some(vec![(0x2000_0004, 0x2000_0007), (0x2000_0008, 0x2000_000F)])
        );
        assert_eq!(ranges(0x2000_0001, 4, 2), None);
        assert_eq!(ranges(0x2000_0001, 4, 3).map(|it| it.len()), Some(3));
        assert_eq!(ranges(0x2000_0000, 0, 2), None);
        assert_eq!(ranges(0xFFFF_FFFE, 4, 9), None);
        assert_eq!(ranges(0, u32::MAX, 2), None);
        assert_eq!(
            ranges(0x8000_0000, 0x8000_0000, 1),
            Some(vec![(0x8000_0000, u32::MAX)])
        );
    }
}
