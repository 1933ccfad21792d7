//! `load`: erasing and programming flash.

use gdbstub::target::ext::flash::Flash;
use gdbstub::target::{TargetError, TargetResult};

use crate::target::{EFAULT, Target};

impl Flash for Target {
    fn flash_erase(&mut self, start: u32, length: u32) -> TargetResult<(), Self> {
        if self.erase(start, length) {
            Ok(())
        } else {
            Err(TargetError::Errno(EFAULT))
        }
    }

    fn flash_write(&mut self, start: u32, data: &[u8]) -> TargetResult<(), Self> {
        if self.program(start, data) {
            Ok(())
        } else {
            Err(TargetError::Errno(EFAULT))
        }
    }

    fn flash_done(&mut self) -> TargetResult<(), Self> {
        Ok(())
    }
}
