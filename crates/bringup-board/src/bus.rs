//! What the core sees: memory on fast paths, peripherals behind the map, time and interrupt lines.

use std::collections::BTreeMap;

use bringup_cpu::{At, Bus, BusFault, Unpredictable, Width};
use bringup_device::Device as Description;
use bringup_device::catalogue::{Chip, Core, MemoryKind};
use bringup_device::gates::GateBit;

use crate::checks::{self, Findings};
use crate::clock::{Clock, ClockTree, Frequency, Time};
use crate::console::Console;
use crate::devices::{Device, Devices};
use crate::error::Error;
use crate::memory::Memories;
use crate::peripheral::{Context, Crystals, Model, Reset};
use crate::pins::{PinId, Pins};
use crate::scheduler::{DeviceIndex, Scheduler};

/// Everything around the core.
#[derive(Clone)]
pub(crate) struct System {
    pub(crate) memories: Memories,
    pub(crate) devices: Devices,
    pub(crate) pins: Pins,
    pub(crate) clock: Clock,
    pub(crate) console: Console,
    pub(crate) findings: Findings,
    scheduler: Scheduler,
    lines: u32,
    /// Accesses inside a peripheral where no register is, by address: reads and writes.
    holes: BTreeMap<u32, (u64, u64)>,
    /// Virtual time at which the run ends.
    limit: Option<Time>,
    stop_at: u64,
    /// [`Clock::switches`] that `stop_at` was worked out for.
    switches: usize,
    latency: Option<Latency>,
    wait_states: u32,
    generation: u32,
    /// The core has the single-cycle I/O port.
    io_port: bool,
}

/// Where the flash controller keeps its wait states: `ACR.LATENCY` of a peripheral called `FLASH`.
#[derive(Debug, Clone, Copy)]
struct Latency {
    device: usize,
    word: u32,
    mask: u32,
    shift: u32,
}

/// Where the Cortex-M0+ chips that have one put the single-cycle I/O port (RM0377 section 2.1: bus S1 to the GPIO
/// ports at `0x5000_0000`).
const IO_PORT: std::ops::Range<u32> = 0x5000_0000..0x6000_0000;

impl System {
    pub(crate) fn new(
        chip: &Chip,
        crystals: Crystals,
        description: &Description,
    ) -> Result<Self, Error> {
        let mut pins = Pins::default();
        let devices = Devices::new(chip, description, crystals, &mut pins)?;
        let latency = find_latency(&devices);
        let clock = Clock::new(ClockTree::undivided(Frequency::hz(chip.reset_clock_hz)));
        let mut system = Self {
            memories: Memories::new(&chip.memories),
            devices,
            pins,
            switches: clock.switches(),
            clock,
            console: Console::default(),
            findings: Findings::default(),
            scheduler: Scheduler::default(),
            lines: 0,
            holes: BTreeMap::new(),
            limit: None,
            stop_at: u64::MAX,
            latency,
            wait_states: 0,
            generation: 0,
            io_port: chip.core == Core::CortexM0Plus,
        };
        system.reset(Reset::PowerOn, 0);
        Ok(system)
    }

    /// Resets every peripheral.
    pub(crate) fn reset(&mut self, reset: Reset, cycle: u64) {
        for index in 0..self.devices.list.len() {
            self.reset_device(index, reset, cycle);
        }
        self.refresh_gates(cycle);
        self.refresh_latency();
        self.after_model(cycle);
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
        let mut context = Context {
            cycle,
            device: DeviceIndex(index as u16),
            file: &mut device.file,
            pins: &mut self.pins,
            clock: &mut self.clock,
            scheduler: &mut self.scheduler,
            lines: &mut self.lines,
        };
        Some(action(model.as_mut(), &mut context))
    }

    /// Heeds what a model may have done to the clock and to the pin that is waited for.
    #[inline]
    fn after_model(&mut self, cycle: u64) {
        if self.clock.switches() != self.switches {
            self.switches = self.clock.switches();
            // A pause is only ever sooner than it was asked for: the board looks again after it.
            self.set_limit(self.limit);
        }
        if self.pins.awaited_edge_came() {
            self.stop_at = self.stop_at.min(cycle);
        }
    }

    /// Sets the virtual time at which a run ends.
    pub(crate) fn set_limit(&mut self, limit: Option<Time>) {
        self.limit = limit;
        self.stop_at = limit.map_or(u64::MAX, |time| self.clock.cycle_at(time));
    }

    /// Ends the run at a cycle before its limit.
    pub(crate) fn pause_at(&mut self, cycle: u64) {
        self.stop_at = self.stop_at.min(cycle);
    }

    /// Lets the run go on to its limit.
    pub(crate) fn lift_pause(&mut self) {
        self.set_limit(self.limit);
    }

