//! The public face: a board that firmware is loaded into and run on.

use std::sync::Arc;

use bringup_cpu::armv6m::{self, Core};
use bringup_cpu::{Bus, WatchHit, Watchpoint, Width};
use bringup_device::Device as Description;
use bringup_device::catalogue::{self, Chip, MemoryKind};
use bringup_device::svd::{Depth, Outline};

use crate::bus::System;
use crate::checks::{Finding, Level, Rule};
use crate::clock::{Clock, ClockTree, Time};
use crate::console::Console;
use crate::devices::{self, Source};
use crate::error::{Error, Kind};
use crate::image::Image;
use crate::peripheral::{Crystals, Reset};
use crate::pins::{Pin, PinId};
use crate::program::Program;
use crate::run::{GuestFault, Halts, Stop};
use crate::semihosting::Semihosting;
use bringup_symbols::{Location, Symbols};

/// A register that was used and that nothing models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmodelled {
    /// Address.
    pub address: u32,
    /// Name, for example `PWR.CR`; `PWR+0x20` where the SVD file knows no register.
    pub register: String,
    /// The fields that are left out, of a register whose peripheral has a model; empty where nothing models all of it.
    pub fields: Vec<String>,
    /// How often it was read.
    pub reads: u64,
    /// How often it was written; of fields that are left out, how often some were set.
    pub writes: u64,
}

/// A virtual board: core, memories, peripherals and virtual time.
///
/// A board is a value. It does nothing but what it is told, its runs depend on nothing but the firmware and the calls
/// made on it, and a clone is a snapshot that runs on as the original would.
#[derive(Clone)]
pub struct Board {
    pub(crate) chip: Arc<Chip>,
    pub(crate) description: Option<Arc<catalogue::Board>>,
    pub(crate) core: Core,
    pub(crate) system: System,
    /// The board as it was made: what power-on brings back.
    pub(crate) pristine: Arc<System>,
    pub(crate) semihosting: Semihosting,
    pub(crate) image: Option<Arc<Image>>,
    pub(crate) stop: Option<Stop>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) fault: Option<GuestFault>,
    pub(crate) halts: Halts,
    /// What a watchpoint saw while the run ended for another reason.
    pub(crate) watch_hit: Option<WatchHit>,
    /// `BKPT 0xAB` is served here, and not by a debugger.
    pub(crate) serves_semihosting: bool,
    /// Resets since power-on.
    pub(crate) resets: u64,
    /// The run pauses soon to see whether the HardFault handler is an endless loop.
    pub(crate) handler_watched: bool,
    /// A loop was taken for stuck while a DMA controller waited for the world outside: it is let run to the end of this run.
    pub(crate) waits_for_transfers: bool,
    /// Where the next run begins when the last one ended with its time, so that no cycle is lost between them.
    pub(crate) reached: Option<Time>,
}

/// What it is and how far it is; a memory dump would help nobody.
impl std::fmt::Debug for Board {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Board")
            .field("chip", &self.chip.name)
            .field("cycles", &self.cycles())
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

impl Board {
    /// Makes a board of a chip, in reset and without firmware. `device` is what the chip's SVD file says.
    /// The board's data says what is connected to the oscillator pins; without a board nothing is.
    pub fn new(
        chip: &Chip,
        board: Option<&catalogue::Board>,
        device: &Description,
    ) -> Result<Self, Error> {
        Self::with_crystals(chip, board, device, crystals_of(board))
    }

    /// As [`Board::new`], with registers that are read when firmware first uses a peripheral: the board starts sooner, and runs no
    /// other. Errors in registers show as late: see [`Board::is_broken`].
    pub fn from_outline(
        chip: &Chip,
        board: Option<&catalogue::Board>,
        outline: &Outline,
    ) -> Result<Self, Error> {
        Self::make(chip, board, Source::Outline(outline), crystals_of(board))
    }

    /// How much a board of `chip` needs of the registers of the peripheral that is called `name` before firmware uses them: an outline
    /// for [`Board::from_outline`] has best read that (see [`Outline::read_with`]).
    pub fn needs_at_start(chip: &Chip, name: &str) -> Depth {
        devices::needs_at_start(name, chip)
    }

    /// As [`Board::new`], with crystals.
    pub fn with_crystals(
        chip: &Chip,
        board: Option<&catalogue::Board>,
        device: &Description,
        crystals: Crystals,
    ) -> Result<Self, Error> {
        Self::make(chip, board, Source::Whole(device), crystals)
    }

