//! What the core sees: memory on fast paths, peripherals behind the map, time and interrupt lines.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use bringup_cpu::{
    At, Bus, BusFault, SystemAccess, UnknownUse, UnknownValue, Unpredictable, Width,
};
use bringup_device::catalogue::{Chip, Core, MemoryKind};

use crate::checks::{self, Findings, null_access};
use crate::clock::{Clock, ClockTree, Frequency, Time};
use crate::console::Console;
use crate::devices::{Device, Devices, Source};
use crate::error::Error;
use crate::memory::Memories;
use crate::peripheral::{Context, Crystals, Model, Moment, Reset};
use crate::pins::{PinId, Pins};
use crate::program::Program;
use crate::rtt::Rtt;
use crate::scheduler::{DeviceIndex, Scheduler};
use crate::script::Player;
use crate::trace::{Master, Recorder};
use crate::wires::{DeepSleep, Wires};
use accesses::{LastRead, Remembered};
use core_events::{Exceptions, Unknown};
use latency::Latency;

mod accesses;
mod core_events;
mod debugger;
mod dma;
mod ends;
mod late;
mod latency;
mod outside;
mod power;
mod reports;

/// Everything around the core.
#[derive(Clone)]
pub(crate) struct System {
    pub(crate) memories: Memories,
    pub(crate) devices: Devices,
    pub(crate) pins: Pins,
    pub(crate) clock: Clock,
    pub(crate) console: Console,
    pub(crate) rtt: Rtt,
    pub(crate) findings: Findings,
    pub(crate) scheduler: Scheduler,
    /// What the world outside does.
    pub(crate) player: Player,
    /// Accesses to registers, if they are asked for.
    pub(crate) recorder: Option<Box<Recorder>>,
    lines: u32,
    /// Accesses inside a peripheral where no register is, by address: reads and writes.
    holes: BTreeMap<u32, (u64, u64)>,
    /// Uses of registers that models leave out, by address: bits, and how often.
    left_out: BTreeMap<u32, (u32, u64)>,
    /// Virtual time at which the run ends.
    limit: Option<Time>,
    /// Core cycle at which a debugger wants the run to pause.
    pause: u64,
    stop_at: u64,
    /// When the run pauses for a look into the buffers of Real Time Transfer.
    look_at: u64,
    /// [`Clock::switches`] that `stop_at` was worked out for.
    switches: usize,
    latency: Option<Latency>,
    wait_states: u32,
    fetch_wait_states: u32,
    generation: u32,
    /// The core has the single-cycle I/O port.
    io_port: bool,
    pub(crate) wires: Wires,
    /// The read of a register that firmware made last.
    last_read: LastRead,
    /// What checks remember.
    remembered: Remembered,
    /// Voltage range, wait states and clock that the flash was checked for.
    checked: (u8, u32, Frequency),
    /// What is known of the firmware from its file.
    pub(crate) program: Option<Arc<Program>>,
    /// Lowest and highest address of the stack that is watched.
    pub(crate) stack: Option<RangeInclusive<u32>>,
    /// Names of the chip's interrupts, by number.
    interrupts: Arc<[(u32, String)]>,
    exceptions: Exceptions,
    /// Where the stack overflowed last.
    overflowed: Option<At>,
    unknown: Unknown,
    /// Lowest and highest address in RAM that code was fetched from.
    code_in_ram: Option<(u32, u32)>,
    /// Reads of the first bytes one after the other: the address behind, and the instruction.
    null_walk: Vec<(u32, u32)>,
}

/// Where the Cortex-M0+ chips that have one put the single-cycle I/O port (RM0377 section 2.1: bus S1 to the GPIO
/// ports at `0x5000_0000`).
const IO_PORT: std::ops::Range<u32> = 0x5000_0000..0x6000_0000;

impl System {
    pub(crate) fn new(chip: &Chip, crystals: Crystals, source: Source<'_>) -> Result<Self, Error> {
        let mut pins = Pins::default();
        let devices = Devices::new(chip, source, crystals, &mut pins)?;
        let latency = Latency::find(&devices);
        let clock = Clock::new(ClockTree::undivided(Frequency::hz(chip.reset_clock_hz)));
        let mut system = Self {
            memories: Memories::new(&chip.memories),
            devices,
            pins,
            switches: clock.switches(),
            clock,
            console: Console::default(),
            rtt: Rtt::default(),
            findings: Findings::default(),
            scheduler: Scheduler::default(),
            player: Player::default(),
            recorder: None,
            lines: 0,
            holes: BTreeMap::new(),
            left_out: BTreeMap::new(),
            limit: None,
            pause: u64::MAX,
            stop_at: u64::MAX,
            look_at: u64::MAX,
            latency,
            wait_states: 0,
            fetch_wait_states: 0,
            generation: 0,
            io_port: chip.core == Core::CortexM0Plus,
            wires: Wires::default(),
            last_read: LastRead::default(),
            remembered: Remembered::default(),
            checked: (0, 0, Frequency::hz(0)),
            program: None,
            stack: None,
            interrupts: core_events::interrupt_names(source.device()),
            exceptions: Exceptions::default(),
            overflowed: None,
            unknown: Unknown::default(),
            code_in_ram: None,
            null_walk: Vec::new(),
        };
        system.reset(Reset::PowerOn, 0);
        Ok(system)
    }

