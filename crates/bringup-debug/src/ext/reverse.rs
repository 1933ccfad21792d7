//! Running backwards.

use std::convert::Infallible;

use gdbstub::target::ext::base::reverse_exec::{ReverseCont, ReverseStep};

use crate::target::{Target, Until};

impl ReverseCont<()> for Target {
    fn reverse_cont(&mut self) -> Result<(), Infallible> {
        let now = self.board().cycles();
        self.set_out(Until::Before(now));
        Ok(())
    }
}

impl ReverseStep<()> for Target {
    fn reverse_step(&mut self, (): ()) -> Result<(), Infallible> {
        self.set_out(Until::LastInstruction);
        Ok(())
    }
}