    /// Drives a pin from outside.
    pub(crate) fn drive(&mut self, pin: PinId, level: Option<bool>, cycle: u64) {
        if let Some(owner) = self.pins.set_external(pin, level, cycle) {
            self.with_model(usize::from(owner), cycle, |model, context| {
                model.pins_changed(context);
            });
            self.after_model(cycle);
        }
    }

    /// Works out anew which peripherals have a clock and which are held in reset.
    fn refresh_gates(&mut self, cycle: u64) {
        let Some(rcc) = self.devices.rcc else { return };
        for index in 0..self.devices.list.len() {
            let Some(rcc) = self.devices.list.get(rcc) else {
                return;
            };
            let Some(device) = self.devices.list.get(index) else {
                return;
            };
            let is_set = |bit: &GateBit| rcc.file.get(bit.word) & bit.mask != 0;
            let clocked = device.gate.enable.as_ref().is_none_or(is_set);
            let held = device.gate.reset.as_ref().is_some_and(is_set);
            if held && !device.held {
                self.reset_device(index, Reset::Peripheral, cycle);
            }
            if let Some(device) = self.devices.list.get_mut(index) {
                (device.clocked, device.held) = (clocked, held);
            }
        }
    }

    fn refresh_latency(&mut self) {
        let Some(latency) = self.latency else { return };
        let Some(device) = self.devices.list.get(latency.device) else {
            return;
        };
        let wait_states = (device.file.get(latency.word) & latency.mask) >> latency.shift;
        if wait_states != self.wait_states {
            self.wait_states = wait_states;
            self.generation = self.generation.wrapping_add(1);
        }
    }

    /// Code memory was changed from outside.
    pub(crate) fn code_changed(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    #[inline]
    fn device_read(&mut self, index: usize, address: u32, width: Width, at: At) -> u32 {
        let Some(device) = self.devices.list.get_mut(index) else {
            return 0;
        };
        let offset = address.wrapping_sub(device.base);
        if !device.clocked || device.held {
            return self.dead_read(index, offset, width, at);
        }
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
        value.unwrap_or_else(|| {
            self.holes.entry(address).or_default().0 += 1;
            0
        })
    }

    #[inline]
    fn device_write(&mut self, index: usize, address: u32, width: Width, value: u32, at: At) {
        let Some(device) = self.devices.list.get_mut(index) else {
            return;
        };
        let offset = address.wrapping_sub(device.base);
        if !device.clocked || device.held {
            self.report_dead(index, offset, width, true, at);
            return;
        }
        if device
            .file
            .layout()
            .word(offset)
            .is_some_and(|word| word.writable == 0)
        {
            self.report_read_only(index, offset, width, at);
            return;
        }
        let done = if device.model.is_some() {
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
        }
    }

    #[cold]
    fn dead_read(&mut self, index: usize, offset: u32, width: Width, at: At) -> u32 {
        self.report_dead(index, offset, width, false, at);
        let device = self.devices.list.get(index);
        // Without a clock nothing answers; in reset the registers show their reset values.
        device
            .filter(|device| device.clocked)
            .and_then(|device| device.file.peek(offset, width))
            .unwrap_or(0)
    }

    #[cold]
    fn report_dead(&mut self, index: usize, offset: u32, width: Width, write: bool, at: At) {
        let Some(device) = self.devices.list.get(index) else {
            return;
        };
        let subject = dead_subject(device.base.wrapping_add(offset), write);
        let rcc = self
            .devices
            .rcc
            .and_then(|rcc| self.devices.list.get(rcc))
            .map_or("RCC", |rcc| rcc.name.as_str());
        let register = || device.register_name(offset, width);
        if let (false, Some(gate)) = (device.clocked, &device.gate.enable) {
            self.findings
                .report(&checks::clock_gated::RULE, subject, at.pc, at.cycle, || {
                    let gate = (rcc, gate.register.as_str(), gate.field.as_str());
                    checks::clock_gated::detail(&device.name, &register(), write, gate)
                });
        } else if let Some(gate) = &device.gate.reset {
            self.findings.report(
                &checks::held_in_reset::RULE,
                subject,
                at.pc,
                at.cycle,
                || {
                    let path = format!("{rcc}.{}.{}", gate.register, gate.field);
                    checks::held_in_reset::detail(&device.name, &register(), write, &path)
                },
            );
        }
    }

    #[cold]
    fn report_read_only(&mut self, index: usize, offset: u32, width: Width, at: At) {
        let Some(device) = self.devices.list.get(index) else {
            return;
        };
        let subject = u64::from(device.base.wrapping_add(offset));
        self.findings.report(
            &checks::write_to_read_only::RULE,
            subject,
            at.pc,
            at.cycle,
            || checks::write_to_read_only::detail(&device.register_name(offset, width)),
        );
    }

    #[cold]
    fn report_unmapped(&mut self, address: u32, write: bool, at: At) -> BusFault {
        let subject = dead_subject(address, write);
        self.findings
            .report(&checks::unmapped::RULE, subject, at.pc, at.cycle, || {
                checks::unmapped::detail(address, write)
            });
        BusFault
    }

    #[cold]
    fn report_flash_write(&mut self, address: u32, kind: MemoryKind, at: At) -> BusFault {
        self.findings.report(
            &checks::write_to_flash::RULE,
            u64::from(address),
            at.pc,
            at.cycle,
            || checks::write_to_flash::detail(address, kind),
        );
        BusFault
    }

    /// The peripheral at an address, and the address's offset in it.
    pub(crate) fn device_at(&self, address: u32) -> Option<(&Device, u32)> {
        let device = self.devices.list.get(self.devices.map.find(address)?)?;
        Some((device, address.wrapping_sub(device.base)))
    }

    /// Registers that were used without a model, and addresses without a register, by address: name, reads, writes.
    pub(crate) fn unmodelled(&self) -> Vec<(u32, String, u64, u64)> {
        let mut list = Vec::new();
        for device in self
            .devices
            .list
            .iter()
            .filter(|device| device.model.is_none())
        {
            for used in device.file.uses() {
                let name = device.register_name(used.offset, Width::Word);
                list.push((
                    device.base.wrapping_add(used.offset),
                    name,
                    used.reads,
                    used.writes,
                ));
            }
        }
        for (address, (reads, writes)) in &self.holes {
            let name = match self.device_at(*address) {
                Some((device, offset)) => format!("{}+{offset:#x}", device.name),
                None => format!("{address:#010x}"),
            };
            list.push((*address, name, *reads, *writes));
        }
        list.sort();
        list
    }
}

fn find_latency(devices: &Devices) -> Option<Latency> {
    let device = devices.position("FLASH")?;
    let acr = devices.list.get(device)?.file.layout().register("ACR")?;
    let (mask, shift) = acr.field("LATENCY")?;
    (acr.offset % 4 == 0).then_some(Latency {
        device,
        word: acr.offset,
        mask,
        shift,
    })
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
        if let Some(index) = self.devices.map.find(address) {
            return Ok(self.device_read(index, address, width, at));
        }
        self.memories
            .read(address, width)
            .ok_or_else(|| self.report_unmapped(address, false, at))
    }

