//! CPS, MRS and MSR (ARMv6-M ARM, sections B4.2 and B1.4).

use super::state::State;

impl State {
    /// CPSIE i (0) or CPSID i (1); ignored without privilege.
    #[cold]
    pub(crate) fn change_processor_state(&mut self, disable: u32) -> u32 {
        if self.privileged() {
            self.primask = disable != 0;
            self.until = 0;
        }
        0
    }

    /// MRS. Registers that do not exist read as zero.
    #[cold]
    pub(crate) fn read_special(&mut self, rd: u8, sysm: u32) -> u32 {
        let value = match sysm {
            // APSR, and its combinations with IPSR (bit 0); EPSR reads as zero.
            0..=7 => {
                let apsr = if sysm & 4 == 0 { self.apsr() } else { 0 };
                let ipsr = if sysm & 1 != 0 { self.ipsr } else { 0 };
                apsr | ipsr
            }
            8 if self.privileged() => self.msp(),
            9 if self.privileged() => self.psp(),
            16 if self.privileged() => u32::from(self.primask),
            20 => self.control(),
            _ => 0,
        };
        match rd {
            // UNPREDICTABLE as destinations.
            15 => {}
            13 => self.set(13, value & !3),
            _ => self.set(rd, value),
        }
        0
    }

    /// MSR. Writes to registers that do not exist, and unprivileged ones beside APSR, are ignored.
    #[cold]
    pub(crate) fn write_special(&mut self, rn: u8, sysm: u32) -> u32 {
        let value = self.reg(rn);
        match sysm {
            0..=3 => self.set_apsr(value),
            8 if self.privileged() => self.set_msp(value),
            9 if self.privileged() => self.set_psp(value),
            16 if self.privileged() => {
                self.primask = value & 1 != 0;
                self.until = 0;
            }
            20 if self.privileged() => self.set_control(value),
            _ => {}
        }
        0
    }
}