    fn make(
        chip: &Chip,
        board: Option<&catalogue::Board>,
        source: Source<'_>,
        crystals: Crystals,
    ) -> Result<Self, Error> {
        if let Some(memory) = chip
            .memories
            .iter()
            .find(|memory| memory.length > crate::memory::LARGEST)
        {
            let (origin, length) = (memory.origin, memory.length);
            return Err(Kind::MemoryTooLarge {
                origin,
                length,
                largest: crate::memory::LARGEST,
            }
            .into());
        }
        let mut system = System::new(chip, crystals, source)?;
        for led in board.iter().flat_map(|board| &board.leds) {
            if let Some(pin) = system.pins.find(&led.pin) {
                system.pins.set_label(pin, &led.label);
            }
        }
        system.wires.console = board
            .and_then(|board| board.console.as_ref())
            .map(|console| (console.port.clone(), console.tx.clone(), console.rx.clone()));
        Ok(Self {
            core: Core::new(core_config(chip, source.device())?),
            pristine: Arc::new(system.clone()),
            system,
            chip: Arc::new(chip.clone()),
            description: board.cloned().map(Arc::new),
            semihosting: Semihosting::default(),
            image: None,
            stop: None,
            exit_code: None,
            fault: None,
            halts: Halts::default(),
            watch_hit: None,
            serves_semihosting: true,
            resets: 0,
            handler_watched: false,
            waits_for_transfers: false,
            reached: None,
        })
    }

    /// Writes firmware into the memories and switches power on: time starts at 0 again.
    pub fn load(&mut self, elf: &[u8]) -> Result<Arc<Image>, Error> {
        let image = Arc::new(Image::read(elf, &self.chip)?);
        self.image = Some(Arc::clone(&image));
        self.power_on();
        Ok(image)
    }

    /// Switches power off and on: everything is as after loading, and time starts at 0.
    pub fn power_on(&mut self) {
        self.system = System::clone(&self.pristine);
        for segment in self.image.iter().flat_map(|image| &image.segments) {
            self.system.memories.poke(segment.address, &segment.bytes);
        }
        self.semihosting = Semihosting::default();
        (self.stop, self.exit_code, self.reached, self.fault) = (None, None, None, None);
        self.watch_hit = None;
        self.handler_watched = false;
        self.resets = 0;
        self.core = Core::new(*self.core.config());
        self.core.reset(&mut self.system);
        self.know_program();
    }

    /// Lets the checks know the firmware: the stack that it starts with, and what it means to find in RAM.
    fn know_program(&mut self) {
        let memories = self.system.memories.regions();
        let program = self
            .image
            .as_ref()
            .map(|image| Program::of(image, memories));
        let stack = program
            .as_ref()
            .and_then(|program| program.stack(self.core.msp(), memories));
        self.core.watch_stack(stack.clone());
        self.system.stack = stack;
        let retained = program.iter().flat_map(|program| &program.retained);
        for &(start, end) in retained {
            self.system.memories.ram.set_all_known(start, end);
        }
        let rtt = program.as_ref().map(Program::rtt).unwrap_or_default();
        self.system.start_rtt(rtt);
        self.system.program = program.map(Arc::new);
    }

    /// Resets the chip as `SYSRESETREQ` does; time goes on.
    pub fn reset(&mut self) {
        self.reset_for(Reset::Software);
    }

    /// Pulls the reset pin low for a moment, as the board's button does; time goes on.
    pub fn press_reset(&mut self) {
        self.reset_for(Reset::Pin);
    }

    pub(crate) fn reset_for(&mut self, reset: Reset) {
        self.resets += 1;
        self.system.reset(reset, self.core.cycles());
        self.core.reset(&mut self.system);
    }

    pub(crate) fn pin_id(&self, name: &str) -> Result<PinId, Error> {
        self.system.pins.find(name).ok_or_else(|| {
            Kind::UnknownPin {
                pin: name.to_owned(),
            }
            .into()
        })
    }

    /// A pin by its name, for example `PB3`.
    pub fn pin(&self, name: &str) -> Result<&Pin, Error> {
        let id = self.pin_id(name)?;
        self.system.pins.get(id).ok_or_else(|| {
            Kind::UnknownPin {
                pin: name.to_owned(),
            }
            .into()
        })
    }

    /// All pins of the chip.
    pub fn pins(&self) -> impl Iterator<Item = &Pin> {
        self.system.pins.iter()
    }

    /// Drives a pin from outside, or lets go of it with `None`.
    pub fn drive(&mut self, name: &str, level: Option<bool>) -> Result<(), Error> {
        let pin = self.pin_id(name)?;
        self.system.drive(pin, level, self.core.cycles());
        Ok(())
    }

