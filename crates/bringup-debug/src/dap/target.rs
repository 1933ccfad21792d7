//! What the access port reaches: the board, and the debug units of its core, which the board itself does not have.

use std::collections::BTreeSet;
use std::time::Duration;

use bringup_board::{Board, Halt, RunOptions, Stop, Watchpoint, Width};
use bringup_device::catalogue::{Chip, Core, MemoryKind};

use super::core_debug::{CoreDebug, Dfsr};
use super::units::{Breakpoints, Watchpoints};
use super::{Progress, identity};

/// A board with what a debugger needs of its chip.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) board: Board,
    pub(super) options: RunOptions,
    pub(super) debug: CoreDebug,
    breakpoints: Breakpoints,
    watchpoints: Watchpoints,
    /// Where the board stops, and the accesses it stops for.
    installed: (BTreeSet<u32>, BTreeSet<Watchpoint>),
    /// The reset pin is low.
    reset_low: bool,
    /// Why the board does not go on.
    ended: Option<Stop>,
}

/// The private peripheral bus, where accesses are words (ARMv6-M ARM, B3.1.1).
const PRIVATE: std::ops::RangeInclusive<u32> = 0xE000_0000..=0xE00F_FFFF;

impl Target {
    pub(super) fn new(mut board: Board) -> Self {
        // A debugger may bring what the firmware waits for, and time passes until then.
        board.core_mut().set_stop_when_stuck(false);
        let chip = board.chip();
        let ended = is_erased(&board).then_some(Stop::Lockup);
        Self {
            breakpoints: Breakpoints::new(chip.breakpoints),
            watchpoints: Watchpoints::new(chip.watchpoints),
            board,
            options: RunOptions::default(),
            debug: CoreDebug::default(),
            installed: (BTreeSet::new(), BTreeSet::new()),
            reset_low: false,
            ended,
        }
    }

    pub(super) fn chip(&self) -> &Chip {
        self.board.chip()
    }

    pub(super) fn core(&self) -> Core {
        self.board.chip().core
    }

    pub(super) fn is_halted(&self) -> bool {
        self.debug.halted
    }

    /// Reads from the bus; `None` where it refuses. `address` is a multiple of the width.
    pub(super) fn read(&mut self, address: u32, width: Width) -> Option<u32> {
        let Some(word) = self.read_unit(address & !3) else {
            return self.board.debugger_read(address, width);
        };
        Some((word >> ((address & 3) * 8)) & width.mask())
    }

    /// Reads a word of a debug unit, if one is at the address.
    fn read_unit(&mut self, address: u32) -> Option<u32> {
        if let Some(word) = identity::read(self.board.chip(), address) {
            return Some(word);
        }
        let offset = address & 0xFFF;
        match address & !0xFFF {
            identity::BPU => Some(self.breakpoints.read(offset)),
            identity::DWT if offset == identity::PCSR => Some(self.sample()),
            identity::DWT => Some(self.watchpoints.read(offset)),
            _ => self.read_core(address),
        }
    }

    /// Writes to the bus; `None` where it refuses. `address` is a multiple of the width.
    pub(super) fn write(&mut self, address: u32, width: Width, value: u32) -> Option<()> {
        if !PRIVATE.contains(&address) {
            let done = self.board.debugger_write(address, width, value);
            if self.stands_still() {
                self.board.finish_writes();
            }
            return Some(()).filter(|()| done);
        }
        let lanes = width.mask() << ((address & 3) * 8);
        let word = address & !3;
        // Registers are words; what a narrower write leaves alone stays.
        let rest = if lanes == u32::MAX {
            0
        } else {
            self.read(word, Width::Word)?
        };
        let value = rest & !lanes | value << ((address & 3) * 8) & lanes;
        let offset = word & 0xFFF;
        match word & !0xFFF {
            identity::BPU => self.breakpoints.write(offset, value),
            identity::DWT => self.watchpoints.write(offset, value),
            _ if self.write_core(word, value) => {}
            _ => return Some(()).filter(|()| self.board.debugger_write(word, Width::Word, value)),
        }
        self.install();
        Some(())
    }

    /// Makes the board stop where the units say.
    pub(super) fn install(&mut self) {
        let (mut places, mut accesses) = (BTreeSet::new(), BTreeSet::new());
        if self.debug.enabled {
            places.extend(self.breakpoints.addresses());
        }
        if self.debug.enabled && self.debug.units_enabled() {
            places.extend(self.watchpoints.addresses());
            accesses.extend(self.watchpoints.watchpoints());
        }
        let core = self.board.core_mut();
        for &address in self.installed.0.difference(&places) {
            core.clear_breakpoint(address);
        }
        for &address in places.difference(&self.installed.0) {
            core.set_breakpoint(address);
        }
        for watchpoint in self.installed.1.difference(&accesses) {
            core.clear_watchpoint(watchpoint);
        }
        for &watchpoint in accesses.difference(&self.installed.1) {
            core.set_watchpoint(watchpoint);
        }
        self.installed = (places, accesses);
    }

    /// Whether the core has locked up.
    pub(super) fn is_locked_up(&self) -> bool {
        self.ended == Some(Stop::Lockup) || self.board.core().lockup().is_some()
    }

