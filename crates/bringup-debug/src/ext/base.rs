//! Registers and memory.

use std::convert::Infallible;

use gdbstub::target::ext::base::BaseOps;
use gdbstub::target::ext::base::single_register_access::{
    SingleRegisterAccess, SingleRegisterAccessOps,
};
use gdbstub::target::ext::base::singlethread::{SingleThreadBase, SingleThreadResumeOps};
use gdbstub::target::ext::breakpoints::BreakpointsOps;
use gdbstub::target::ext::flash::FlashOps;
use gdbstub::target::ext::memory_map::MemoryMapOps;
use gdbstub::target::ext::monitor_cmd::MonitorCmdOps;
use gdbstub::target::{self, TargetError, TargetResult};

use crate::arch::{Armv6m, CoreRegisters, Register, little_endian};
use crate::target::{EFAULT, Target};

impl target::Target for Target {
    type Arch = Armv6m;
    type Error = Infallible;

    fn base_ops(&mut self) -> BaseOps<'_, Self::Arch, Self::Error> {
        BaseOps::SingleThread(self)
    }

    fn support_breakpoints(&mut self) -> Option<BreakpointsOps<'_, Self>> {
        Some(self)
    }

    fn support_flash_operations(&mut self) -> Option<FlashOps<'_, Self>> {
        Some(self)
    }

    fn support_memory_map(&mut self) -> Option<MemoryMapOps<'_, Self>> {
        Some(self)
    }

    fn support_monitor_cmd(&mut self) -> Option<MonitorCmdOps<'_, Self>> {
        Some(self)
    }
}

impl SingleThreadBase for Target {
    fn read_registers(&mut self, registers: &mut CoreRegisters) -> TargetResult<(), Self> {
        for (value, register) in registers.0.iter_mut().zip(Register::all()) {
            *value = self.register(register);
        }
        Ok(())
    }

    fn write_registers(&mut self, registers: &CoreRegisters) -> TargetResult<(), Self> {
        // CONTROL decides which stack pointer SP is, so SP comes after it, and after the two it may be. What does not
        // change is not written, or SP would undo MSP and PSP.
        let (before_sp, sp) = (0..registers.0.len()).partition::<Vec<_>, _>(|&index| index != 13);
        let old: Vec<_> = Register::all()
            .map(|register| self.register(register))
            .collect();
        let all: Vec<_> = Register::all().collect();
        for index in before_sp.into_iter().chain(sp) {
            if let (Some(&value), Some(&was), Some(&register)) =
                (registers.0.get(index), old.get(index), all.get(index))
                && value != was
            {
                self.set_register(register, value);
            }
        }
        Ok(())
    }

    fn read_addrs(&mut self, start: u32, data: &mut [u8]) -> TargetResult<usize, Self> {
        let read = self.peek(start, data);
        if read == 0 && !data.is_empty() {
            return Err(TargetError::Errno(EFAULT));
        }
        Ok(read)
    }

    fn write_addrs(&mut self, start: u32, data: &[u8]) -> TargetResult<(), Self> {
        if self.poke(start, data) {
            Ok(())
        } else {
            Err(TargetError::Errno(EFAULT))
        }
    }

    fn support_single_register_access(&mut self) -> Option<SingleRegisterAccessOps<'_, (), Self>> {
        Some(self)
    }

    fn support_resume(&mut self) -> Option<SingleThreadResumeOps<'_, Self>> {
        Some(self)
    }
}

impl SingleRegisterAccess<()> for Target {
    fn read_register(
        &mut self,
        (): (),
        register: Register,
        buffer: &mut [u8],
    ) -> TargetResult<usize, Self> {
        let bytes = self.register(register).to_le_bytes();
        let Some((own, _)) = buffer.split_at_mut_checked(register.width()) else {
            return Err(TargetError::NonFatal);
        };
        own.copy_from_slice(bytes.get(..register.width()).unwrap_or_default());
        Ok(own.len())
    }

    fn write_register(
        &mut self,
        (): (),
        register: Register,
        value: &[u8],
    ) -> TargetResult<(), Self> {
        if value.len() != register.width() {
            return Err(TargetError::NonFatal);
        }
        self.set_register(register, little_endian(value));
        Ok(())
    }
}