    /// Gives a pin a voltage from outside, in microvolts, until it is driven otherwise. Inputs read it as high from half of the supply's 3.3 V
    /// on.
    pub fn apply(&mut self, name: &str, microvolts: u32) -> Result<(), Error> {
        let pin = self.pin_id(name)?;
        self.system.apply(pin, microvolts, self.core.cycles());
        Ok(())
    }

    /// Sends bytes to a serial port of the chip, for example `USART2`, at the speed and in the format that firmware has
    /// set there. What arrives while the receiver is off, or its pin is not connected to it, is lost as on a wire.
    pub fn send(&mut self, port: &str, bytes: &[u8]) -> Result<(), Error> {
        if self.system.receive(port, bytes, self.core.cycles()) {
            Ok(())
        } else {
            Err(Kind::UnknownPort {
                port: port.to_owned(),
            }
            .into())
        }
    }

    /// What the firmware printed.
    pub fn console(&self) -> &Console {
        &self.system.console
    }

    /// Sets what becomes of breaches of a rule from now on, also after power was off.
    pub fn set_level(&mut self, rule: &'static Rule, level: Level) {
        self.system.findings.set_level(rule, level);
        Arc::make_mut(&mut self.pristine)
            .findings
            .set_level(rule, level);
    }

    /// What the checks found, in the order it came up.
    pub fn findings(&self) -> &[Finding] {
        self.system.findings.list()
    }

    /// Registers that were used and that nothing models, by address: the results of a run are worth what these are.
    pub fn unmodelled(&self) -> Vec<Unmodelled> {
        self.system.unmodelled()
    }

    /// Whether the peripheral around an address has its clock; `None` where there is no peripheral.
    pub fn is_clocked(&self, address: u32) -> Option<bool> {
        let (device, _) = self.system.device_at(address)?;
        Some(device.clocked)
    }

    /// Core cycles since power-on.
    pub fn cycles(&self) -> u64 {
        self.core.cycles()
    }

    /// Instructions completed since power-on.
    pub fn instructions(&self) -> u64 {
        self.core.instructions()
    }

    /// Virtual time since power-on, in seconds.
    pub fn seconds(&self) -> f64 {
        self.seconds_at(self.core.cycles())
    }

    /// When a core cycle began, in seconds since power-on.
    pub fn seconds_at(&self, cycle: u64) -> f64 {
        self.system.clock.seconds_at(cycle)
    }

    /// The virtual clock, for exact times.
    pub fn clock(&self) -> &Clock {
        &self.system.clock
    }

    /// The frequencies as they are now.
    pub fn clock_tree(&self) -> &ClockTree {
        self.system.clock.tree()
    }

    /// Whether the SVD file that the board was made from has an error in registers that were used, so that some are left out.
    /// [`bringup_device::svd::load`] says what is wrong with it.
    pub fn is_broken(&self) -> bool {
        self.system.devices.broken
    }

    /// Why the last run ended.
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// Exit code of the firmware, if it ended itself.
    pub fn exit_code(&self) -> Option<i32> {
        self.exit_code
    }

    /// The last fault the firmware caused, handled or not.
    pub fn fault(&self) -> Option<&GuestFault> {
        self.fault.as_ref()
    }

    /// The firmware that is loaded.
    pub fn image(&self) -> Option<&Image> {
        self.image.as_deref()
    }

    /// The chip.
    pub fn chip(&self) -> &Chip {
        &self.chip
    }

    /// First address, length in bytes and kind of each memory.
    pub fn memories(&self) -> &[(u32, u32, MemoryKind)] {
        self.system.memories.regions()
    }

    /// Where in the source an instruction comes from.
    pub fn locate(&self, pc: u32) -> Option<Location> {
        Symbols::read(&self.image.as_ref()?.file).locate(pc)
    }

    /// The core, to look at.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// The core, to change as a debugger does.
    pub fn core_mut(&mut self) -> &mut Core {
        &mut self.core
    }

    /// Halts [`Board::debug`] and [`Board::step`] after accesses that a watchpoint is about, as a comparator of the
    /// DWT does (ARMv6-M ARM, C1.8). It changes neither the time nor the effect of any access, and costs nothing where
    /// none is set. How many a chip has is in [`Chip::watchpoints`].
    pub fn set_watchpoint(&mut self, watchpoint: Watchpoint) {
        self.core.set_watchpoint(watchpoint);
    }

    /// Takes a watchpoint away; false if there was none.
    pub fn clear_watchpoint(&mut self, watchpoint: &Watchpoint) -> bool {
        self.core.clear_watchpoint(watchpoint)
    }