    /// Whether no time passes.
    fn stands_still(&self) -> bool {
        self.debug.halted || self.reset_low || self.ended.is_some()
    }

    /// `DWT_PCSR`: where the core is, all ones if it does not run (ARMv6-M ARM, C1.8.5).
    fn sample(&self) -> u32 {
        if self.stands_still() || !self.debug.units_enabled() {
            u32::MAX
        } else {
            self.board.core().pc()
        }
    }

    /// Pulls the reset pin low, which resets the chip, or lets go of it.
    pub(super) fn drive_reset(&mut self, low: bool) {
        if low && !self.reset_low {
            self.board.press_reset();
            self.after_reset();
        }
        self.reset_low = low;
    }

    /// Resets the chip as `AIRCR.SYSRESETREQ` does.
    pub(super) fn reset(&mut self) {
        self.board.reset();
        self.after_reset();
    }

    /// What a reset is to a debugger: the core leaves Debug state, and the debug units stay as they are. They may stop it at its
    /// first instruction.
    fn after_reset(&mut self) {
        self.debug.halted = false;
        self.ended = is_erased(&self.board).then_some(Stop::Lockup);
        self.apply_mask();
        if self.debug.enabled && self.debug.catches_reset() {
            self.enter_debug(Dfsr::VCATCH);
        }
    }

    /// Takes the core into Debug state.
    pub(super) fn enter_debug(&mut self, reason: Dfsr) {
        self.debug.halted = true;
        self.debug.note(reason);
        self.ended = None;
    }

    /// Lets the core leave Debug state.
    pub(super) fn leave_debug(&mut self) {
        self.debug.halted = false;
        self.ended = is_erased(&self.board).then_some(Stop::Lockup);
        self.board.core_mut().leave_lockup();
    }

    /// Executes one instruction in Debug state, or takes one exception.
    pub(super) fn step(&mut self) {
        self.leave_debug();
        let resets = self.board.resets();
        let halt = self.board.step();
        let reason = match halt {
            Halt::Bkpt { .. } => Dfsr::BKPT,
            Halt::Watchpoint(hit) => {
                self.watchpoints.note(&hit);
                Dfsr::DWTTRAP
            }
            _ => Dfsr::HALTED,
        };
        if self.board.resets() != resets {
            self.after_reset();
        }
        self.enter_debug(reason);
    }

    /// Lets the core run, if it does.
    pub(super) fn run(&mut self, time: Duration) -> Progress {
        if self.debug.halted || self.reset_low {
            return Progress::Halted;
        }
        if let Some(stop) = self.ended {
            return Progress::Ended(stop);
        }
        let options = RunOptions {
            limit: Some(time),
            stop_on_fault: self.debug.enabled && self.debug.catches_faults(),
            stop_on_reset: self.debug.enabled && self.debug.catches_reset(),
            ..self.options.clone()
        };
        // The only error is a pin that is waited for and does not exist, and that was looked at before.
        let resets = self.board.resets();
        let halt = if self.debug.enabled {
            self.board.debug(&options)
        } else {
            self.board.run(&options).map(Halt::Stop)
        };
        if self.board.resets() != resets {
            self.apply_mask();
        }
        self.heed(halt.unwrap_or(Halt::Stop(Stop::Limit)))
    }

    /// What a debugger sees of why the board halted.
    fn heed(&mut self, halt: Halt) -> Progress {
        match halt {
            Halt::Breakpoint { pc } => {
                // Going on from here without taking the breakpoint away stops here again, as on the chip.
                self.board.core_mut().set_reg(15, pc);
                self.enter_debug(Dfsr::BKPT);
            }
            Halt::Bkpt { .. } => self.enter_debug(Dfsr::BKPT),
            Halt::Stop(Stop::Fault) if self.debug.enabled && self.debug.catches_faults() => {
                self.enter_debug(Dfsr::VCATCH);
            }
            Halt::Watchpoint(hit) => {
                self.watchpoints.note(&hit);
                self.enter_debug(Dfsr::DWTTRAP);
            }
            Halt::Reset => self.enter_debug(Dfsr::VCATCH),
            // A handler that hangs, and a wait for what never comes, go on for ever.
            Halt::Stop(Stop::Limit | Stop::Fault | Stop::Stuck) | Halt::Paused | Halt::Finding => {
                return Progress::Ran;
            }
            Halt::Stop(stop @ Stop::Until) => return Progress::Ended(stop),
            Halt::Stop(stop) => {
                self.ended = Some(stop);
                return Progress::Ended(stop);
            }
        }
        Progress::Halted
    }
}

/// Whether a core is about to start from erased flash. It locks up over its first instruction, and that is not the fault of a
/// firmware.
fn is_erased(board: &Board) -> bool {
    let flash = board.chip().memory(MemoryKind::Flash);
    let erased = flash.map_or(0xFF, |flash| flash.erased);
    let mut vectors = [0; 8];
    board.core().pc() == u32::from_le_bytes([erased; 4]) & !1
        && board.peek_bytes(0, &mut vectors) == vectors.len()
        && vectors == [erased; 8]
}
