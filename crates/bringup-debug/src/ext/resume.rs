//! Running: continue, one instruction, and a range of them.

use std::convert::Infallible;

use gdbstub::common::Signal;
use gdbstub::target::ext::base::reverse_exec::{ReverseContOps, ReverseStepOps};
use gdbstub::target::ext::base::singlethread::{
    SingleThreadRangeStepping, SingleThreadRangeSteppingOps, SingleThreadResume,
    SingleThreadSingleStep, SingleThreadSingleStepOps,
};

use crate::target::{Target, Until};

impl SingleThreadResume for Target {
    // Signals mean nothing to a microcontroller; gdb passes on the one that stopped it.
    fn resume(&mut self, _: Option<Signal>) -> Result<(), Infallible> {
        self.set_out(Until::Stopped);
        Ok(())
    }

    fn support_single_step(&mut self) -> Option<SingleThreadSingleStepOps<'_, Self>> {
        Some(self)
    }

    fn support_reverse_step(&mut self) -> Option<ReverseStepOps<'_, (), Self>> {
        self.goes_back().then_some(self)
    }

    fn support_reverse_cont(&mut self) -> Option<ReverseContOps<'_, (), Self>> {
        self.goes_back().then_some(self)
    }

    fn support_range_step(&mut self) -> Option<SingleThreadRangeSteppingOps<'_, Self>> {
        Some(self)
    }
}

impl SingleThreadSingleStep for Target {
    fn step(&mut self, _: Option<Signal>) -> Result<(), Infallible> {
        self.set_out(Until::NextInstruction);
        Ok(())
    }
}

impl SingleThreadRangeStepping for Target {
    fn resume_range_step(&mut self, start: u32, end: u32) -> Result<(), Infallible> {
        self.set_out(Until::Outside(start..end));
        Ok(())
    }
}
