//! The board as a debugger sees it: registers and memory here, the rest in a file each.

mod history;
mod points;
mod running;

use std::fmt::Write as _;

use bringup_board::{Board, RunOptions, Width};
use bringup_device::Device;
use bringup_device::catalogue::{Memory, MemoryKind};

use crate::arch::Register;
use crate::server::{ConsoleSink, TraceSink};
use history::History;
use points::Points;
pub(crate) use points::Unit;
pub(crate) use running::{Until, place};

/// `EFAULT`, as the protocol numbers errors: no memory there.
pub(crate) const EFAULT: u8 = 14;

/// What can be erased at once, in bytes: the page of the STM32L0, and a divisor of every other chip's.
const ERASE_BLOCK: u32 = 128;

/// A board and what a debugger wants of it.
pub(crate) struct Target {
    board: Board,
    /// What registers the chip has, to show them by name.
    pub(crate) device: Option<Device>,
    /// When the run ends, whatever the debugger does.
    pub(crate) options: RunOptions,
    /// Who takes accesses to registers. A board that is traced does not go back in time.
    pub(crate) trace: Option<TraceSink>,
    /// Who takes what the firmware prints.
    pub(crate) console: Option<ConsoleSink>,
    /// Bytes of each port of the console that were handed over.
    printed: Vec<usize>,
    pub(crate) until: Until,
    points: Points,
    /// Core cycle at which the debugger was told of an access: running on from there, it is not told again.
    told_access: Option<u64>,
    history: History,
    /// A new finding stops the board.
    pub(crate) stops_on_findings: bool,
    /// Findings that the debugger was told of.
    told: usize,
    /// What the debugger is to be told of in words before it is told that the board has stopped.
    messages: String,
}

impl Target {
    pub(crate) fn new(board: Board) -> Self {
        Self {
            history: History::new(&board),
            board,
            device: None,
            options: RunOptions::default(),
            trace: None,
            console: None,
            printed: Vec::new(),
            until: Until::Stopped,
            points: Points::default(),
            told_access: None,
            stops_on_findings: true,
            told: 0,
            messages: String::new(),
        }
    }

    pub(crate) fn board(&self) -> &Board {
        &self.board
    }

    /// The board, to change something about it: that is not what the firmware would have done by itself, so time that is gone
    /// over again has to have it in it.
    pub(crate) fn change(&mut self) -> &mut Board {
        self.history.note_change();
        &mut self.board
    }

    pub(crate) fn into_board(self) -> Board {
        self.board
    }

    /// Resets the chip; what flash and RAM hold stays.
    pub(crate) fn reset(&mut self) {
        self.change().reset();
    }

    /// Virtual time in seconds and core cycle of the earliest state that can be gone back to; `None` if there is no way back.
    pub(crate) fn beginning(&self) -> Option<(f64, u64)> {
        let first = self.history.first().filter(|_| self.goes_back())?;
        Some((first.seconds(), first.cycles()))
    }

    /// What the debugger is to be told in words.
    pub(crate) fn take_messages(&mut self) -> String {
        std::mem::take(&mut self.messages)
    }

    /// Hands over what the firmware printed and nobody has got yet.
    pub(crate) fn hand_over_console(&mut self) {
        let Some(sink) = &mut self.console else {
            return;
        };
        let ports = self.board.console().ports();
        self.printed.resize(self.printed.len().max(ports.len()), 0);
        for (port, printed) in ports.iter().zip(&mut self.printed) {
            // Time that is gone over again prints nothing again.
            if let Some(fresh) = port.bytes.get(*printed..).filter(|fresh| !fresh.is_empty()) {
                sink(&port.name, fresh);
                *printed = port.bytes.len();
            }
        }
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
        let core = self.change().core_mut();
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
                self.change().poke_bytes(address, data) == data.len()
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
        address.is_multiple_of(width.bytes()) && self.change().debugger_write(address, width, value)
    }

    /// Sets the flash within a range to its erased state; false if there is other than flash.
    pub(crate) fn erase(&mut self, address: u32, len: u32) -> bool {
        // Looked at before it is allocated: the length is a debugger's word.
        let erased = self
            .memory_around(address, len as usize)
            .map(|memory| memory.erased);
        erased.is_some_and(|erased| self.program(address, &vec![erased; len as usize]))
    }

    /// Writes flash; false if there is other than flash.
    pub(crate) fn program(&mut self, address: u32, data: &[u8]) -> bool {
        let flash = self
            .memory_around(address, data.len())
            .is_some_and(|memory| memory.kind == MemoryKind::Flash);
        flash && self.load(address, data)
    }

    /// Whether there is memory at an address.
    pub(crate) fn is_memory(&self, address: u32) -> bool {
        self.memory_around(address, 1).is_some()
    }

    /// Writes a program: history begins with it, for what was before was another one.
    fn load(&mut self, address: u32, data: &[u8]) -> bool {
        self.history.note_load();
        self.board.poke_bytes(address, data) == data.len()
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
