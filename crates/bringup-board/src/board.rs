//! The public face: a board that firmware is loaded into and run on.

use std::sync::Arc;
use std::time::Duration;

use bringup_cpu::armv6m::{self, Core};
use bringup_cpu::{Bus, Width};
use bringup_device::Device as Description;
use bringup_device::catalogue::{self, Chip, MemoryKind};

use crate::bus::System;
use crate::checks::{self, Finding};
use crate::clock::{Clock, ClockTree, Time};
use crate::console::Console;
use crate::error::{Error, Kind};
use crate::image::Image;
use crate::peripheral::{Crystals, Reset};
use crate::pins::{Pin, PinId};
use crate::report::{
    ConsoleReport, EdgeReport, FaultReport, FindingReport, ImageReport, PinReport, Report,
    UnmodelledReport,
};
use crate::semihosting::{Guest, Outcome, Semihosting};
use crate::symbols::{Location, Symbols};

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stop {
    /// The virtual time was over.
    Limit,
    /// What was waited for came: an edge of a pin, a text on the console.
    Until,
    /// The firmware ended itself through semihosting.
    Exit,
    /// The core took a HardFault.
    Fault,
    /// The core locked up: a fault in a HardFault handler, or no vector table.
    Lockup,
    /// The firmware waits for something that nothing will ever bring about.
    Stuck,
}

/// Why the core halted, as a debugger sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The run ended.
    Stop(Stop),
    /// A breakpoint was reached; the instruction there has not been executed.
    Breakpoint {
        /// Its address.
        pc: u32,
    },
    /// A `BKPT` instruction other than for semihosting; the program counter still points to it.
    Bkpt {
        /// Its address.
        pc: u32,
        /// Its immediate.
        comment: u8,
    },
}

/// When a run ends, and how it behaves until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOptions {
    /// Virtual time to run for; without one, until something else ends the run.
    pub limit: Option<Duration>,
    /// Ends the run with the next edge of this pin.
    pub until_pin: Option<String>,
    /// Ends the run as soon as a port of the console has printed this text.
    pub until_text: Option<String>,
    /// Ends the run as soon as a HardFault is taken. Otherwise its handler runs, and the run ends with
    /// [`Stop::Fault`] if it turns out to be an endless loop or is still running at the end.
    pub stop_on_fault: bool,
    /// Jumps over loops that only wait. Changes nothing but how long the run takes.
    pub skip: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            limit: None,
            until_pin: None,
            until_text: None,
            stop_on_fault: false,
            skip: true,
        }
    }
}

impl RunOptions {
    /// Runs for a span of virtual time.
    pub fn limited(limit: Duration) -> Self {
        Self {
            limit: Some(limit),
            ..Self::default()
        }
    }
}

/// A register that was used and that nothing models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmodelled {
    /// Address.
    pub address: u32,
    /// Name, for example `PWR.CR`; `PWR+0x20` where the SVD file knows no register.
    pub register: String,
    /// How often it was read.
    pub reads: u64,
    /// How often it was written.
    pub writes: u64,
}

/// What the firmware did that the core could not carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestFault {
    /// The rule of the architecture that was broken.
    pub message: String,
    /// Address of the instruction.
    pub pc: u32,
    /// Address of the access, if the fault is about one.
    pub address: Option<u32>,
    /// Core cycle at which the handler was entered.
    pub cycle: u64,
    /// Whether the core locked up over it.
    pub lockup: bool,
}

/// Exception number of HardFault.
const HARD_FAULT: u32 = 3;
/// Cycles after which a HardFault handler that is nothing but an endless loop has reached it.
const HANDLER_START: u64 = 256;

/// A virtual board: core, memories, peripherals and virtual time.
///
/// A board is a value. It does nothing but what it is told, its runs depend on nothing but the firmware and the calls
/// made on it, and a clone is a snapshot that runs on as the original would.
#[derive(Clone)]
pub struct Board {
    chip: Arc<Chip>,
    description: Option<Arc<catalogue::Board>>,
    core: Core,
    system: System,
    /// The board as it was made: what power-on brings back.
    pristine: Arc<System>,
    semihosting: Semihosting,
    image: Option<Arc<Image>>,
    stop: Option<Stop>,
    exit_code: Option<i32>,
    fault: Option<GuestFault>,
    stop_on_fault: bool,
    /// The run pauses soon to see whether the HardFault handler is an endless loop.
    handler_watched: bool,
    /// Where the next run begins when the last one ended with its time, so that no cycle is lost between them.
    reached: Option<Time>,
}

