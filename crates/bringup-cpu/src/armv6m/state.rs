//! Everything the core remembers, and how registers, flags and stack pointers hang together.

use super::config::Config;
use super::fault::Fault;
use super::nvic::Nvic;
use super::systick::SysTick;
use super::taint::Taint;
use crate::skip::LoopTable;

/// Why the core does not execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sleep {
    /// WFI, or the return from the last handler with `SCR.SLEEPONEXIT` set.
    Interrupt,
    /// WFE.
    Event,
}

/// The architectural state, and what the execution loop needs at hand.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a bit of the architecture"
)]
pub(crate) struct State {
    /// R0 to R12, the stack pointer in use, LR, PC.
    pub(crate) r: [u32; 16],
    /// N is its sign, Z is set when its low word is zero: both of the last result, or set apart.
    nz: i64,
    pub(crate) carry: bool,
    /// V is its bit 31.
    overflow: u32,
    /// EPSR.T.
    pub(crate) thumb: bool,
    /// IPSR: the exception number, 0 in thread mode.
    pub(crate) ipsr: u32,
    pub(crate) primask: bool,
    /// CONTROL.SPSEL as seen from thread mode; R13 is the process stack pointer.
    psp_active: bool,
    /// CONTROL.nPRIV.
    pub(crate) unprivileged: bool,
    /// The stack pointer not in use.
    other_sp: u32,
    pub(crate) event: bool,
    pub(crate) sleep: Option<Sleep>,
    /// The bus has stopped the core's clock for this sleep.
    pub(crate) clock_stopped: bool,
    pub(crate) lockup: Option<Fault>,
    /// `DHCSR.C_MASKINTS`.
    pub(super) interrupts_masked: bool,
    pub(crate) last_fault: Option<Fault>,
    pub(crate) reset_request: bool,

    /// Core cycles since power-on.
    pub(crate) cycles: u64,
    /// Instructions completed.
    pub(crate) instructions: u64,
    /// The execution loop leaves when `cycles` reach this.
    pub(crate) until: u64,
    /// The caller's limit.
    pub(crate) limit: u64,
    /// Addresses from `code_start` on, `code_length` bytes, may have been decoded.
    pub(crate) code_start: u32,
    pub(crate) code_length: u32,
    /// Cycle of the next event of the world or of SysTick: before it, nothing happens to an instruction under way.
    pub(crate) next_event_at: u64,
    /// [`Bus::code_generation`](crate::Bus::code_generation) of what was decoded.
    pub(crate) generation: u32,
    /// Lowest and highest address of stores into decoded code, not yet heeded.
    pub(crate) code_written: Option<(u32, u32)>,

    /// Lowest address that the stack may reach and the one it begins at; 0 for the lowest watches nothing.
    pub(crate) stack: (u32, u32),
    pub(crate) taint: Taint,

    pub(crate) config: Config,
    pub(crate) nvic: Nvic,
    pub(crate) systick: Option<SysTick>,
    pub(crate) vtor: u32,
    /// SCR.
    pub(crate) scr: u32,
    pub(crate) watch: SystemWatch,
    pub(crate) loops: LoopTable,
}

/// What a watched loop did to the System Control Space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SystemWatch {
    /// Until when all that was read stays as it was.
    pub(crate) stable_until: u64,
    /// Something was written, or read with a side effect.
    pub(crate) touched: bool,
    /// The register read last.
    pub(crate) polled: Option<u32>,
}

impl SystemWatch {
    pub(crate) const NONE: Self = Self {
        stable_until: u64::MAX,
        touched: false,
        polled: None,
    };
}

