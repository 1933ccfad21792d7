//! ARMv6-M: the Cortex-M0 and the Cortex-M0+.
//!
//! Follows the ARMv6-M Architecture Reference Manual (DDI 0419E); section numbers in this module are
//! its. Cycle costs and their sources are in [`timing`].
//!
//! # What is modelled how
//!
//! - The accesses of an instruction all happen at the cycle it begins, and interrupts are recognised between
//!   instructions; but LDM, STM, PUSH, POP and a MULS of 32 cycles are broken off by an exception that comes while they
//!   are under way, and begin anew after it, as on the cores. The cores may have made some of the
//!   accesses by then and make them twice; here an instruction that is broken off has made none.
//! - An exception that becomes pending until the vector is read (at the end of the entry's cycles)
//!   arrives late: it is taken in place of the one that was chosen if it has a higher priority.
//! - UNPREDICTABLE encodings do what their pseudocode does; an empty register list is UNDEFINED.
//!   UNPREDICTABLE exception returns and accesses to the System Control Space that are no words raise
//!   HardFault. [`Bus::unpredictable`] hears of each.
//! - The debug registers and the optional MPU are not there (`MPU_TYPE` reads as zero): a debugger uses the
//!   methods of [`Core`].
//! - A locked-up core keeps PC at the instruction that did it, for those who look; the architecture
//!   would show `0xFFFF_FFFE`.

mod alu;
mod cache;
mod config;
mod debug;
mod decode;
mod disasm;
mod exception;
mod execute;
mod fault;
mod idle;
mod memory;
mod multiple;
mod nvic;
mod op;
mod run;
mod scs;
mod special;
mod state;
mod systick;
mod taint;
pub mod timing;
mod unpredictable;

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

pub use config::{Config, SysTickConfig};
pub use disasm::{Disassembly, disasm};
pub use fault::{Fault, FaultKind};
pub use state::Sleep;

use crate::bus::{At, Bus, Width};
use crate::skip::Record;
use crate::watch::{WatchHit, Watchpoint, Watchpoints};
use cache::Cache;
use nvic::number;
use state::State;

/// Why [`Core::run`] or [`Core::step`] returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The cycle counter reached the limit.
    Limit,
    /// Execution reached a breakpoint; the instruction there has not been executed. Running on
    /// executes it.
    Breakpoint {
        /// Its address.
        pc: u32,
    },
    /// A watchpoint saw an access. The instruction that made it has been executed, or the exception been taken.
    Watchpoint(WatchHit),
    /// A BKPT instruction; PC still points to it. [`Core::skip_bkpt`] goes on behind it,
    /// [`Core::refuse_bkpt`] lets it fault.
    Bkpt {
        /// Its address.
        pc: u32,
        /// Its immediate: 0xAB asks for semihosting.
        comment: u8,
    },
    /// HardFault has been entered, and [`Config::stop_on_hard_fault`] is set. Running on executes
    /// the handler.
    Fault(Fault),
    /// A fault where HardFault cannot be taken: the core stands still until a reset or NMI.
    Lockup(Fault),
    /// The guest set `AIRCR.SYSRESETREQ`. [`Core::reset`] does it; running on ignores it.
    ResetRequested,
    /// A loop without side effects that nothing can end any more: no event is planned, no interrupt
    /// of SysTick is due, and all it looks at stays as it is.
    Stuck {
        /// Where the loop begins.
        pc: u32,
        /// What it looks at: devices and system registers first, then memory.
        polled: Vec<u32>,
    },
}

/// A Cortex-M0 or Cortex-M0+.
///
/// A clone is a snapshot: it runs on as the original would.
#[derive(Debug, Clone)]
pub struct Core {
    state: State,
    cache: Cache,
    breakpoints: BTreeSet<u32>,
    watchpoints: Watchpoints,
    /// The breakpoint that the last run stopped at and the next one executes through.
    passed: Option<u32>,
    /// HardFault was entered, and nobody has been told.
    fault_entered: bool,
    /// What the loop that is looked at did.
    record: Record,
}

impl Core {
    /// A core at power-on, at cycle 0. Call [`Core::reset`] before running it.
    pub fn new(config: Config) -> Self {
        Self {
            state: State::new(config),
            cache: Cache::default(),
            breakpoints: BTreeSet::new(),
            watchpoints: Watchpoints::default(),
            passed: None,
            fault_entered: false,
            record: Record::default(),
        }
    }