impl Board {
    /// Makes a board of a chip, in reset and without firmware. `device` is what the chip's SVD file says.
    /// The catalogue does not say yet what is soldered to the oscillator pins: there are no crystals.
    pub fn new(
        chip: &Chip,
        board: Option<&catalogue::Board>,
        device: &Description,
    ) -> Result<Self, Error> {
        Self::with_crystals(chip, board, device, Crystals::default())
    }

    /// As [`Board::new`], with crystals.
    pub fn with_crystals(
        chip: &Chip,
        board: Option<&catalogue::Board>,
        device: &Description,
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
        let mut system = System::new(chip, crystals, device)?;
        for led in board.iter().flat_map(|board| &board.leds) {
            if let Some(pin) = system.pins.find(&led.pin) {
                system.pins.set_label(pin, &led.label);
            }
        }
        Ok(Self {
            core: Core::new(core_config(chip, device)),
            pristine: Arc::new(system.clone()),
            system,
            chip: Arc::new(chip.clone()),
            description: board.cloned().map(Arc::new),
            semihosting: Semihosting::default(),
            image: None,
            stop: None,
            exit_code: None,
            fault: None,
            stop_on_fault: false,
            handler_watched: false,
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
        self.handler_watched = false;
        self.core = Core::new(*self.core.config());
        self.core.reset(&mut self.system);
    }

    /// Resets the chip as `SYSRESETREQ` does; time goes on.
    pub fn reset(&mut self) {
        self.system.reset(Reset::Software, self.core.cycles());
        self.core.reset(&mut self.system);
    }

    /// Runs for a span of virtual time, unless something ends the run before.
    pub fn run_for(&mut self, time: Duration) -> Stop {
        match self.resume(&RunOptions::limited(time), false) {
            Ok(Halt::Stop(stop)) => stop,
            // Breakpoints are a debugger's, which uses `debug`; here the run ends at them.
            _ => Stop::Until,
        }
    }

    /// Runs until something that the options name happens. A `BKPT` instruction without a debugger is a HardFault.
    pub fn run(&mut self, options: &RunOptions) -> Result<Stop, Error> {
        Ok(match self.resume(options, false)? {
            Halt::Stop(stop) => stop,
            Halt::Breakpoint { .. } | Halt::Bkpt { .. } => Stop::Until,
        })
    }

    /// Runs as [`Board::run`] does, for a debugger: `BKPT` instructions halt the core.
    pub fn debug(&mut self, options: &RunOptions) -> Result<Halt, Error> {
        self.resume(options, true)
    }

    /// Executes one instruction, or takes one exception.
    pub fn step(&mut self) -> Halt {
        self.system.set_limit(None);
        let stop = self.core.step(&mut self.system);
        let halt = stop.and_then(|stop| self.heed(stop, true));
        halt.unwrap_or(Halt::Stop(Stop::Limit))
    }

    fn resume(&mut self, options: &RunOptions, debugger: bool) -> Result<Halt, Error> {
        let awaited = options
            .until_pin
            .as_deref()
            .map(|name| self.pin_id(name))
            .transpose()?;
        let now = self
            .reached
            .take()
            .unwrap_or_else(|| self.system.clock.time_at(self.core.cycles()));
        let end = options
            .limit
            .map(|limit| now.plus(Time::from_duration(limit)));
        self.system.set_limit(end);
        self.system.pins.await_edge(awaited);
        self.system
            .console
            .await_text(options.until_text.as_deref());
        self.core.set_stop_on_hard_fault(true);
        (self.stop_on_fault, self.handler_watched) = (options.stop_on_fault, false);
        self.core.set_skip(options.skip);
        let halt = loop {
            let stop = self.core.run(&mut self.system, u64::MAX);
            if let Some(halt) = self.heed(stop, debugger) {
                break halt;
            }
        };
        if let Halt::Stop(stop) = halt {
            self.stop = Some(stop);
            self.reached = end.filter(|_| stop == Stop::Limit);
        }
        self.system.pins.await_edge(None);
        Ok(halt)
    }

    /// Deals with why the core stopped; `None` to run on.
    fn heed(&mut self, stop: armv6m::Stop, debugger: bool) -> Option<Halt> {
        match stop {
            armv6m::Stop::Limit => self.heed_limit(),
            armv6m::Stop::Breakpoint { pc } => Some(Halt::Breakpoint { pc }),
            armv6m::Stop::Bkpt { comment: 0xAB, .. } => self.semihost(),
            armv6m::Stop::Bkpt { pc, comment } if debugger => Some(Halt::Bkpt { pc, comment }),
            armv6m::Stop::Bkpt { .. } => {
                self.core.refuse_bkpt(&mut self.system);
                None
            }
            armv6m::Stop::Fault(fault) => {
                self.note_fault(fault, false);
                if self.stop_on_fault {
                    return Some(Halt::Stop(Stop::Fault));
                }
                self.handler_watched = true;
                self.system
                    .pause_at(self.core.cycles().saturating_add(HANDLER_START));
                None
            }
            armv6m::Stop::Lockup(fault) => {
                self.note_fault(fault, true);
                Some(Halt::Stop(Stop::Lockup))
            }
            armv6m::Stop::ResetRequested => {
                self.reset();
                None
            }
            armv6m::Stop::Stuck { pc, polled } => {
                self.report_stuck(pc, &polled);
                Some(Halt::Stop(Stop::Stuck))
            }
        }
    }

    /// Remembers a fault, the last one of a run.
    fn note_fault(&mut self, fault: armv6m::Fault, lockup: bool) {
        self.fault = Some(GuestFault {
            message: fault.kind.to_string(),
            pc: fault.pc,
            address: (fault.address != fault.pc).then_some(fault.address),
            cycle: self.core.cycles(),
            lockup,
        });
    }

    /// Whether the core stands in a HardFault handler that is an endless loop, as the default one of `cortex-m-rt` is.
    fn hangs_in_hard_fault(&self) -> bool {
        /// `B .`
        const BRANCH_TO_SELF: u32 = 0xE7FE;
        self.core.ipsr() == HARD_FAULT
            && self.system.peek(self.core.pc(), Width::Halfword) == Some(BRANCH_TO_SELF)
    }

    /// The virtual time is over, or the time to look at a HardFault handler has come.
    fn heed_limit(&mut self) -> Option<Halt> {
        if self.system.pins.awaited_edge_came() {
            return Some(Halt::Stop(Stop::Until));
        }
        if std::mem::take(&mut self.handler_watched) {
            if self.hangs_in_hard_fault() {
                return Some(Halt::Stop(Stop::Fault));
            }
            self.system.lift_pause();
            return None;
        }
        if self.core.ipsr() == HARD_FAULT {
            return Some(Halt::Stop(Stop::Fault));
        }
        if self.core.cycles() < self.system.stop_at() {
            // Asleep, without a limit and with nothing planned.
            self.report_stuck(self.core.pc(), &[]);
            return Some(Halt::Stop(Stop::Stuck));
        }
        Some(Halt::Stop(Stop::Limit))
    }

    fn report_stuck(&mut self, pc: u32, polled: &[u32]) {
        let address = polled.first().copied();
        let device = address.and_then(|address| self.system.device_at(address));
        let register = device.map(|(device, offset)| device.register_name(offset, Width::Word));
        let unmodelled = device.is_some_and(|(device, _)| device.model.is_none());
        let cycle = self.core.cycles();
        self.system
            .findings
            .report(&checks::stuck_poll::RULE, 0, pc, cycle, || {
                checks::stuck_poll::detail(address, register.as_deref(), unmodelled)
            });
    }

    /// Serves the semihosting call that the core stands at.
    fn semihost(&mut self) -> Option<Halt> {
        let (operation, parameter) = (self.core.reg(0), self.core.reg(1));
        let (pc, cycle) = (self.core.pc(), self.core.cycles());
        let nanoseconds = self.system.clock.time_at(cycle).in_attoseconds() / 1_000_000_000;
        let mut guest = Host {
            system: &mut self.system,
            nanoseconds: nanoseconds as u64,
            stored: false,
        };
        let outcome = self.semihosting.call(operation, parameter, &mut guest);
        if guest.stored {
            self.system.code_changed();
        }
        let value = match outcome {
            Outcome::Return(value) => value,
            Outcome::NotServed(value, name) => {
                let rule = &checks::unknown_semihosting::RULE;
                self.system
                    .findings
                    .report(rule, u64::from(operation), pc, cycle, || {
                        checks::unknown_semihosting::detail(operation, name)
                    });
                value
            }
            Outcome::Exit(code) => {
                self.exit_code = Some(code);
                return Some(Halt::Stop(Stop::Exit));
            }
        };
        self.core.set_reg(0, value);
        self.core.skip_bkpt(&mut self.system);
        let came = self.system.console.awaited_text_came();
        came.then_some(Halt::Stop(Stop::Until))
    }

    fn pin_id(&self, name: &str) -> Result<PinId, Error> {
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

    /// What the firmware printed.
    pub fn console(&self) -> &Console {
        &self.system.console
    }

    /// What the checks found, in the order it came up.
    pub fn findings(&self) -> &[Finding] {
        self.system.findings.list()
    }

    /// Registers that were used and that nothing models, by address: the results of a run are worth what these are.
    pub fn unmodelled(&self) -> Vec<Unmodelled> {
        let list = self.system.unmodelled().into_iter();
        list.map(|(address, register, reads, writes)| Unmodelled {
            address,
            register,
            reads,
            writes,
        })
        .collect()
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
        self.system.clock.time_at(cycle).as_secs_f64()
    }

    /// The virtual clock, for exact times.
    pub fn clock(&self) -> &Clock {
        &self.system.clock
    }

    /// The frequencies as they are now.
    pub fn clock_tree(&self) -> &ClockTree {
        self.system.clock.tree()
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

    /// Reads memory or a register without side effects, as a debugger does.
    pub fn peek(&self, address: u32, width: Width) -> Option<u32> {
        match self.core.peek(address) {
            Some(word) => Some((word >> ((address & 3) * 8)) & width.mask()),
            None => self.system.peek(address & !(width.bytes() - 1), width),
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
        let at = bringup_cpu::At {
            pc: self.core.pc(),
            cycle: self.core.cycles(),
        };
        self.system.device_at(address).is_some()
            && self.system.write(address, width, value, at).is_ok()
    }

    /// Everything about the run so far.
    pub fn report(&self) -> Report {
        let symbols = self.image.as_ref().map(|image| Symbols::read(&image.file));
        let (flash, ram) = self
            .image
            .as_ref()
            .map_or((0, 0), |image| (image.flash, image.ram));
        let unmodelled = self.unmodelled().into_iter();
        Report {
            board: self.description.as_ref().map(|board| board.name.clone()),
            chip: self.chip.name.clone(),
            stop: self.stop,
            exit_code: self.exit_code,
            fault: self.report_fault(symbols.as_ref()),
            cycles: self.cycles(),
            seconds: self.seconds(),
            instructions: self.instructions(),
            image: ImageReport {
                flash,
                ram,
                flash_size: self.system.memories.size_of(MemoryKind::Flash),
                ram_size: self.system.memories.size_of(MemoryKind::Ram),
            },
            pins: self.report_pins(),
            console: self.report_console(),
            findings: self
                .findings()
                .iter()
                .map(|finding| report_finding(finding, symbols.as_ref()))
                .collect(),
            unmodelled: unmodelled
                .map(
                    |Unmodelled {
                         register,
                         reads,
                         writes,
                         ..
                     }| UnmodelledReport {
                        register,
                        reads,
                        writes,
                    },
                )
                .collect(),
            host: None,
        }
    }

    /// The fault that ended the run; one that the firmware handled is its own affair.
    fn report_fault(&self, symbols: Option<&Symbols<'_>>) -> Option<FaultReport> {
        let ended = matches!(self.stop, Some(Stop::Fault | Stop::Lockup));
        let fault = self.fault.as_ref().filter(|_| ended)?;
        Some(FaultReport {
            message: fault.message.clone(),
            pc: fault.pc,
            address: fault.address,
            location: symbols.and_then(|symbols| symbols.locate(fault.pc)),
            cycle: fault.cycle,
        })
    }

    fn report_pins(&self) -> Vec<PinReport> {
        let shown = self
            .pins()
            .filter(|pin| pin.label().is_some() || !pin.edges().is_empty());
        let mut pins: Vec<PinReport> = shown
            .map(|pin| PinReport {
                pin: pin.name().to_owned(),
                label: pin.label().map(str::to_owned),
                level: pin.level().unwrap_or(false),
                edges: pin
                    .edges()
                    .iter()
                    .map(|edge| EdgeReport {
                        cycle: edge.cycle,
                        seconds: self.seconds_at(edge.cycle),
                        level: edge.level,
                    })
                    .collect(),
                driven: pin.level().is_some(),
            })
            .collect();
        // `PB10` after `PB9`: by port, then by number.
        pins.sort_by_cached_key(|pin| {
            let digits = pin
                .pin
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(pin.pin.len());
            let (port, number) = pin.pin.split_at(digits);
            (port.to_owned(), number.parse::<u32>().unwrap_or(0))
        });
        pins
    }

    fn report_console(&self) -> Vec<ConsoleReport> {
        let ports = self.console().ports().iter();
        ports
            .map(|port| ConsoleReport {
                port: port.name.clone(),
                text: port.text().into_owned(),
            })
            .collect()
    }
}

fn report_finding(finding: &Finding, symbols: Option<&Symbols<'_>>) -> FindingReport {
    FindingReport {
        rule: finding.rule,
        severity: finding.severity,
        message: finding.message.clone(),
        register: finding.register.clone(),
        field: finding.field.clone(),
        pc: finding.pc,
        location: symbols.and_then(|symbols| symbols.locate(finding.pc)),
        cycle: finding.cycle,
        count: finding.count,
        hint: finding.hint.clone(),
    }
}

/// The options the chip's maker built the core with.
fn core_config(chip: &Chip, device: &Description) -> armv6m::Config {
    let base = match chip.core {
        catalogue::Core::CortexM0Plus => armv6m::Config::CORTEX_M0_PLUS,
        catalogue::Core::CortexM0 => armv6m::Config::CORTEX_M0,
    };
    // ST clocks SysTick with HCLK / 8 where CLKSOURCE is 0 (RM0377 figure 17, clock tree).
    let reference = (chip.vendor == "STMicroelectronics").then_some(8);
    let lines = device
        .interrupts()
        .last()
        .map_or(0, |interrupt| interrupt.value.saturating_add(1));
    armv6m::Config {
        interrupts: lines.min(32) as u8,
        systick: Some(armv6m::SysTickConfig {
            calibration: 0,
            reference,
        }),
        ..base
    }
}

/// The board as semihosting sees it.
struct Host<'a> {
    system: &'a mut System,
    nanoseconds: u64,
    stored: bool,
}

impl Guest for Host<'_> {
    fn byte(&self, address: u32) -> Option<u8> {
        self.system
            .memories
            .read(address, Width::Byte)
            .map(|byte| byte as u8)
    }

    fn store(&mut self, address: u32, bytes: &[u8]) -> bool {
        let in_ram = (0..bytes.len() as u32).all(|index| {
            let address = address.checked_add(index);
            address.and_then(|address| self.system.memories.kind_at(address))
                == Some(MemoryKind::Ram)
        });
        self.stored |= in_ram;
        in_ram && self.system.memories.poke(address, bytes) == bytes.len()
    }

    fn nanoseconds(&self) -> u64 {
        self.nanoseconds
    }

    fn print(&mut self, port: &'static str, bytes: &[u8]) {
        self.system.console.print(port, bytes);
    }
}