    /// Resets every peripheral.
    pub(crate) fn reset(&mut self, reset: Reset, cycle: u64) {
        self.wires.asleep = DeepSleep::Plain;
        for index in 0..self.devices.list.len() {
            self.reset_device(index, reset, cycle);
        }
        self.refresh_gates(cycle);
        self.refresh_latency();
        self.after_model(cycle);
        self.forget_systick();
    }

    fn reset_device(&mut self, index: usize, reset: Reset, cycle: u64) {
        self.scheduler.cancel_all(DeviceIndex(index as u16));
        let done = self.with_model(index, cycle, |model, context| model.reset(reset, context));
        if done.is_none()
            && let Some(device) = self.devices.list.get_mut(index)
        {
            device.file.reset();
        }
    }

    /// Lets the model of a peripheral do something; `None` if it has none.
    #[inline]
    fn with_model<R>(
        &mut self,
        index: usize,
        cycle: u64,
        action: impl FnOnce(&mut dyn Model, &mut Context<'_>) -> R,
    ) -> Option<R> {
        let device = self.devices.list.get_mut(index)?;
        let model = device.model.as_mut()?;
        let before = device.lines;
        let mut context = Context {
            cycle,
            device: DeviceIndex(index as u16),
            file: &mut device.file,
            pins: &mut self.pins,
            clock: &mut self.clock,
            scheduler: &mut self.scheduler,
            lines: &mut device.lines,
            memories: &mut self.memories,
            console: &mut self.console,
            wires: &mut self.wires,
        };
        let done = action(model.as_mut(), &mut context);
        if device.lines != before {
            // A line is high as long as any of the peripherals that share it raises it.
            let lines = self.devices.list.iter().fold(0, |all, one| all | one.lines);
            self.exceptions.fell |= self.lines & !lines;
            self.lines = lines;
        }
        Some(done)
    }

    /// Heeds what a model may have done to the clock and to the pin that is waited for.
    #[inline]
    pub(crate) fn after_model(&mut self, cycle: u64) {
        if self.pins.has_news() || self.wires.has_news() {
            self.spread(cycle);
        }
        if self.clock.switches() != self.switches {
            self.switches = self.clock.switches();
            // A pause is only ever sooner than it was asked for: the board looks again after it.
            self.lift_pause();
        }
        if self.pins.awaited_edge_came() || self.console.awaited_text_came() {
            self.stop_at = self.stop_at.min(cycle);
        }
    }

    /// Tells peripherals what others did: to pins, to the clock tree, to code memory.
    #[cold]
    fn spread(&mut self, cycle: u64) {
        // What models do in answer is heeded in the next turn. Signals that chase each other end after a while.
        for _ in 0..1_000 {
            if let Some((owner, pin)) = self.pins.take_touched() {
                self.with_model(usize::from(owner), cycle, |model, context| {
                    model.pins_changed(1 << pin, context);
                });
            } else if let Some((pin, level, all, listener)) = self.pins.take_heard() {
                if let Some(device) = all {
                    self.input_changed(device, 0, pin, level, cycle);
                }
                if let Some((device, token)) = listener {
                    self.input_changed(device, token, pin, level, cycle);
                }
            } else if self.wires.exti_raised != 0 {
                let lines = std::mem::take(&mut self.wires.exti_raised);
                if let Some(index) = self.devices.exti {
                    self.with_model(index, cycle, |model, context| model.edges(lines, context));
                }
            } else if std::mem::take(&mut self.wires.standby_ends) {
                self.end_standby();
            } else if self.wires.requests.has_news() {
                self.serve_requests(cycle);
            } else if std::mem::take(&mut self.wires.clock_changed) {
                self.finish_rtc(cycle);
                self.check_flash(cycle);
                for index in 0..self.devices.list.len() {
                    self.with_model(index, cycle, |model, context| model.clock_changed(context));
                }
            } else {
                break;
            }
        }
        if std::mem::take(&mut self.wires.code_changed) {
            self.code_changed();
        }
        self.report_breaches();
        if self.wires.reset.is_some() || self.wires.event {
            self.stop_at = self.stop_at.min(cycle);
        }
    }

    fn input_changed(&mut self, device: u16, token: u32, pin: PinId, level: bool, cycle: u64) {
        let index = usize::from(device);
        let alive = |device: &Device| device.clocked && !device.held;
        if self.devices.list.get(index).is_some_and(alive) {
            self.with_model(index, cycle, |model, context| {
                model.input_changed(token, pin, level, context);
            });
        }
    }

    /// Code memory was changed from outside.
    pub(crate) fn code_changed(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    #[expect(
        clippy::inline_always,
        reason = "the path of every access to a peripheral, which DMA takes, too: handing on all that it needs costs a tenth of it"
    )]
    #[inline(always)]
    fn device_read(&mut self, index: usize, address: u32, width: Width, at: At) -> u32 {
        let Some(device) = self.devices.list.get_mut(index) else {
            return 0;
        };
        let offset = address.wrapping_sub(device.base);
        if !device.clocked || device.held {
            if device.waits && self.finish(index, at.cycle) {
                return self.device_read(index, address, width, at);
            }
            return self.dead_read(index, offset, width, at);
        }
        let lanes = width.mask() << ((offset & 3) * 8);
        let word = device.file.layout().word(offset);
        if word.is_some_and(|word| word.readable & lanes == 0) {
            self.report_unreadable(index, offset, width, at);
        }
        let Some(device) = self.devices.list.get_mut(index) else {
            return 0;
        };
        let value = if device.model.is_some() {
            let value = self.with_model(index, at.cycle, |model, context| {
                model.read(offset, width, context)
            });
            self.after_model(at.cycle);
            value.flatten()
        } else {
            device.file.count_reads(offset, 1);
            device.file.read(offset, width)
        };
        // Reserved addresses of a peripheral read as 0; that it was read is counted.
        let value = value.unwrap_or_else(|| {
            self.holes.entry(address).or_default().0 += 1;
            0
        });
        self.last_read = LastRead {
            address,
            value,
            pc: at.pc,
        };
        value
    }

