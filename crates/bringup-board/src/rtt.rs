//! Real Time Transfer: what firmware leaves in buffers in RAM, for a debugger to read while it runs.
//!
//! A control block names ring buffers for each direction. The one who writes moves `WrOff`, the one who reads moves `RdOff`. Source: SEGGER's
//! *J-Link User Guide* (UM08001), chapter "RTT", and `SEGGER_RTT.h`; `rtt-target` and `defmt-rtt` lay out the same.
//!
//! Here the board reads as a probe does that is never late. Once the control block is there, firmware that looks how much room a
//! buffer has (it reads `RdOff`) finds it empty, so that nothing is dropped, and firmware that waits for room goes on. To notice that costs no store and no load of other
//! memory anything: the word of `RdOff` is kept as one that nobody has written, and reads of those are looked at anyway. The firmware's
//! memory depends on nothing but its own accesses; when the board looks into the buffers changes only when text appears.

use std::ops::Range;
use std::sync::Arc;

use bringup_cpu::Width;
use bringup_device::catalogue::MemoryKind;

use crate::board::Board;
use crate::bus::System;
use crate::clock::Time;
use crate::memory::Memories;

/// Port of the console for what comes out of channel 0.
pub const RTT: &str = "RTT";
/// Port of the console for a channel of that name: binary frames of the crate `defmt`.
pub const DEFMT: &str = "defmt";

/// What a control block begins with, as soon as firmware has set it up.
const ID: [u8; 16] = *b"SEGGER RTT\0\0\0\0\0\0";
/// Channels of each direction that are looked at; more is no control block.
const MOST_CHANNELS: u32 = 16;
/// Longest buffer, in bytes; more is no buffer.
const LONGEST: u32 = 1 << 20;
/// Offset of the first channel in a control block.
const CHANNELS: u32 = 24;
/// Bytes from one channel to the next.
const CHANNEL: u32 = 24;
/// Offsets of a channel's words.
const NAME: u32 = 0;
const BUFFER: u32 = 4;
const SIZE: u32 = 8;
const WR_OFF: u32 = 12;
const RD_OFF: u32 = 16;

/// From one look to the next once the control block was found, in nanoseconds: what a fast probe manages.
const PERIOD: u64 = 1_000_000;
/// Until the first look. The time from look to look doubles until the control block is found.
const FIRST: u64 = 100_000;
/// Longest time between two searches for a control block, each of which goes through all of RAM. Firmware that has none when that
/// much is over will have none.
const LAST_SEARCH: u64 = 1_000 * PERIOD;

/// Where the control block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Place {
    /// Nothing is loaded.
    #[default]
    NoProgram,
    /// The firmware has none.
    None,
    /// The firmware's symbols say where.
    At(u32),
    /// The firmware has no symbols that would say: it is searched for in RAM.
    Anywhere,
}

/// What is known of the firmware's channels.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rtt {
    /// A debugger reads the channels, and the board does not.
    off: bool,
    place: Place,
    /// Address of the control block that was found.
    block: Option<u32>,
    /// When to look next, in nanoseconds; `None` for never.
    due: Option<u64>,
    /// Nanoseconds from this look to the next.
    period: u64,
    /// The core would have stopped, had the next look nothing to do.
    pub(crate) awaited: bool,
    up: Vec<Up>,
    /// What the world outside has sent and the firmware's buffer had no room for yet.
    pending: Vec<u8>,
}

/// A channel from firmware to the world.
#[derive(Debug, Clone)]
struct Up {
    /// Address of its description.
    at: u32,
    /// Port of the console.
    port: String,
    /// Offset in its buffer up to which the console has it.
    shown: u32,
}

/// The description of a channel.
struct Ring {
    buffer: u32,
    size: u32,
    write: u32,
    read: u32,
}

