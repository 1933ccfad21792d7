//! DMA controller of the STM32L0, F0, F1, F3, L1 and L4: RM0377 and RM0091, chapter "Direct memory access controller".
//!
//! | part | modelled |
//! |---|---|
//! | `CCRx` | `EN`, direction, increments, sizes, circular and memory-to-memory mode, priority, interrupts; read-only but for `EN` and the interrupts while the channel is enabled |
//! | `CNDTRx`, `CPARx`, `CMARx` | read-only while the channel is enabled; addresses are aligned to the size of the access |
//! | sizes | both accesses have their own: upper bits are lost or zero, addresses go on by their own size (table "Programmable data width and endian behavior") |
//! | `ISR`, `IFCR` | half transfer, transfer complete, transfer error; `GIFx` is set with any of them and cleared by `CGIFx`, which clears the others too |
//! | errors | an address where nothing answers, or of which no bus leads there, disables the channel |
//! | arbiter | before each transfer: priority, then the lower number |
//! | requests | those of `CSELR` or of `SYSCFG_CFGR1`; of several that lead to a channel any |
//! | time | see below; the clock gate and stop mode halt it |
//! | how it slows down the core, wait states of the flash, sleep mode without its clock (`DMASMEN`) | not modelled |
//!
//! # Time
//!
//! A transfer takes one cycle of the AHB each for the arbiter, for the address, and for the acknowledgement, and the two accesses: one cycle to
//! memory and peripherals of the AHB; to those of an APB one cycle to come to the bridge and two cycles of the APB. Transfers follow each other. These
//! are the steps of application note AN2548, chapter "DMA latency", when the core leaves the bus alone. Both accesses are made when the time is
//! over.

mod channel;

use bringup_cpu::Width;

use crate::checks::write_to_read_only;
use crate::peripheral::{Context, Model, Reset, Setup};
use crate::registers::RegisterFile;
use crate::requests::{Requests, Transfer};
use channel::{CCR_CIRC, CCR_EN, CCR_LOCKED, CCR_MEM2MEM, Channel};

const ISR: u32 = 0x00;
const IFCR: u32 = 0x04;
const CCR1: u32 = 0x08;
/// From the registers of a channel to those of the next one.
const STRIDE: u32 = 0x14;
const CNDTR: u32 = 0x04;
const CPAR: u32 = 0x08;
const CMAR: u32 = 0x0C;
const CSELR: u32 = 0xA8;

/// Flags of a channel in `ISR` and `IFCR`, from bit `4 (x - 1)` on.
const GIF: u32 = 1 << 0;
const TCIF: u32 = 1 << 1;
const HTIF: u32 = 1 << 2;
const TEIF: u32 = 1 << 3;

/// Event: the transfer under way is due.
const DUE: u32 = 0;

/// The clock is off in the RCC.
const GATED: u8 = 1 << 0;
/// The clock stands still in stop mode.
const STOPPED: u8 = 1 << 1;

/// What has to be so for a request to lead to a channel.
#[derive(Debug, Clone, Copy)]
pub enum Route {
    /// `CSELR.CxS` has this code.
    Code(u32),
    /// These bits of `SYSCFG_CFGR1` are 0.
    Usual(u32),
    /// These bits of `SYSCFG_CFGR1` are 1.
    Remapped(u32),
}

/// A request that can lead to a channel: its number, the name of the request line, and when.
pub type Source = (usize, &'static str, Route);

/// What a family's controller is like.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Interrupt of each channel, where the SVD file does not say.
    pub interrupts: &'static [u32],
    /// All requests.
    pub sources: &'static [Source],
}

/// A controller.
#[derive(Debug, Clone)]
pub struct Dma {
    name: String,
    channels: Vec<Channel>,
    /// By channel: lines that can lead there, and when.
    sources: Vec<(usize, Requests, Route)>,
    /// By channel: lines that lead there now, and `CSELR` and `SYSCFG_CFGR1` that say so.
    leading: Vec<Requests>,
    chosen: (u32, u32),
    /// The channel whose transfer is under way.
    busy: Option<usize>,
    /// The bus makes its accesses.
    accessing: bool,
    /// A channel waits for the world outside.
    waits: bool,
    /// Why its clock is off: `GATED`, `STOPPED`.
    off: u8,
}