    fn write(&mut self, address: u32, width: Width, value: u32, at: At) -> Result<(), BusFault> {
        if let Some(index) = self.devices.map.find(address) {
            self.device_write(index, address, width, value, at);
            return Ok(());
        }
        match self.memories.kind_at(address) {
            Some(MemoryKind::Ram) if self.memories.write_other_ram(address, width, value) => Ok(()),
            Some(kind) => Err(self.report_flash_write(address, kind, at)),
            None => Err(self.report_unmapped(address, true, at)),
        }
    }

    fn fetch(&mut self, address: u32) -> Result<u16, BusFault> {
        let halfword = self.memories.read(address, Width::Halfword);
        halfword.map(|halfword| halfword as u16).ok_or(BusFault)
    }

    fn peek(&self, address: u32, width: Width) -> Option<u32> {
        if let Some((device, offset)) = self.device_at(address) {
            return if device.clocked {
                device.file.peek(offset, width)
            } else {
                Some(0)
            };
        }
        self.memories.read(address, width)
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
        if self.wait_states > 0 && address & 2 == 0 && self.memories.is_flash(address) {
            self.wait_states
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
        self.stop_at
    }

    fn advance(&mut self, cycle: u64) {
        while let Some((DeviceIndex(device), token, due)) = self.scheduler.take_due(cycle) {
            self.with_model(usize::from(device), due, |model, context| {
                model.event(token, context);
            });
            self.after_model(cycle);
        }
    }

    fn stable_until(&self, address: u32, _: Width, cycle: u64) -> u64 {
        let Some((device, offset)) = self.device_at(address) else {
            return u64::MAX;
        };
        if !device.clocked || device.held {
            return u64::MAX;
        }
        match &device.model {
            Some(model) => model.stable_until(offset, &device.file, cycle),
            None if device.file.is_stable(offset) => u64::MAX,
            None => cycle,
        }
    }

    fn repeated(&mut self, address: u32, _: Width, at: At, times: u64) {
        let Some(index) = self.devices.map.find(address) else {
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
}

/// Tells apart what one instruction does wrong at different addresses, and reading from writing.
const fn dead_subject(address: u32, write: bool) -> u64 {
    (address as u64) << 1 | write as u64
}