    #[expect(
        clippy::inline_always,
        reason = "the path of every access to a peripheral, which DMA takes, too: handing on all that it needs costs a tenth of it"
    )]
    #[inline(always)]
    fn device_write(&mut self, index: usize, address: u32, width: Width, value: u32, at: At) {
        let Some(device) = self.devices.list.get(index) else {
            return;
        };
        let offset = address.wrapping_sub(device.base);
        if !device.clocked || device.held {
            if device.waits && self.finish(index, at.cycle) {
                return self.device_write(index, address, width, value, at);
            }
            self.report_dead(index, offset, width, true, at);
            return;
        }
        let mut access = (offset, width, value);
        if let Some((word, before)) = device.file.word_and_value(offset) {
            if word.writable == 0 {
                self.report_read_only(index, offset, width, at);
                return;
            }
            let shift = (offset & 3) * 8;
            if word.is_odd(before, value << shift, width.mask() << shift, width.bytes()) {
                access = self.look_at_write(index, access, at);
            }
        }
        let (offset, width, value) = access;
        let Some(device) = self.devices.list.get_mut(index) else {
            return;
        };
        let done = if device.model.is_some() {
            self.wires.pc = at.pc;
            let done = self.with_model(index, at.cycle, |model, context| {
                model.write(offset, width, value, context)
            });
            self.after_model(at.cycle);
            done == Some(true)
        } else {
            device.file.count_write(offset);
            device.file.write(offset, width, value)
        };
        if !done {
            self.holes.entry(address).or_default().1 += 1;
        }
        if self.devices.rcc == Some(index) {
            self.refresh_gates(at.cycle);
            self.after_model(at.cycle);
        }
        if self.latency.is_some_and(|latency| latency.device == index) {
            self.refresh_latency();
            self.check_flash(at.cycle);
        } else if self.wires.voltage_range != self.checked.0 {
            self.check_flash(at.cycle);
        }
    }

    /// Reads memory or a register without side effects, as a debugger does at `cycle`.
    pub(crate) fn peek_at(&self, address: u32, width: Width, cycle: u64) -> Option<u32> {
        if self.waits_at(address) {
            return self.finished(cycle).peek_at(address, width, cycle);
        }
        let Some((device, offset)) = self.device_at(address) else {
            return self.memories.read(address, width);
        };
        if !device.clocked {
            return Some(0);
        }
        match &device.model {
            Some(model) => {
                let at = Moment::new(cycle, &self.clock);
                model.peek(offset, width, &device.file, at)
            }
            None => device.file.peek(offset, width),
        }
    }

    /// The peripheral at an address, and the address's offset in it.
    pub(crate) fn device_at(&self, address: u32) -> Option<(&Device, u32)> {
        let device = self.devices.list.get(self.devices.map.find(address)?)?;
        Some((device, address.wrapping_sub(device.base)))
    }
}

