//! `monitor` commands, which gdb passes on as they are.

use std::convert::Infallible;

use gdbstub::target::ext::monitor_cmd::{ConsoleOutput, MonitorCmd};

use crate::monitor;
use crate::target::Target;

impl MonitorCmd for Target {
    fn handle_monitor_cmd(
        &mut self,
        line: &[u8],
        mut out: ConsoleOutput<'_>,
    ) -> Result<(), Infallible> {
        out.write_raw(monitor::answer(self, line).as_bytes());
        Ok(())
    }
}
