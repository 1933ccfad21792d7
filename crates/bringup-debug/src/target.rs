//! The board as a debugger sees it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use bringup_board::{Board, Halt, RunOptions, Stop, Width};
use bringup_device::catalogue::{Memory, MemoryKind};
use gdbstub::common::Signal;
use gdbstub::stub::SingleThreadStopReason;

use crate::arch::Register;

/// `EFAULT`, as the protocol numbers errors: no memory there.
pub(crate) const EFAULT: u8 = 14;

/// Virtual time the board runs before the connection is looked at again: some milliseconds of the host at most.
const SLICE: Duration = Duration::from_millis(50);

/// Instructions stepped within a range before the connection is looked at again.
const STEPS: u32 = 100_000;

/// First address that the breakpoint unit cannot compare with: it sees the code region only (ARMv6-M ARM, C1.9
/// "Breakpoint Unit").
const CODE_REGION_END: u32 = 0x2000_0000;

/// The exception number of HardFault.
const HARD_FAULT: u32 = 3;

/// What can be erased at once, in bytes: the page of the STM32L0, and a divisor of every other chip's.
const ERASE_BLOCK: u32 = 128;

/// A board and what a debugger wants of it.
pub(crate) struct Target {
    board: Board,
    until: Until,
    hardware: BTreeSet<u32>,
    software: BTreeSet<u32>,
}

/// When a run ends, if nothing ends it earlier.
#[derive(Debug, Clone)]
pub(crate) enum Until {
    /// At a breakpoint, an end or Ctrl-C.
    Stopped,
    /// After one instruction.
    NextInstruction,
    /// When the program counter leaves the range.
    Outside(Range<u32>),
}

/// What makes a breakpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A comparator of the breakpoint unit.
    Hardware,
    /// A BKPT in the place of an instruction, so in RAM only. On a board it is one in name: memory stays as it is.
    Software,
}

impl Target {
    pub(crate) fn new(board: Board) -> Self {
        Self {
            board,
            until: Until::Stopped,
            hardware: BTreeSet::new(),
            software: BTreeSet::new(),
        }
    }

    pub(crate) fn board(&self) -> &Board {
        &self.board
    }

    pub(crate) fn into_board(self) -> Board {
        self.board
    }

    /// Resets the chip; what flash and RAM hold stays.
    pub(crate) fn reset(&mut self) {
        self.board.reset();
    }
}

/// Registers and memory.
impl Target {
    pub(crate) fn register(&self, register: Register) -> u32 {
        let core = self.board.core();
        match register {
            Register::Core(number) => core.reg(number),
            Register::Xpsr => core.xpsr(),
            Register::Msp => core.msp(),
            Register::Psp => core.psp(),
            Register::Primask => u32::from(core.primask()),
            Register::Control => core.control(),
        }
    }

    pub(crate) fn set_register(&mut self, register: Register, value: u32) {
        let core = self.board.core_mut();
        match register {
            Register::Core(number) => core.set_reg(number, value),
            Register::Xpsr => core.set_xpsr(value),
            Register::Msp => core.set_msp(value),
            Register::Psp => core.set_psp(value),
            Register::Primask => core.set_primask(value & 1 != 0),
            Register::Control => core.set_control(value),
        }
    }

    /// Reads memory and registers without side effects; returns how many bytes there are.
    pub(crate) fn peek(&self, address: u32, data: &mut [u8]) -> usize {
        self.board.peek_bytes(address, data)
    }

    /// Writes RAM, or one register at its width; false where that is not possible, or not all of it.
    pub(crate) fn poke(&mut self, address: u32, data: &[u8]) -> bool {
        match self.memory_around(address, data.len()) {
            Some(memory) if memory.kind == MemoryKind::Ram => {
                self.board.poke_bytes(address, data) == data.len()
            }
            // Flash takes no plain writes, and EEPROM neither.
            Some(_) => false,
            None => self.poke_register(address, data),
        }
    }

