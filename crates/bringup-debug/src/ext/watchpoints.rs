//! Watchpoints, as many as the chip has comparators for data.

use bringup_board::Watch;
use gdbstub::target::TargetResult;
use gdbstub::target::ext::breakpoints::{HwWatchpoint, WatchKind};

use crate::target::Target;

impl HwWatchpoint for Target {
    fn add_hw_watchpoint(
        &mut self,
        address: u32,
        length: u32,
        kind: WatchKind,
    ) -> TargetResult<bool, Self> {
        Ok(self.add_watchpoint(address, length, watch(kind)))
    }

    fn remove_hw_watchpoint(
        &mut self,
        address: u32,
        length: u32,
        kind: WatchKind,
    ) -> TargetResult<bool, Self> {
        Ok(self.remove_watchpoint(address, length, watch(kind)))
    }
}

fn watch(kind: WatchKind) -> Watch {
    match kind {
        WatchKind::Read => Watch::Read,
        WatchKind::Write => Watch::Write,
        WatchKind::ReadWrite => Watch::Access,
    }
}