    /// Goes back, or forward, to what a clone of this board was. Breakpoints and watchpoints stay as they are.
    pub fn restore(&mut self, snapshot: &Self) {
        let mut core = self.core.clone();
        core.restore(&snapshot.core);
        *self = Self {
            core,
            watch_hit: None,
            ..snapshot.clone()
        };
    }

    /// About how many bytes a clone takes of its own: what is not shared, and grows.
    pub fn clone_size(&self) -> usize {
        let edges: usize = self.pins().map(|pin| pin.edges().len()).sum();
        let printed: usize = self
            .console()
            .ports()
            .iter()
            .map(|port| port.bytes.len())
            .sum();
        let memory = 2 * self.system.memories.size_of(MemoryKind::Ram) as usize;
        memory + edges * size_of::<crate::pins::Edge>() + printed + size_of::<Self>()
    }

    /// Reads memory or a register without side effects, as a debugger does.
    pub fn peek(&self, address: u32, width: Width) -> Option<u32> {
        match self.core.peek(address) {
            Some(word) => Some((word >> ((address & 3) * 8)) & width.mask()),
            None => self
                .system
                .peek_at(address & !(width.bytes() - 1), width, self.core.cycles()),
        }
    }

    /// Fills `bytes` from `address` on without side effects; returns how many could be read.
    pub fn peek_bytes(&self, address: u32, bytes: &mut [u8]) -> usize {
        for (index, byte) in bytes.iter_mut().enumerate() {
            let value = address
                .checked_add(index as u32)
                .and_then(|address| self.peek(address, Width::Byte));
            let Some(value) = value else { return index };
            *byte = value as u8;
        }
        bytes.len()
    }

    /// Writes memory, flash included, as a debug probe does; returns how many bytes were in memory.
    pub fn poke_bytes(&mut self, address: u32, bytes: &[u8]) -> usize {
        let written = self.system.memories.poke(address, bytes);
        if written > 0 {
            self.system.code_changed();
        }
        written
    }

    /// Writes a register as a debugger does through the bus, with what writing does there; false where the bus
    /// refuses.
    pub fn poke_register(&mut self, address: u32, width: Width, value: u32) -> bool {
        if self.core.poke(address, value) {
            return true;
        }
        self.system.device_at(address).is_some() && self.store(address, width, value)
    }

    /// Stores as firmware does, flash through its controller included; false for a bus error. `address` is aligned to
    /// the width.
    pub fn store(&mut self, address: u32, width: Width, value: u32) -> bool {
        let at = bringup_cpu::At {
            pc: self.core.pc(),
            cycle: self.core.cycles(),
        };
        self.system.fast_write(address, width, value)
            || self.system.write(address, width, value, at).is_ok()
    }
}

/// What is connected to the oscillator pins of a board; of a chip alone, nothing.
fn crystals_of(board: Option<&catalogue::Board>) -> Crystals {
    board.map_or_else(Crystals::default, |board| Crystals {
        hse_hz: board.clocks.hse_hz,
        hse_bypass: board.clocks.hse_bypass,
        lse_hz: board.clocks.lse_hz,
    })
}

/// The options the chip's maker built the core with.
fn core_config(chip: &Chip, device: &Description) -> Result<armv6m::Config, Error> {
    let base = match chip.core {
        catalogue::Core::CortexM0Plus => armv6m::Config::CORTEX_M0_PLUS,
        catalogue::Core::CortexM0 => armv6m::Config::CORTEX_M0,
        core => {
            return Err(Kind::NoCore {
                chip: chip.name.clone(),
                core: core.title(),
            }
            .into());
        }
    };
    let flash = chip.memory(MemoryKind::Flash).map(|flash| flash.origin);
    if chip.program_origin.is_some_and(|at| Some(at) != flash) {
        return Err(Kind::NoLoader {
            chip: chip.name.clone(),
        }
        .into());
    }
    // ST clocks SysTick with HCLK / 8 where CLKSOURCE is 0 (RM0377 section 7.2, clock tree).
    let reference = (chip.vendor == "STMicroelectronics").then_some(8);
    // A description without interrupts says nothing about them: then there is what ARMv6-M can have.
    let lines = device
        .interrupts()
        .last()
        .map_or(32, |interrupt| interrupt.value.saturating_add(1));
    Ok(armv6m::Config {
        interrupts: lines.min(32) as u8,
        systick: Some(armv6m::SysTickConfig {
            calibration: 0,
            reference,
        }),
        ..base
    })
}
