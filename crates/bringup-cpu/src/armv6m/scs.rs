//! The System Control Space, `0xE000_E000` to `0xE000_EFFF`: SysTick, NVIC and the System Control Block
//! (ARMv6-M ARM, sections B3.2 to B3.4).
//!
//! Registers take aligned words only, from privileged code only; everything else faults. Addresses
//! without a register read as zero and ignore writes, the debug registers among them.

use super::fault::FaultKind;
use super::nvic::number;
use super::state::State;
use crate::bus::Width;

/// Whether an address belongs to the System Control Space.
pub(crate) const fn contains(address: u32) -> bool {
    address >> 12 == 0xE000E
}

/// Offset of an address from `0xE000_E000`.
const fn offset(address: u32) -> u32 {
    address & 0xFFF
}

/// Offsets of the System Control Block.
mod scb {
    pub(super) const CPUID: u32 = 0xD00;
    pub(super) const ICSR: u32 = 0xD04;
    pub(super) const VTOR: u32 = 0xD08;
    pub(super) const AIRCR: u32 = 0xD0C;
    pub(super) const SCR: u32 = 0xD10;
    pub(super) const CCR: u32 = 0xD14;
    pub(super) const SHPR2: u32 = 0xD1C;
    pub(super) const SHPR3: u32 = 0xD20;
    pub(super) const SHCSR: u32 = 0xD24;
}

/// `CCR`: `UNALIGN_TRP` and STKALIGN, both fixed in ARMv6-M.
const CCR_VALUE: u32 = 1 << 9 | 1 << 3;
/// `AIRCR.VECTKEYSTAT`; little-endian.
const AIRCR_VALUE: u32 = 0xFA05_0000;

impl State {
    fn check_system(&self, address: u32, width: Width) -> Result<(), FaultKind> {
        if width == Width::Word && address.is_multiple_of(4) && self.privileged() {
            Ok(())
        } else {
            Err(FaultKind::SystemControlSpace)
        }
    }

    /// Reads a system register as an instruction does.
    pub(crate) fn system_read(
        &mut self,
        address: u32,
        width: Width,
        cycle: u64,
    ) -> Result<u32, FaultKind> {
        self.check_system(address, width)?;
        self.sync_systick(cycle);
        let stable = self.system_stable_until(address, cycle);
        self.watch.touched |= stable <= cycle;
        self.watch.stable_until = self.watch.stable_until.min(stable);
        self.watch.polled = Some(address);
        match (offset(address), &mut self.systick) {
            (offset @ 0x010..=0x01C, Some(systick)) => Ok(systick.read(offset - 0x010)),
            _ => Ok(self.system_peek(address)),
        }
    }

    /// Until when a system register reads as it does at `cycle` and is not changed by that; events
    /// that end a run by themselves do not count.
    fn system_stable_until(&self, address: u32, cycle: u64) -> u64 {
        match (offset(address), &self.systick) {
            (offset @ 0x010..=0x01C, Some(systick)) => systick.stable_until(offset - 0x010, cycle),
            _ => u64::MAX,
        }
    }

    /// Reads a system register without side effects; SysTick as of its last synchronisation.
    pub(crate) fn system_peek(&self, address: u32) -> u32 {
        match offset(address) {
            offset @ 0x010..=0x01C => self
                .systick
                .as_ref()
                .map_or(0, |systick| systick.peek(offset - 0x010)),
            offset @ 0x100..=0x4FF => self.nvic.read(offset),
            scb::CPUID => self.config.cpuid,
            scb::ICSR => self.icsr(),
            scb::VTOR => self.vtor,
            scb::AIRCR => AIRCR_VALUE,
            scb::SCR => self.scr,
            scb::CCR => CCR_VALUE,
            scb::SHPR2 => self.nvic.priorities(8),
            scb::SHPR3 => self.nvic.priorities(12),
            scb::SHCSR => u32::from(self.is_pending(number::SVCALL)) << 15,
            _ => 0,
        }
    }

    fn is_pending(&self, exception: u32) -> bool {
        self.nvic.pending >> exception & 1 != 0
    }

    /// `ICSR` (section B3.2.4).
    fn icsr(&self) -> u32 {
        let irq_pending = self.nvic.pending >> number::IRQ0 != 0;
        u32::from(self.is_pending(number::NMI)) << 31
            | u32::from(self.is_pending(number::PENDSV)) << 28
            | u32::from(self.is_pending(number::SYSTICK)) << 26
            | u32::from(irq_pending) << 22
            | self.nvic.highest_pending().unwrap_or(0) << 12
            | self.ipsr
    }

    /// Writes a system register as an instruction does.
    pub(crate) fn system_write(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        cycle: u64,
    ) -> Result<(), FaultKind> {
        self.check_system(address, width)?;
        self.sync_systick(cycle);
        self.watch.touched = true;
        // Priorities, enables and pending bits may change what runs next.
        self.until = 0;
        match offset(address) {
            offset @ 0x010..=0x01C => {
                if let Some(systick) = &mut self.systick {
                    systick.write(offset - 0x010, value, cycle);
                }
            }
            offset @ 0x100..=0x4FF => {
                let new = self.nvic.write(offset, value);
                self.note_pended(new);
            }
            scb::ICSR => self.write_icsr(value),
            // TBLOFF: the M0+ implements bits 31 to 8 (DDI 0484C, section 4.3).
            scb::VTOR if self.config.vtor => self.vtor = value & 0xFFFF_FF00,
            scb::AIRCR if value >> 16 == 0x05FA && value & 4 != 0 => self.reset_request = true,
            scb::SCR => self.scr = value & 0x16,
            scb::SHPR2 => self.nvic.set_priorities(8, value, 0b1000),
            scb::SHPR3 => self.nvic.set_priorities(12, value, 0b1100),
            _ => {}
        }
        Ok(())
    }

    fn write_icsr(&mut self, value: u32) {
        if value >> 27 & 1 != 0 {
            self.nvic.pending &= !(1 << number::PENDSV);
        }
        if value >> 25 & 1 != 0 {
            self.nvic.pending &= !(1 << number::SYSTICK);
        }
        let bit = |bit: u32, exception: u32| u64::from(value >> bit & 1) << exception;
        self.pend(bit(31, number::NMI) | bit(28, number::PENDSV) | bit(26, number::SYSTICK));
    }
}