impl Ring {
    /// Reads a description; `None` if it can be none.
    fn of(memories: &Memories, at: u32) -> Option<Self> {
        let word = |offset| memories.read(at.checked_add(offset)?, Width::Word);
        let ring = Self {
            buffer: word(BUFFER)?,
            size: word(SIZE)?,
            write: word(WR_OFF)?,
            read: word(RD_OFF)?,
        };
        let fits = (1..=LONGEST).contains(&ring.size);
        (fits && ring.write < ring.size && ring.read < ring.size).then_some(ring)
    }

    /// The bytes from one offset to another, around the end.
    fn bytes(&self, memories: &Memories, from: u32, to: u32) -> Vec<u8> {
        let parts: [Range<u32>; 2] = if from <= to {
            [from..to, 0..0]
        } else {
            [from..self.size, 0..to]
        };
        let byte = |offset| memories.read(self.buffer.checked_add(offset)?, Width::Byte);
        let bytes = parts.into_iter().flatten().map_while(byte);
        bytes.map(|byte| byte as u8).collect()
    }

    /// How many bytes can be written: one fewer than the buffer holds, as a full one would look empty.
    const fn room(&self) -> u32 {
        (self.read + self.size - self.write - 1) % self.size
    }
}

/// The control block at an address: how many channels it has from firmware, and to firmware.
fn block_at(memories: &Memories, at: u32) -> Option<(u32, u32)> {
    let mut id = (0_u32..).zip(ID);
    let matches = |(offset, byte): (u32, u8)| {
        let here = at.checked_add(offset);
        here.and_then(|here| memories.read(here, Width::Byte)) == Some(u32::from(byte))
    };
    if !id.all(matches) {
        return None;
    }
    let word = |offset| memories.read(at.checked_add(offset)?, Width::Word);
    let (up, down) = (word(16)?, word(20)?);
    (up <= MOST_CHANNELS && down <= MOST_CHANNELS).then_some((up, down))
}

/// The port of the console for a channel from firmware.
fn port_of(memories: &Memories, at: u32, index: u32) -> String {
    let name = memories.read(at.wrapping_add(NAME), Width::Word);
    let byte = |offset| memories.read(name?.checked_add(offset)?, Width::Byte);
    let name: Vec<u8> = (0..16)
        .map_while(byte)
        .map(|byte| byte as u8)
        .take_while(|byte| *byte != 0)
        .collect();
    match index {
        _ if name == DEFMT.as_bytes() => DEFMT.into(),
        0 => RTT.into(),
        _ => format!("{RTT}{index}"),
    }
}

impl Board {
    /// Whether the board reads what firmware writes to channels of Real Time Transfer, and shows it on the
    /// [console](Board::console). It does unless it is told otherwise: a debugger that reads them itself needs it to leave them alone.
    pub fn listen_to_rtt(&mut self, on: bool) {
        let place = self.system.rtt.place;
        Arc::make_mut(&mut self.pristine).rtt.off = !on;
        self.system.rtt.off = !on;
        self.system.start_rtt(place);
    }
}

impl Rtt {
    /// Whether reads at an address are looked at.
    pub(crate) fn is_watched(&self, address: u32) -> bool {
        self.channel(address).is_some()
    }

    /// The channel whose `RdOff` is at an address.
    fn channel(&self, address: u32) -> Option<usize> {
        let here = |up: &Up| address & !3 == up.at.wrapping_add(RD_OFF);
        self.up.iter().position(here)
    }

    /// When the board is to look next.
    pub(crate) fn due(&self) -> Option<Time> {
        self.due.map(Time::from_nanos)
    }

    /// Plans the next look after one at `now`, in nanoseconds.
    fn plan(&mut self, now: u64) {
        self.period = match (self.block, self.place) {
            (Some(_), _) => PERIOD,
            (None, Place::Anywhere) => 2 * self.period,
            (None, _) => (2 * self.period).min(PERIOD),
        };
        let next = |due: u64| due.max(now).saturating_add(self.period);
        self.due = self.due.map(next).filter(|_| self.period <= LAST_SEARCH);
    }
}

