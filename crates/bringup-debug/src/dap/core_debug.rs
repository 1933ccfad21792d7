//! The debug registers of the core: `DFSR`, `DHCSR`, `DCRSR`, `DCRDR`, `DEMCR`, and the reset in `AIRCR` (ARMv6-M ARM,
//! C1.6).

use super::target::Target;

const AIRCR: u32 = 0xE000_ED0C;
const DFSR: u32 = 0xE000_ED30;
const DHCSR: u32 = 0xE000_EDF0;
const DCRSR: u32 = 0xE000_EDF4;
const DCRDR: u32 = 0xE000_EDF8;
const DEMCR: u32 = 0xE000_EDFC;

const AIRCR_VECTKEY: u32 = 0x05FA << 16;
const AIRCR_SYSRESETREQ: u32 = 1 << 2;

const C_DEBUGEN: u32 = 1 << 0;
const C_HALT: u32 = 1 << 1;
const C_STEP: u32 = 1 << 2;
const C_MASKINTS: u32 = 1 << 3;
const S_REGRDY: u32 = 1 << 16;
const S_HALT: u32 = 1 << 17;
const S_SLEEP: u32 = 1 << 18;
const S_LOCKUP: u32 = 1 << 19;
const S_RETIRE_ST: u32 = 1 << 24;
const S_RESET_ST: u32 = 1 << 25;
const DBGKEY: u32 = 0xA05F << 16;

const DCRSR_WRITE: u32 = 1 << 16;

const VC_CORERESET: u32 = 1 << 0;
const VC_HARDERR: u32 = 1 << 10;
const DWTENA: u32 = 1 << 24;

/// Why the core entered Debug state: a bit of `DFSR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dfsr(u32);

impl Dfsr {
    /// A request by `C_HALT`, or a step.
    pub(super) const HALTED: Self = Self(1 << 0);
    /// A breakpoint, or a BKPT instruction.
    pub(super) const BKPT: Self = Self(1 << 1);
    /// A watchpoint of the DWT.
    pub(super) const DWTTRAP: Self = Self(1 << 2);
    /// A vector that is caught.
    pub(super) const VCATCH: Self = Self(1 << 3);
    const ALL: u32 = 0x1F;
}

/// What of the registers keeps a state. A reset of the chip clears `C_HALT` and nothing else (Cortex-M3 TRM, DDI 0337E,
/// chapter 10, on `DHCSR`).
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a bit of a register")]
pub(super) struct CoreDebug {
    /// `DHCSR.C_DEBUGEN`.
    pub(super) enabled: bool,
    /// `DHCSR.S_HALT`, and `C_HALT`, which is set with it.
    pub(super) halted: bool,
    step: bool,
    mask_interrupts: bool,
    dfsr: u32,
    dcrdr: u32,
    demcr: u32,
    /// Resets and instructions when `DHCSR` was read last.
    resets_seen: u64,
    instructions_seen: u64,
}

impl CoreDebug {
    pub(super) fn note(&mut self, reason: Dfsr) {
        self.dfsr |= reason.0;
    }

    pub(super) fn catches_reset(&self) -> bool {
        self.demcr & VC_CORERESET != 0
    }

    pub(super) fn catches_faults(&self) -> bool {
        self.demcr & VC_HARDERR != 0
    }

    /// `DEMCR.DWTENA`, which is TRCENA of other cores.
    pub(super) fn units_enabled(&self) -> bool {
        self.demcr & DWTENA != 0
    }
}

/// The debug registers.
impl Target {
    /// Reads a debug register, if one is at the address.
    pub(super) fn read_core(&mut self, address: u32) -> Option<u32> {
        Some(match address {
            DFSR => self.debug.dfsr,
            DHCSR => self.dhcsr(),
            DCRSR => 0,
            DCRDR => self.debug.dcrdr,
            DEMCR => self.debug.demcr,
            _ => return None,
        })
    }