impl Bus for System {
    #[expect(
        clippy::inline_always,
        reason = "the path of every load: a call would cost more than the work"
    )]
    #[inline(always)]
    fn fast_read(&mut self, address: u32, width: Width) -> Option<u32> {
        self.memories.fast_read(address, width)
    }

    #[expect(
        clippy::inline_always,
        reason = "the path of every store: a call would cost more than the work"
    )]
    #[inline(always)]
    fn fast_write(&mut self, address: u32, width: Width, value: u32) -> bool {
        self.memories.fast_write(address, width, value)
    }

    fn read(&mut self, address: u32, width: Width, at: At) -> Result<u32, BusFault> {
        if let Some(index) = self.devices.map.look_up(address) {
            let value = self.device_read(index, address, width, at);
            if self.recorder.is_some() {
                self.record(Master::Core, (address, width), value, false, at);
            }
            return Ok(value);
        }
        self.catch_up_with_rtt(address, at.cycle);
        let Some(value) = self.memories.read(address, width) else {
            return match self.find_late(address, at.cycle) {
                Some(_) => self.read(address, width, at),
                None => Err(self.report_unmapped(address, false, at)),
            };
        };
        if address < null_access::READ {
            self.note_null_read(address, width, at);
        }
        self.memories.ram.round_known(address, width);
        Ok(value)
    }

    fn vector(&mut self, address: u32, at: At) -> Result<u32, BusFault> {
        self.exceptions.entry = address;
        match self.memories.read(address, Width::Word) {
            Some(vector) => Ok(vector),
            None => self.read(address, Width::Word, at),
        }
    }

    fn write(&mut self, address: u32, width: Width, value: u32, at: At) -> Result<(), BusFault> {
        if let Some(index) = self.devices.map.look_up(address) {
            if self.recorder.is_some() {
                self.record(Master::Core, (address, width), value, true, at);
            }
            self.device_write(index, address, width, value, at);
            return Ok(());
        }
        match self.memories.kind_at(address) {
            Some(MemoryKind::Ram) if self.memories.write_other_ram(address, width, value) => Ok(()),
            Some(kind) => {
                if let Some(flash) = self.devices.flash {
                    let taken = self.with_model(flash, at.cycle, |model, context| {
                        model.program(address, width, value, context)
                    });
                    self.after_model(at.cycle);
                    if taken == Some(true) {
                        return Ok(());
                    }
                }
                if address < null_access::WRITTEN {
                    return Err(self.report_null(address, true, at));
                }
                Err(self.report_flash_write(address, kind, at))
            }
            None => match self.find_late(address, at.cycle) {
                Some(_) => self.write(address, width, value, at),
                None => Err(self.report_unmapped(address, true, at)),
            },
        }
    }

    fn fetch(&mut self, address: u32) -> Result<u16, BusFault> {
        let halfword = self.memories.read(address, Width::Halfword);
        self.note_fetch(address);
        halfword.map(|halfword| halfword as u16).ok_or(BusFault)
    }

    fn peek(&self, address: u32, width: Width) -> Option<u32> {
        self.peek_at(address, width, 0)
    }

    #[inline]
    fn data_wait(&self, address: u32) -> i32 {
        if self.io_port && IO_PORT.contains(&address) {
            // Loads and stores on the port take one cycle and not two (Cortex-M0+ TRM, instruction timing).
            -1
        } else if self.wait_states > 0 && self.memories.is_flash(address) {
            self.wait_states as i32
        } else {
            0
        }
    }

    #[inline]
    fn fetch_wait(&self, address: u32) -> u32 {
        // Flash gives 32 bits at a time: the second halfword of a word is there already.
        if self.fetch_wait_states > 0 && address & 2 == 0 && self.memories.is_flash(address) {
            self.fetch_wait_states
        } else {
            0
        }
    }

    #[inline]
    fn code_generation(&self) -> u32 {
        self.generation
    }

    #[inline]
    fn interrupt_lines(&self) -> u32 {
        self.lines
    }

    #[inline]
    fn deadline(&self) -> u64 {
        self.scheduler.next()
    }

    #[inline]
    fn stop_at(&self) -> u64 {
        self.stop_at.min(self.look_at).min(self.findings.halt_at())
    }

    #[inline]
    fn ends_at(&self) -> u64 {
        let end = self.stop_at.min(self.findings.halt_at());
        if self.has_rtt_to_do() {
            end.min(self.look_at)
        } else {
            end
        }
    }

    fn advance(&mut self, cycle: u64) {
        while let Some((device, token, due)) = self.scheduler.take_due(cycle) {
            if self.script_event(device, due) {
                continue;
            }
            self.with_model(usize::from(device.0), due, |model, context| {
                model.event(token, context);
            });
            self.after_model(cycle);
        }
    }

    fn sleep_deep(&mut self, cycle: u64) -> bool {
        self.stop_clocks(cycle)
    }

    fn wake(&mut self, cycle: u64) {
        self.start_clocks(cycle);
    }

    fn stable_until(&self, address: u32, _: Width, cycle: u64) -> u64 {
        let Some((device, offset)) = self.device_at(address) else {
            return u64::MAX;
        };
        if !device.clocked || device.held {
            return u64::MAX;
        }
        match &device.model {
            Some(model) => {
                let until = model.stable_until(offset, &device.file, cycle);
                if until == u64::MAX && model.awaits_outside(offset, &device.file) {
                    // The world outside may do something after this run; without an end, nothing ever happens.
                    self.stop_at.max(cycle)
                } else {
                    until
                }
            }
            None if device.file.is_stable(offset) => u64::MAX,
            None => cycle,
        }
    }

    fn system_access(&mut self, access: SystemAccess, at: At) {
        if self.recorder.is_some() {
            let place = (access.address, Width::Word);
            self.record(Master::Core, place, access.value, access.write, at);
        }
        if access.write {
            self.look_at_system_write(access.address, access.value, at);
        }
    }

    fn system_repeated(&mut self, access: SystemAccess, at: At, times: u64) {
        if self.recorder.is_some() && times > 0 {
            self.record_again(access.address, Width::Word, access.value, at, times);
        }
    }

    fn repeated(&mut self, address: u32, width: Width, at: At, times: u64) {
        if self.recorder.is_some() && self.devices.map.find(address).is_some() {
            let value = self.peek_at(address, width, at.cycle).unwrap_or(0);
            self.record_again(address, width, value, at, times);
        }
        let Some(index) = self.devices.map.find(address) else {
            if address < null_access::READ {
                let rule = &null_access::RULE;
                self.findings.repeat(rule, 0, at.pc, times);
            }
            return;
        };
        let Some(device) = self.devices.list.get_mut(index) else {
            return;
        };
        let offset = address.wrapping_sub(device.base);
        if !device.clocked || device.held {
            let subject = dead_subject(address, false);
            let rule = if device.clocked {
                &checks::held_in_reset::RULE
            } else {
                &checks::clock_gated::RULE
            };
            self.findings.repeat(rule, subject, at.pc, times);
        } else if device.file.layout().word(offset).is_none() {
            self.holes.entry(address).or_default().0 += times;
        } else if device.model.is_none() {
            device.file.count_reads(offset, times);
        }
    }

    #[cold]
    fn unpredictable(&mut self, what: &Unpredictable, at: At) {
        let subject = u64::from(what.encoding);
        self.findings.report(
            &checks::unpredictable::RULE,
            subject,
            at.pc,
            at.cycle,
            || checks::unpredictable::detail(what),
        );
    }

    fn exception_taken(&mut self, exception: u32, vector: u32, at: At) {
        self.note_exception(exception, vector, at);
    }

    fn exceptions_left(&mut self, active: u64) {
        self.note_exceptions_left(active);
    }

    fn stack_overflow(&mut self, sp: u32, at: At) {
        self.report_stack_overflow(sp, at);
    }

    #[inline]
    fn is_unknown(&self, address: u32, width: Width) -> bool {
        self.memories.ram.is_unknown(address, width) && !self.rtt.is_watched(address)
    }

    fn set_unknown(&mut self, address: u32, width: Width, value: &UnknownValue) -> bool {
        self.unknown.copy(value.address, address);
        self.memories.ram.set_known(address, width, false);
        self.memories.kind_at(address).is_some()
    }

    fn unknown_used(&mut self, value: &UnknownValue, how: UnknownUse, at: At) {
        self.report_unknown(value, how, at);
    }
}

/// Tells apart what one instruction does wrong at different addresses, and reading from writing.
const fn dead_subject(address: u32, write: bool) -> u64 {
    (address as u64) << 1 | write as u64
}