/// Looking for the control block, and at reads of it.
impl System {
    /// Starts to read the channels of firmware whose control block is at a place.
    pub(crate) fn start_rtt(&mut self, place: Place) {
        self.unwatch_rtt();
        let off = self.rtt.off;
        let active = !off && matches!(place, Place::At(_) | Place::Anywhere);
        self.rtt = Rtt {
            off,
            place,
            period: FIRST,
            due: active.then_some(FIRST),
            ..Rtt::default()
        };
        self.plan_look();
    }

    /// Looks into the buffers if it is time to; whether it was.
    pub(crate) fn look_at_rtt(&mut self, cycle: u64) -> bool {
        let is_due = |due| self.clock.cycle_at(due) <= cycle;
        if !self.rtt.due().is_some_and(is_due) {
            return false;
        }
        self.find_rtt();
        for index in 0..self.rtt.up.len() {
            self.watch_rtt(index);
            self.show_rtt(index);
        }
        self.deliver_rtt();
        let now = self.clock.time_at(cycle).in_attoseconds() / 1_000_000_000;
        self.rtt.plan(now as u64);
        self.plan_look();
        true
    }

    /// Whether the next look may do something that firmware can see.
    pub(crate) fn has_rtt_to_do(&self) -> bool {
        if self.rtt.due.is_none() {
            return false;
        }
        let known = |up: &Up| {
            let at = up.at.wrapping_add(RD_OFF);
            !self.memories.ram.is_unknown(at, Width::Word)
        };
        let has_room = || self.rtt_input().is_some_and(|(_, ring)| ring.room() > 0);
        match self.rtt.block {
            // Searching takes too long to do it often.
            None if self.rtt.place == Place::Anywhere => true,
            None => self.rtt_block().is_some(),
            Some(_) => self.rtt.up.iter().any(known) || !self.rtt.pending.is_empty() && has_room(),
        }
    }

    /// The control block as it is in memory now.
    fn rtt_block(&self) -> Option<u32> {
        let here = |at: &u32| block_at(&self.memories, *at).is_some();
        match self.rtt.place {
            Place::At(at) => Some(at).filter(here),
            Place::Anywhere => (self.rtt.block.filter(here)).or_else(|| search(&self.memories)),
            Place::NoProgram | Place::None => None,
        }
    }

    /// Finds the control block and its channels, which firmware may have set up anew.
    fn find_rtt(&mut self) {
        self.rtt.block = self.rtt_block();
        let channels = self.rtt.block.and_then(|at| block_at(&self.memories, at));
        let (first, count) = match (self.rtt.block, channels) {
            (Some(at), Some((up, _))) => (at.wrapping_add(CHANNELS), up),
            _ => (0, 0),
        };
        let places = (0..count).map(|index| first.wrapping_add(index * CHANNEL));
        if !places.clone().eq(self.rtt.up.iter().map(|up| up.at)) {
            self.unwatch_rtt();
            let up = (0_u32..).zip(places).map(|(index, at)| Up {
                at,
                port: port_of(&self.memories, at, index),
                shown: 0,
            });
            self.rtt.up = up.collect();
        }
    }

    /// Has reads of a channel's `RdOff` looked at, if firmware has written there since they were.
    fn watch_rtt(&mut self, index: usize) {
        let Some(up) = self.rtt.up.get_mut(index) else {
            return;
        };
        let at = up.at.wrapping_add(RD_OFF);
        if let Some(ring) = Ring::of(&self.memories, up.at)
            && !self.memories.ram.is_unknown(at, Width::Word)
        {
            up.shown = ring.read;
            self.memories.ram.set_known(at, Width::Word, false);
        }
    }

    /// Has no reads looked at any more.
    fn unwatch_rtt(&mut self) {
        for up in self.rtt.up.drain(..) {
            let at = up.at.wrapping_add(RD_OFF);
            self.memories.ram.set_known(at, Width::Word, true);
        }
    }