    /// Resets the core: MSP and PC come from the vector table at address 0 (section B1.5.5). The counters
    /// of cycles and instructions, breakpoints and watchpoints stay. A vector table that cannot be read is a lockup.
    pub fn reset<B: Bus>(&mut self, bus: &mut B) {
        self.state = self.state.after_reset();
        self.passed = None;
        self.fault_entered = false;
        self.cache.clear();
        self.state.r[14] = 0xFFFF_FFFF;
        self.state.generation = bus.code_generation();
        let at = At {
            pc: 0,
            cycle: self.state.cycles,
        };
        let mut vector = |address| self.state.load_vector(bus, address, at);
        match (vector(0), vector(4)) {
            (Ok((msp, _)), Ok((entry, _))) => {
                self.state.set_msp(msp);
                self.state.thumb = entry & 1 != 0;
                self.state.r[15] = entry & !1;
            }
            (Err(fault), _) | (_, Err(fault)) => {
                self.state.lock_up(Fault {
                    kind: FaultKind::Vector,
                    ..fault
                });
            }
        }
    }

    /// How the core was built.
    pub fn config(&self) -> &Config {
        &self.state.config
    }

    /// Switches [`Config::stop_on_hard_fault`].
    pub fn set_stop_on_hard_fault(&mut self, stop: bool) {
        self.state.config.stop_on_hard_fault = stop;
    }

    /// Switches [`Config::skip`].
    pub fn set_skip(&mut self, skip: bool) {
        self.state.config.skip = skip;
    }

    /// Switches [`Config::stop_when_stuck`].
    pub fn set_stop_when_stuck(&mut self, stop: bool) {
        self.state.config.stop_when_stuck = stop;
    }

    /// Sets the stack to watch: the lowest address it may reach and the address it begins at.
    /// [`Bus::stack_overflow`] hears when the stack pointer leaves that range at its lower end by a push, a subtraction
    /// or an exception. A stack pointer that is set to another stack is left alone. `None` watches nothing.
    pub fn watch_stack(&mut self, stack: Option<RangeInclusive<u32>>) {
        self.state.stack = stack.map_or((0, 0), RangeInclusive::into_inner);
    }

    /// Core cycles since power-on.
    pub fn cycles(&self) -> u64 {
        self.state.cycles
    }

    /// Instructions completed since power-on.
    pub fn instructions(&self) -> u64 {
        self.state.instructions
    }

    /// A register: 0 to 12, 13 the stack pointer in use, 14 LR, 15 the address of the next
    /// instruction. 0 for other numbers.
    pub fn reg(&self, index: u8) -> u32 {
        self.state.r.get(usize::from(index)).copied().unwrap_or(0)
    }

    /// Writes a register as a debugger does: SP loses its bits 1 and 0, PC its bit 0. Writing PC
    /// wakes the core up.
    pub fn set_reg(&mut self, index: u8, value: u32) {
        match index {
            0..=12 | 14 => self.state.set(index, value),
            13 => self.state.set(13, value & !3),
            15 => {
                self.state.r[15] = value & !1;
                self.state.sleep = None;
                self.passed = None;
            }
            _ => {}
        }
    }

    /// Address of the next instruction.
    pub fn pc(&self) -> u32 {
        self.state.r[15]
    }

    /// APSR (bits 31 to 28), EPSR.T (bit 24) and IPSR (bits 5 to 0).
    pub fn xpsr(&self) -> u32 {
        self.state.xpsr()
    }

    /// Writes the flags and EPSR.T; IPSR stays, for it follows from the exceptions that are active.
    pub fn set_xpsr(&mut self, value: u32) {
        self.state.set_apsr(value);
        self.state.thumb = value >> 24 & 1 != 0;
    }

    /// The exception being handled, 0 in thread mode.
    pub fn ipsr(&self) -> u32 {
        self.state.ipsr
    }

    /// The main stack pointer.
    pub fn msp(&self) -> u32 {
        self.state.msp()
    }

    /// Writes the main stack pointer; bits 1 and 0 are dropped.
    pub fn set_msp(&mut self, value: u32) {
        self.state.set_msp(value);
    }

    /// The process stack pointer.
    pub fn psp(&self) -> u32 {
        self.state.psp()
    }

    /// Writes the process stack pointer; bits 1 and 0 are dropped.
    pub fn set_psp(&mut self, value: u32) {
        self.state.set_psp(value);
    }

    /// PRIMASK.
    pub fn primask(&self) -> bool {
        self.state.primask
    }

    /// Writes PRIMASK.
    pub fn set_primask(&mut self, value: bool) {
        self.state.primask = value;
    }

    /// CONTROL: nPRIV (bit 0) and SPSEL (bit 1).
    pub fn control(&self) -> u32 {
        self.state.control()
    }