impl State {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            r: [0; 16],
            nz: 1,
            carry: false,
            overflow: 0,
            thumb: true,
            ipsr: 0,
            primask: false,
            psp_active: false,
            unprivileged: false,
            other_sp: 0,
            event: false,
            sleep: None,
            clock_stopped: false,
            lockup: None,
            interrupts_masked: false,
            last_fault: None,
            reset_request: false,
            cycles: 0,
            instructions: 0,
            until: 0,
            limit: 0,
            next_event_at: 0,
            code_start: 0,
            code_length: 0,
            generation: 0,
            code_written: None,
            stack: (0, 0),
            taint: Taint::default(),
            config,
            nvic: Nvic::new(config.interrupts),
            systick: config.systick.map(SysTick::new),
            vtor: 0,
            scr: 0,
            watch: SystemWatch::NONE,
            loops: LoopTable::default(),
        }
    }

    /// The state after a reset at the present time.
    pub(crate) fn after_reset(&self) -> Self {
        let mut state = Self::new(self.config);
        state.r[..13].copy_from_slice(&self.r[..13]);
        state.cycles = self.cycles;
        state.instructions = self.instructions;
        state.stack = self.stack;
        state
    }

    pub(crate) fn reg(&self, index: u8) -> u32 {
        self.r[usize::from(index & 15)]
    }

    pub(crate) fn set(&mut self, index: u8, value: u32) {
        self.r[usize::from(index & 15)] = value;
    }

    /// N and Z of a result.
    pub(crate) fn set_nz(&mut self, result: u32) {
        self.nz = i64::from(result as i32);
    }

    pub(crate) fn negative(&self) -> bool {
        self.nz < 0
    }

    pub(crate) fn zero(&self) -> bool {
        self.nz as u32 == 0
    }

    pub(crate) fn overflow(&self) -> bool {
        (self.overflow as i32) < 0
    }

    /// V becomes bit 31 of `sign`.
    pub(crate) fn set_overflow(&mut self, sign: u32) {
        self.overflow = sign;
    }

    /// The flags as APSR has them, in bits 31 to 28.
    pub(crate) fn apsr(&self) -> u32 {
        u32::from(self.negative()) << 31
            | u32::from(self.zero()) << 30
            | u32::from(self.carry) << 29
            | u32::from(self.overflow()) << 28
    }

    pub(crate) fn set_apsr(&mut self, value: u32) {
        let zero = value >> 30 & 1 != 0;
        self.nz = i64::from(value as i32 >> 31) << 32 | i64::from(!zero);
        self.carry = value >> 29 & 1 != 0;
        self.overflow = value << 3;
    }

    /// APSR, EPSR and IPSR together.
    pub(crate) fn xpsr(&self) -> u32 {
        self.apsr() | u32::from(self.thumb) << 24 | self.ipsr
    }

    pub(crate) fn handler_mode(&self) -> bool {
        self.ipsr != 0
    }

    pub(crate) fn privileged(&self) -> bool {
        self.handler_mode() || !self.unprivileged
    }

    pub(crate) fn psp_active(&self) -> bool {
        self.psp_active
    }

    /// Makes the process (true) or main stack pointer R13.
    pub(crate) fn select_psp(&mut self, psp: bool) {
        if self.psp_active != psp {
            self.psp_active = psp;
            core::mem::swap(&mut self.r[13], &mut self.other_sp);
        }
    }

    pub(crate) fn msp(&self) -> u32 {
        if self.psp_active {
            self.other_sp
        } else {
            self.r[13]
        }
    }

    pub(crate) fn psp(&self) -> u32 {
        if self.psp_active {
            self.r[13]
        } else {
            self.other_sp
        }
    }

    pub(crate) fn set_msp(&mut self, value: u32) {
        let sp = if self.psp_active {
            &mut self.other_sp
        } else {
            &mut self.r[13]
        };
        *sp = value & !3;
    }

    pub(crate) fn set_psp(&mut self, value: u32) {
        let sp = if self.psp_active {
            &mut self.r[13]
        } else {
            &mut self.other_sp
        };
        *sp = value & !3;
    }

    pub(crate) fn control(&self) -> u32 {
        u32::from(self.psp_active) << 1 | u32::from(self.unprivileged)
    }

    /// Writes CONTROL; SPSEL changes in thread mode only.
    pub(crate) fn set_control(&mut self, value: u32) {
        if self.config.unprivileged {
            self.unprivileged = value & 1 != 0;
        }
        if !self.handler_mode() {
            self.select_psp(value & 2 != 0);
        }
    }

    /// Priority of what is executing (section B1.5.4).
    pub(crate) fn execution_priority(&self) -> i8 {
        let active = self.nvic.active_priority();
        if self.primask { active.min(0) } else { active }
    }

    /// The exception that would be taken now.
    pub(crate) fn exception_to_take(&self) -> Option<u32> {
        if self.nvic.candidates() == 0 {
            return None;
        }
        let exception = self.nvic.highest_pending()?;
        if self.holds_back(exception) {
            return None;
        }
        (self.nvic.priority(exception) < self.execution_priority()).then_some(exception)
    }

    /// Makes exceptions pending and, with `SCR.SEVONPEND`, registers the event.
    pub(crate) fn pend(&mut self, exceptions: u64) {
        let new = self.nvic.pend(exceptions);
        self.note_pended(new);
    }

    /// Exceptions became pending.
    pub(crate) fn note_pended(&mut self, new: u64) {
        if new != 0 && self.scr & 0x10 != 0 {
            self.event = true;
        }
    }

    /// Takes over the interrupt lines.
    pub(crate) fn latch(&mut self, lines: u32) {
        let new = self.nvic.latch(lines);
        self.note_pended(new);
    }

    /// Brings SysTick up to the present.
    pub(crate) fn sync_systick(&mut self, cycle: u64) {
        if self
            .systick
            .as_mut()
            .is_some_and(|systick| systick.sync(cycle))
        {
            self.pend(1 << super::nvic::number::SYSTICK);
        }
    }

    /// Cycle at which SysTick pends its exception next.
    pub(crate) fn systick_deadline(&self) -> u64 {
        self.systick.as_ref().map_or(u64::MAX, SysTick::deadline)
    }

    /// Cycle up to which nothing can happen to the core by itself.
    pub(crate) fn next_event(&self, bus_deadline: u64) -> u64 {
        bus_deadline.min(self.systick_deadline())
    }
}