    fn poke_register(&mut self, address: u32, data: &[u8]) -> bool {
        let (width, value) = match *data {
            [low] => (Width::Byte, u32::from(low)),
            [low, high] => (Width::Halfword, u32::from(u16::from_le_bytes([low, high]))),
            [a, b, c, d] => (Width::Word, u32::from_le_bytes([a, b, c, d])),
            // gdb asks with a write of no bytes whether there are binary writes.
            [] => return true,
            _ => return false,
        };
        address.is_multiple_of(width.bytes()) && self.board.poke_register(address, width, value)
    }

    /// Sets the flash within a range to its erased state, 0 here; false if there is other than flash.
    pub(crate) fn erase(&mut self, address: u32, len: u32) -> bool {
        // Looked at before it is allocated: the length is a debugger's word.
        self.memory_around(address, len as usize).is_some()
            && self.program(address, &vec![0; len as usize])
    }

    /// Writes flash; false if there is other than flash.
    pub(crate) fn program(&mut self, address: u32, data: &[u8]) -> bool {
        let flash = self
            .memory_around(address, data.len())
            .is_some_and(|memory| memory.kind == MemoryKind::Flash);
        flash && self.board.poke_bytes(address, data) == data.len()
    }

    /// The memory that holds all of a range, by its origin or an alias.
    fn memory_around(&self, address: u32, len: usize) -> Option<&Memory> {
        self.board.chip().memories.iter().find(|memory| {
            let mut starts = std::iter::once(&memory.origin).chain(&memory.aliases);
            starts.any(|&start| {
                let offset = address.checked_sub(start).map(u64::from);
                offset.is_some_and(|offset| offset + len as u64 <= u64::from(memory.length))
            })
        })
    }

    /// The memories as gdb wants them described (*Debugging with GDB*, "Memory Map Format").
    pub(crate) fn memory_map(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\"?>\n<memory-map>\n");
        let mut add = |kind: &str, start: u32, length: u32, rest: &str| {
            // Writing to a string does not fail.
            let _ = writeln!(
                xml,
                "<memory type=\"{kind}\" start=\"{start:#x}\" length=\"{length:#x}\"{rest}"
            );
        };
        let pages = format!("><property name=\"blocksize\">{ERASE_BLOCK:#x}</property></memory>");
        for memory in &self.board.chip().memories {
            for &start in std::iter::once(&memory.origin).chain(&memory.aliases) {
                match memory.kind {
                    MemoryKind::Flash => add("flash", start, memory.length, &pages),
                    MemoryKind::Ram => add("ram", start, memory.length, "/>"),
                    MemoryKind::Eeprom | MemoryKind::System => {
                        add("rom", start, memory.length, "/>");
                    }
                }
            }
        }
        // Peripherals, and the private peripheral bus of the core (ARMv6-M ARM, B3.1 "The system address map").
        add("ram", 0x4000_0000, 0x2000_0000, "/>");
        add("ram", 0xE000_0000, 0x1000_0000, "/>");
        xml.push_str("</memory-map>\n");
        xml
    }
}

/// Breakpoints.
impl Target {
    /// Sets a breakpoint; false if the chip has none left, or cannot have one there.
    pub(crate) fn add_breakpoint(&mut self, unit: Unit, address: u32) -> bool {
        let possible = match unit {
            Unit::Hardware => {
                let left =
                    self.hardware.contains(&address) || self.hardware.len() < self.comparators();
                left && address < CODE_REGION_END
            }
            Unit::Software => self
                .memory_around(address, 2)
                .is_some_and(|memory| memory.kind == MemoryKind::Ram),
        };
        if possible {
            self.set(unit).insert(address);
            self.board.core_mut().set_breakpoint(address);
        }
        possible
    }

    /// Takes a breakpoint away; false if there was none.
    pub(crate) fn remove_breakpoint(&mut self, unit: Unit, address: u32) -> bool {
        let removed = self.set(unit).remove(&address);
        if removed && !self.hardware.contains(&address) && !self.software.contains(&address) {
            self.board.core_mut().clear_breakpoint(address);
        }
        removed
    }

    /// Takes all breakpoints away: they belong to a session.
    pub(crate) fn remove_all_breakpoints(&mut self) {
        for address in std::mem::take(&mut self.hardware)
            .into_iter()
            .chain(std::mem::take(&mut self.software))
        {
            self.board.core_mut().clear_breakpoint(address);
        }
    }