    /// Firmware is about to read how far a channel was read, if that is what is at this address: all of it was.
    #[inline]
    pub(crate) fn catch_up_with_rtt(&mut self, address: u32, cycle: u64) {
        if let Some(index) = self.rtt.channel(address) {
            self.empty_rtt(index, address & !3, cycle);
        }
    }

    fn empty_rtt(&mut self, index: usize, at: u32, cycle: u64) {
        // What firmware has written there itself since the last look is what it wants to read.
        if self.memories.ram.is_unknown(at, Width::Word)
            && let Some(read) = self.show_rtt(index)
        {
            self.memories.ram.store(at, Width::Word, read);
            self.memories.ram.set_known(at, Width::Word, false);
            self.after_model(cycle);
        }
    }
}

/// Reading and writing the buffers.
impl System {
    /// Prints what firmware has written since the last look, and changes nothing else.
    pub(crate) fn show_all_rtt(&mut self) {
        for index in 0..self.rtt.up.len() {
            self.show_rtt(index);
        }
    }

    /// Prints what a channel holds that was not printed yet; returns up to where that is.
    fn show_rtt(&mut self, index: usize) -> Option<u32> {
        let up = self.rtt.up.get_mut(index)?;
        let ring = Ring::of(&self.memories, up.at)?;
        let shown = up.shown.min(ring.size - 1);
        let bytes = ring.bytes(&self.memories, shown, ring.write);
        up.shown = ring.write;
        self.console.print(&up.port, &bytes);
        Some(ring.write)
    }

    /// The world outside sends bytes to the first channel to firmware; false if the firmware has no channels.
    pub(crate) fn send_to_rtt(&mut self, bytes: &[u8]) -> bool {
        if self.rtt.off || self.rtt.place == Place::None {
            return false;
        }
        self.rtt.pending.extend_from_slice(bytes);
        self.deliver_rtt();
        true
    }

    /// The first channel to firmware, if its buffer is in RAM.
    fn rtt_input(&self) -> Option<(u32, Ring)> {
        let block = self.rtt.block?;
        let (up, down) = block_at(&self.memories, block)?;
        let at = block.wrapping_add(CHANNELS + up * CHANNEL);
        let ring = Ring::of(&self.memories, at).filter(|_| down > 0)?;
        let ends = [ring.buffer, ring.buffer.checked_add(ring.size - 1)?];
        let is_ram = |at| self.memories.kind_at(at) == Some(MemoryKind::Ram);
        ends.into_iter().all(is_ram).then_some((at, ring))
    }

    /// Writes what was sent into the firmware's buffer, as far as there is room.
    fn deliver_rtt(&mut self) {
        if self.rtt.pending.is_empty() {
            return;
        }
        let Some((at, ring)) = self.rtt_input() else {
            return;
        };
        let count = self.rtt.pending.len().min(ring.room() as usize);
        let mut write = ring.write;
        for byte in self.rtt.pending.drain(..count) {
            let to = ring.buffer.wrapping_add(write);
            self.memories.poke(to, &[byte]);
            write = (write + 1) % ring.size;
        }
        let moved = at.wrapping_add(WR_OFF);
        self.memories.poke(moved, &write.to_le_bytes());
    }
}

/// Searches the RAM for a control block.
fn search(memories: &Memories) -> Option<u32> {
    let (origin, length) = (memories.ram.origin(), memories.ram.len());
    let first = u32::from_le_bytes([ID[0], ID[1], ID[2], ID[3]]);
    (0..length / 4)
        .map(|index| origin + 4 * index)
        .filter(|at| {
            memories
                .ram
                .cell(*at)
                .is_some_and(|cell| cell.value(*at, Width::Word) == first)
        })
        .find(|at| block_at(memories, *at).is_some())
}