/// Offset of the first register of a channel, which counts from 0.
const fn registers(index: usize) -> u32 {
    CCR1 + STRIDE * index as u32
}

impl Dma {
    /// Makes the model of a controller with as many channels as `kind` has interrupts for.
    pub fn new(setup: &mut Setup<'_>, kind: Kind) -> Self {
        setup.correct(ISR, |word| word.make_read_only(word.covered));
        setup.correct(IFCR, |word| word.make_command(word.covered));
        let mut channels = Vec::new();
        for (index, irq) in kind.interrupts.iter().enumerate() {
            let first = registers(index);
            let sizes = "0, 1 and 2 are 8, 16 and 32 bits";
            setup.allow(first, 0b11 << 8, 0..=2, sizes);
            setup.allow(first, 0b11 << 10, 0..=2, sizes);
            channels.push(Channel::new(
                interrupt(setup, index as u32 + 1).unwrap_or(*irq),
            ));
        }
        // SVD files of a whole family have registers that the smaller chips lack.
        let mut first = registers(channels.len());
        while first < CSELR {
            for offset in [0, CNDTR, CPAR, CMAR] {
                setup.correct(first + offset, |word| word.make_read_only(word.covered));
            }
            first += STRIDE;
        }
        let sources = kind.sources.iter();
        Self {
            name: setup.name.to_owned(),
            channels,
            sources: sources
                .map(|(number, line, route)| (number - 1, Requests::find(line), *route))
                .collect(),
            leading: Vec::new(),
            chosen: (0, 0),
            busy: None,
            accessing: false,
            waits: false,
            off: 0,
        }
    }

    /// Works out which lines lead to which channel.
    fn route(&mut self, context: &Context<'_>) {
        let chosen = (context.file.get(CSELR), context.wires.requests.remaps);
        if self.chosen == chosen && !self.leading.is_empty() {
            return;
        }
        self.chosen = chosen;
        let (codes, remaps) = chosen;
        self.leading = vec![Requests::NONE; self.channels.len()];
        for (index, lines, route) in &self.sources {
            let leads = match *route {
                Route::Code(wanted) => codes >> (4 * index) & 0b1111 == wanted,
                Route::Usual(bits) => remaps & bits == 0,
                Route::Remapped(bits) => remaps & bits != 0,
            };
            if let Some(leading) = self.leading.get_mut(*index).filter(|_| leads) {
                *leading = leading.and(*lines);
            }
        }
    }

    /// Whether a channel has something to do now.
    fn is_requested(&self, index: usize, context: &Context<'_>) -> bool {
        let ccr = context.file.get(registers(index));
        if ccr & CCR_EN == 0 || context.file.get(registers(index) + CNDTR) == 0 {
            return false;
        }
        let high = context.wires.requests.high(self.leading[index]);
        ccr & CCR_MEM2MEM != 0 || !high.is_empty()
    }

    /// Begins the next transfer, if none is under way.
    fn arbitrate(&mut self, context: &mut Context<'_>) {
        if self.busy.is_some() || self.accessing || self.off != 0 {
            return;
        }
        let asking = (0..self.channels.len()).filter(|index| self.is_requested(*index, context));
        let priority = |index: &usize| context.file.get(registers(*index)) >> 12 & 0b11;
        let Some(next) = asking.min_by_key(|index| (3 - priority(index), *index)) else {
            self.note_waiting(context);
            return;
        };
        self.busy = Some(next);
        let ccr = context.file.get(registers(next));
        let (from, to) = self.channels[next].accesses(ccr);
        let time = STEPS + access_time(from.0, context) + access_time(to.0, context);
        context.at_cycle(DUE, context.cycle + time);
    }

    /// Notes whether any channel waits for the world outside.
    fn note_waiting(&mut self, context: &mut Context<'_>) {
        let waits = |index: usize| {
            let ccr = context.file.get(registers(index));
            ccr & (CCR_EN | CCR_MEM2MEM) == CCR_EN
                && context.file.get(registers(index) + CNDTR) != 0
                && self.leading[index].come_from_outside()
        };
        self.waits = (0..self.channels.len()).any(waits);
        context.wires.requests.awaits_outside = self.waits;
    }

    fn set_flags(index: usize, flags: u32, context: &mut Context<'_>) {
        let isr = context.file.get(ISR);
        context.file.set(ISR, isr | (flags | GIF) << (4 * index));
    }