    /// Writes CONTROL as MSR does: SPSEL in thread mode only, nPRIV where it exists.
    pub fn set_control(&mut self, value: u32) {
        self.state.set_control(value);
    }

    /// `VTOR`: address of the vector table.
    pub fn vtor(&self) -> u32 {
        self.state.vtor
    }

    /// Whether the core sleeps, and what would wake it.
    pub fn sleep(&self) -> Option<Sleep> {
        self.state.sleep
    }

    /// `SCR.SLEEPDEEP`: what sleeping means to the power controller.
    pub fn sleep_deep(&self) -> bool {
        self.state.scr & 4 != 0
    }

    /// Bit mask of the exceptions that are active, by exception number.
    pub fn active_exceptions(&self) -> u64 {
        self.state.nvic.active
    }

    /// Bit mask of the exceptions that are pending, by exception number.
    pub fn pending_exceptions(&self) -> u64 {
        self.state.nvic.pending
    }

    /// The last fault since reset, whether or not the guest recovered from it.
    pub fn last_fault(&self) -> Option<Fault> {
        self.state.last_fault
    }

    /// Raises NMI.
    pub fn pend_nmi(&mut self) {
        self.state.pend(1 << number::NMI);
    }

    /// Sets the event register, as SEV on another processor does.
    pub fn send_event(&mut self) {
        self.state.event = true;
    }

    /// Reads a register of the System Control Space (`0xE000_E000` to `0xE000_EFFF`) without side
    /// effects; `None` outside. The value is that of the aligned word around `address`.
    pub fn peek(&self, address: u32) -> Option<u32> {
        if !scs::contains(address) {
            return None;
        }
        let mut state = self.state.clone();
        state.sync_systick(self.state.cycles);
        Some(state.system_peek(address & !3))
    }

    /// Writes a register of the System Control Space as privileged code would; false outside.
    pub fn poke(&mut self, address: u32, value: u32) -> bool {
        let cycle = self.state.cycles;
        scs::contains(address)
            && self
                .state
                .system_write(address & !3, Width::Word, value, cycle)
                .is_ok()
    }

    /// Stops execution in front of the instruction at `address`.
    pub fn set_breakpoint(&mut self, address: u32) {
        let address = address & !1;
        self.breakpoints.insert(address);
        self.cache.invalidate(address, address | 1);
    }

    /// Takes a breakpoint away; false if there was none.
    pub fn clear_breakpoint(&mut self, address: u32) -> bool {
        let address = address & !1;
        self.cache.invalidate(address, address | 1);
        self.breakpoints.remove(&address)
    }

    /// Stops execution after accesses that a watchpoint is about.
    pub fn set_watchpoint(&mut self, watchpoint: Watchpoint) {
        self.watchpoints.insert(watchpoint);
    }

    /// Takes a watchpoint away; false if there was none.
    pub fn clear_watchpoint(&mut self, watchpoint: &Watchpoint) -> bool {
        self.watchpoints.remove(watchpoint)
    }

    /// Becomes what `snapshot` is. Breakpoints and watchpoints are a debugger's: they stay as they are.
    pub fn restore(&mut self, snapshot: &Self) {
        let breakpoints = core::mem::take(&mut self.breakpoints);
        let mut watchpoints = core::mem::take(&mut self.watchpoints);
        // What was seen belongs to the time that is left.
        watchpoints.take_hit();
        *self = Self {
            breakpoints,
            watchpoints,
            passed: None,
            ..snapshot.clone()
        };
    }

    /// Tells that code between two addresses, both included, was changed by somebody else than the core: a
    /// debugger or a loader.
    pub fn code_changed(&mut self, first: u32, last: u32) {
        self.cache.invalidate(first, last);
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit => f.write_str("cycle limit reached"),
            Self::Breakpoint { pc } => write!(f, "breakpoint at {pc:#010x}"),
            Self::Watchpoint(hit) => {
                let how = if hit.write { "write to" } else { "read of" };
                write!(f, "{how} {:#010x} by {:#010x}", hit.address, hit.pc)
            }
            Self::Bkpt { pc, comment } => write!(f, "BKPT {comment:#04x} at {pc:#010x}"),
            Self::Fault(fault) => write!(f, "HardFault: {fault}"),
            Self::Lockup(fault) => write!(f, "lockup: {fault}"),
            Self::ResetRequested => f.write_str("system reset requested"),
            Self::Stuck { pc, .. } => write!(f, "stuck in the loop at {pc:#010x}"),
        }
    }
}