    /// Writes a debug register; false if none is at the address.
    pub(super) fn write_core(&mut self, address: u32, value: u32) -> bool {
        match address {
            DFSR => self.debug.dfsr &= !(value & Dfsr::ALL),
            DHCSR => self.control(value),
            DCRSR => self.transfer(value),
            DCRDR => self.debug.dcrdr = value,
            DEMCR => self.debug.demcr = value & (VC_CORERESET | VC_HARDERR | DWTENA),
            AIRCR if value & 0xFFFF_0000 == AIRCR_VECTKEY && value & AIRCR_SYSRESETREQ != 0 => {
                self.reset();
            }
            _ => return false,
        }
        true
    }

    fn dhcsr(&mut self) -> u32 {
        let core = self.board.core();
        let locked_up = self.is_locked_up();
        let (resets, instructions) = (self.board.resets(), self.board.instructions());
        let debug = &mut self.debug;
        let bit = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
        let value = bit(debug.enabled, C_DEBUGEN)
            | bit(debug.halted, C_HALT | S_HALT)
            | bit(debug.step, C_STEP)
            | bit(debug.mask_interrupts, C_MASKINTS)
            | S_REGRDY
            | bit(!debug.halted && core.sleep().is_some(), S_SLEEP)
            | bit(!debug.halted && locked_up, S_LOCKUP)
            | bit(instructions != debug.instructions_seen, S_RETIRE_ST)
            | bit(resets != debug.resets_seen, S_RESET_ST);
        (debug.resets_seen, debug.instructions_seen) = (resets, instructions);
        value
    }

    fn control(&mut self, value: u32) {
        if value & 0xFFFF_0000 != DBGKEY {
            return;
        }
        let was_halted = self.debug.halted;
        self.debug.enabled = value & C_DEBUGEN != 0;
        // Halted, stepping and masking are of a debugger that is there.
        let value = if self.debug.enabled { value } else { 0 };
        self.debug.step = value & C_STEP != 0;
        // Interrupts are masked and let through in Debug state only.
        if was_halted || !self.debug.enabled {
            self.debug.mask_interrupts = value & C_MASKINTS != 0;
        }
        self.apply_mask();
        self.board.set_semihosting(!self.debug.enabled);
        match (was_halted, value & C_HALT != 0) {
            (false, true) => self.enter_debug(Dfsr::HALTED),
            (true, false) if self.debug.step => self.step(),
            (true, false) => self.leave_debug(),
            _ => {}
        }
    }

    /// Masks interrupts as `C_MASKINTS` says.
    pub(super) fn apply_mask(&mut self) {
        let masked = self.debug.mask_interrupts;
        self.board.core_mut().mask_interrupts(masked);
    }

    /// `DCRSR`: moves a register of the core from or to `DCRDR`, in Debug state only.
    fn transfer(&mut self, selection: u32) {
        if !self.debug.halted {
            return;
        }
        let register = selection & 0x1F;
        if selection & DCRSR_WRITE != 0 {
            self.set_register(register, self.debug.dcrdr);
        } else {
            self.debug.dcrdr = self.register(register);
        }
    }

    fn register(&self, register: u32) -> u32 {
        let core = self.board.core();
        match register {
            0..=15 => core.reg(register as u8),
            16 => core.xpsr(),
            17 => core.msp(),
            18 => core.psp(),
            // CONTROL and PRIMASK in one.
            20 => core.control() << 24 | u32::from(core.primask()),
            _ => 0,
        }
    }

    fn set_register(&mut self, register: u32, value: u32) {
        let core = self.board.core_mut();
        match register {
            0..=15 => core.set_reg(register as u8, value),
            16 => core.set_xpsr(value),
            17 => core.set_msp(value),
            18 => core.set_psp(value),
            20 => {
                core.set_control(value >> 24);
                core.set_primask(value & 1 != 0);
            }
            _ => {}
        }
    }
}