    /// Flags that are set and whose interrupt is enabled, of the channels that share an interrupt.
    fn raising(&self, irq: u32, file: &RegisterFile) -> u32 {
        let mut flags = 0;
        for (index, channel) in self.channels.iter().enumerate() {
            if channel.irq == irq {
                // `TCIE`, `HTIE` and `TEIE` are where the flags are.
                let enabled = file.get(registers(index)) & (TCIF | HTIF | TEIF);
                flags |= enabled << (4 * index);
            }
        }
        flags & file.get(ISR)
    }

    fn update_lines(&self, context: &mut Context<'_>) {
        for channel in &self.channels {
            let level = self.raising(channel.irq, context.file) != 0;
            context.set_line(channel.irq, level);
        }
    }

    /// `EN` was written.
    fn switch(&mut self, index: usize, before: u32, context: &mut Context<'_>) {
        let first = registers(index);
        let ccr = context.file.get(first);
        if ccr & !before & CCR_EN != 0 {
            let pc = context.wires.pc;
            self.channels[index].start(context.file, first, pc);
        } else if before & !ccr & CCR_EN != 0 && self.busy == Some(index) {
            self.busy = None;
            context.cancel(DUE);
        }
    }

    /// What a write may change: nothing but `EN` and the interrupts while a channel is enabled.
    fn keep_locked(&self, offset: u32, before: u32, context: &mut Context<'_>) {
        let index = ((offset - CCR1) / STRIDE) as usize;
        let ccr = if offset == registers(index) {
            before
        } else {
            context.file.get(registers(index))
        };
        let new = context.file.get(offset);
        let locked = if offset != registers(index) {
            u32::MAX
        } else if new & CCR_EN != 0 {
            CCR_LOCKED
        } else {
            0
        };
        let lost = (new ^ before) & locked;
        if ccr & CCR_EN == 0 || lost == 0 {
            return;
        }
        context.file.set(offset, new ^ lost);
        let register = match offset - registers(index) {
            CNDTR => "CNDTR",
            CPAR => "CPAR",
            CMAR => "CMAR",
            _ => "CCR",
        };
        let number = index + 1;
        let register = format!("{}.{register}{number}", self.name);
        let enable = format!("{}.CCR{number}.EN", self.name);
        let detail = write_to_read_only::while_enabled(&register, &enable);
        context.report(&write_to_read_only::RULE, offset.into(), detail);
    }
}

/// Cycles of a transfer beside its accesses: arbiter, address, acknowledgement.
const STEPS: u64 = 3;

/// Core cycles that an access takes.
fn access_time(address: u32, context: &Context<'_>) -> u64 {
    let tree = context.clock.tree();
    match address {
        0x4000_0000..=0x4000_FFFF => 1 + 2 * u64::from(tree.apb1),
        0x4001_0000..=0x4001_FFFF => 1 + 2 * u64::from(tree.apb2),
        _ => 1,
    }
}

/// The interrupt of a channel by its number, whose name may join several: `DMA1_Channel4_7`, `DMA1_CH2_3`.
fn interrupt(setup: &Setup<'_>, number: u32) -> Option<u32> {
    let prefix = format!("{}_", setup.name);
    let covers = |name: &str| {
        let channels = name.strip_prefix(&prefix)?.strip_prefix("Ch");
        let channels = channels.or_else(|| name.strip_prefix(&prefix)?.strip_prefix("CH"))?;
        let digits = channels.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let mut numbers = digits.split('_').map_while(|part| part.parse::<u32>().ok());
        let first = numbers.next()?;
        let last = numbers.last().unwrap_or(first);
        (first..=last).contains(&number).then_some(())
    };
    let mut interrupts = setup.interrupts.iter();
    let found = interrupts.find(|(name, _)| covers(name.trim()).is_some());
    found.map(|(_, number)| *number)
}

impl Model for Dma {
    fn reset(&mut self, _: Reset, context: &mut Context<'_>) {
        context.file.reset();
        self.busy = None;
        self.route(context);
        self.update_lines(context);
        self.note_waiting(context);
    }

