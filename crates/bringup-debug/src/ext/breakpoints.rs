//! Breakpoints, as many and where the chip has them.

use gdbstub::target::TargetResult;
use gdbstub::target::ext::breakpoints::{
    Breakpoints, HwBreakpoint, HwBreakpointOps, HwWatchpointOps, SwBreakpoint, SwBreakpointOps,
};
use gdbstub_arch::arm::ArmBreakpointKind;

use crate::target::{Target, Unit};

impl Breakpoints for Target {
    fn support_sw_breakpoint(&mut self) -> Option<SwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_breakpoint(&mut self) -> Option<HwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_watchpoint(&mut self) -> Option<HwWatchpointOps<'_, Self>> {
        Some(self)
    }
}

impl SwBreakpoint for Target {
    fn add_sw_breakpoint(
        &mut self,
        address: u32,
        kind: ArmBreakpointKind,
    ) -> TargetResult<bool, Self> {
        Ok(is_thumb(&kind) && self.add_breakpoint(Unit::Software, address))
    }

    fn remove_sw_breakpoint(
        &mut self,
        address: u32,
        _: ArmBreakpointKind,
    ) -> TargetResult<bool, Self> {
        Ok(self.remove_breakpoint(Unit::Software, address))
    }
}

impl HwBreakpoint for Target {
    fn add_hw_breakpoint(
        &mut self,
        address: u32,
        kind: ArmBreakpointKind,
    ) -> TargetResult<bool, Self> {
        Ok(is_thumb(&kind) && self.add_breakpoint(Unit::Hardware, address))
    }

    fn remove_hw_breakpoint(
        &mut self,
        address: u32,
        _: ArmBreakpointKind,
    ) -> TargetResult<bool, Self> {
        Ok(self.remove_breakpoint(Unit::Hardware, address))
    }
}

/// ARMv6-M has no ARM state to stop in.
fn is_thumb(kind: &ArmBreakpointKind) -> bool {
    !matches!(kind, ArmBreakpointKind::Arm32)
}