    fn comparators(&self) -> usize {
        usize::try_from(self.board.chip().breakpoints).unwrap_or(usize::MAX)
    }

    fn set(&mut self, unit: Unit) -> &mut BTreeSet<u32> {
        match unit {
            Unit::Hardware => &mut self.hardware,
            Unit::Software => &mut self.software,
        }
    }
}

/// Running.
impl Target {
    /// Says how far the next run goes.
    pub(crate) fn set_out(&mut self, until: Until) {
        self.until = until;
    }

    /// Runs a little; `None` to run on.
    pub(crate) fn run_for_a_while(&mut self) -> Option<SingleThreadStopReason<u32>> {
        match self.until.clone() {
            Until::Stopped => self.run_slice(),
            Until::NextInstruction => Some(self.step().unwrap_or(SingleThreadStopReason::DoneStep)),
            Until::Outside(range) => self.step_within(&range),
        }
    }

    /// Lets the board run for [`SLICE`].
    fn run_slice(&mut self) -> Option<SingleThreadStopReason<u32>> {
        let options = RunOptions {
            stop_on_fault: true,
            ..RunOptions::limited(SLICE)
        };
        let in_hard_fault = self.in_hard_fault();
        // The only error is a pin that is waited for and does not exist.
        let halt = self
            .board
            .debug(&options)
            .unwrap_or(Halt::Stop(Stop::Limit));
        // A run that ends in the handler of a fault says so; here it is news only if the fault is.
        if in_hard_fault && halt == Halt::Stop(Stop::Fault) {
            return None;
        }
        self.reason(halt)
    }

    /// Executes an instruction or takes an exception; `None` if nothing but that happened.
    fn step(&mut self) -> Option<SingleThreadStopReason<u32>> {
        let in_hard_fault = self.in_hard_fault();
        let halt = self.board.step();
        if !in_hard_fault && self.in_hard_fault() {
            self.reason(Halt::Stop(Stop::Fault))
        } else {
            self.reason(halt)
        }
    }

    /// Steps until the program counter is outside `range` or at a breakpoint.
    fn step_within(&mut self, range: &Range<u32>) -> Option<SingleThreadStopReason<u32>> {
        for _ in 0..STEPS {
            let stopped = self.step();
            let pc = self.board.core().pc();
            if let Some(reason) = stopped.or_else(|| self.breakpoint_at(pc)) {
                return Some(reason);
            }
            if !range.contains(&pc) {
                return Some(SingleThreadStopReason::DoneStep);
            }
        }
        None
    }

    fn in_hard_fault(&self) -> bool {
        self.board.core().ipsr() == HARD_FAULT
    }

    fn breakpoint_at(&self, pc: u32) -> Option<SingleThreadStopReason<u32>> {
        if self.hardware.contains(&pc) {
            Some(SingleThreadStopReason::HwBreak(()))
        } else if self.software.contains(&pc) {
            Some(SingleThreadStopReason::SwBreak(()))
        } else {
            None
        }
    }

    /// What gdb is told of why the board halted; `None` if it only paused.
    fn reason(&self, halt: Halt) -> Option<SingleThreadStopReason<u32>> {
        Some(match halt {
            Halt::Paused | Halt::Stop(Stop::Limit | Stop::Until) => return None,
            // The exit status of a process, which gdb shows, has eight bits.
            Halt::Stop(Stop::Exit) => {
                SingleThreadStopReason::Exited(self.board.exit_code().unwrap_or(0) as u8)
            }
            Halt::Stop(Stop::Fault) => SingleThreadStopReason::Signal(Signal::SIGSEGV),
            Halt::Stop(Stop::Lockup) => SingleThreadStopReason::Signal(Signal::SIGABRT),
            // Waits for what never comes: nothing to do but look at it.
            Halt::Stop(Stop::Stuck) => SingleThreadStopReason::Signal(Signal::SIGSTOP),
            Halt::Breakpoint { pc } => self
                .breakpoint_at(pc)
                .unwrap_or(SingleThreadStopReason::Signal(Signal::SIGTRAP)),
            Halt::Bkpt { .. } | Halt::Watchpoint(_) | Halt::Reset | Halt::Finding => {
                SingleThreadStopReason::Signal(Signal::SIGTRAP)
            }
        })
    }
}