    fn write(&mut self, offset: u32, width: Width, value: u32, context: &mut Context<'_>) -> bool {
        let word = offset & !3;
        let before = context.file.get(word);
        if !context.file.write(offset, width, value) {
            return false;
        }
        if word == IFCR {
            let cleared = value << ((offset & 3) * 8);
            let isr = context.file.get(ISR);
            // The bits of `GIFx` stand for all four of a channel.
            let global = cleared & 0x1111_1111;
            context.file.set(ISR, isr & !(cleared | (global * 0b1111)));
        } else if (CCR1..registers(self.channels.len())).contains(&word) {
            self.keep_locked(word, before, context);
            let index = ((word - CCR1) / STRIDE) as usize;
            if word == registers(index) {
                self.switch(index, before, context);
            }
        }
        self.route(context);
        self.arbitrate(context);
        self.update_lines(context);
        true
    }

    fn requested(&mut self, context: &mut Context<'_>) {
        self.route(context);
        self.arbitrate(context);
    }

    fn event(&mut self, _: u32, context: &mut Context<'_>) {
        let Some(index) = self.busy else { return };
        self.accessing = true;
        context.wires.requests.acknowledge(self.leading[index]);
        let channel = &self.channels[index];
        let (from, to) = channel.accesses(context.file.get(registers(index)));
        context.wires.requests.ask(Transfer {
            controller: context.device,
            channel: index as u32 + 1,
            from,
            to,
            pc: channel.pc,
            cycle: context.cycle,
        });
    }

    fn transferred(&mut self, done: bool, context: &mut Context<'_>) {
        self.accessing = false;
        // The transfer may itself have reset the controller or disabled the channel.
        if let Some(index) = self.busy.take() {
            let first = registers(index);
            let ccr = context.file.get(first);
            if done {
                let left = context.file.get(first + CNDTR) - 1;
                let channel = &mut self.channels[index];
                channel.advance(ccr);
                let mut flags = if channel.is_half(left) { HTIF } else { 0 };
                flags |= if left == 0 { TCIF } else { 0 };
                if flags != 0 {
                    Self::set_flags(index, flags, context);
                    self.update_lines(context);
                }
                context.file.set(first + CNDTR, left);
                if left == 0 && ccr & CCR_CIRC != 0 {
                    self.channels[index].restart(context.file, first);
                }
            } else {
                Self::set_flags(index, TEIF, context);
                context.file.set(first, ccr & !CCR_EN);
                self.update_lines(context);
            }
        }
        self.arbitrate(context);
    }

    fn gated(&mut self, off: bool, context: &mut Context<'_>) {
        self.halt(GATED, off, context);
    }

    fn clock_changed(&mut self, context: &mut Context<'_>) {
        let stopped = context.clock.tree().stopped;
        self.halt(STOPPED, stopped, context);
    }

    fn awaits_outside(&self, offset: u32, _: &RegisterFile) -> bool {
        let count = offset >= CCR1 && (offset - CCR1) % STRIDE == CNDTR;
        self.waits && (offset & !3 == ISR || count)
    }

    fn raised(&self, irq: u32, file: &RegisterFile) -> Option<(u32, u32)> {
        let own = self.channels.iter().any(|channel| channel.irq == irq);
        own.then(|| (ISR, self.raising(irq, file)))
    }

    fn missing(&self, offset: u32, bits: u32, file: &RegisterFile) -> Option<String> {
        let index = match offset {
            ISR => bits.trailing_zeros() as usize / 4,
            _ => (offset.checked_sub(CCR1)? / STRIDE) as usize,
        };
        let number = index + 1;
        if index >= self.channels.len() {
            return None;
        }
        let first = registers(index);
        Some(if file.get(first) & CCR_EN == 0 {
            format!("set `CCR{number}.EN`")
        } else if file.get(first + CNDTR) == 0 {
            format!(
                "channel {number} has nothing to transfer: disable it, and write `CNDTR{number}`"
            )
        } else {
            format!(
                "channel {number} is not requested to transfer: enable that in the peripheral (`DMAT`, `DMAR`, `UDE`, `DMAEN`), and see which \
                 requests lead to the channel"
            )
        })
    }

    fn boxed_clone(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }
}

impl Dma {
    /// The clock stands still or goes on. What was under way is begun anew.
    fn halt(&mut self, why: u8, off: bool, context: &mut Context<'_>) {
        let before = self.off;
        self.off = self.off & !why | if off { why } else { 0 };
        if self.off != 0 && before == 0 && self.busy.take().is_some() {
            context.cancel(DUE);
        }
        if (self.off != 0) != (before != 0) {
            self.arbitrate(context);
        }
    }
}
