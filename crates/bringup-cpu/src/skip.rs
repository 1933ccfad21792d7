//! Finding loops that only wait, so that a core can jump over their turns.
//!
//! Most of an idle program's time goes into loops that poll a flag. One turn of such a loop, executed
//! while being watched, shows whether the next must be the same:
//!
//! - registers, flags and all memory written are at its end as they were at its beginning (a loop
//!   of a debug build pushes, calls and pops);
//! - nothing was written that is not plain memory;
//! - every read was without side effects, and its result is known to stay until some cycle
//!   ([`Bus::stable_until`]).
//!
//! Then each turn takes the same cycles and the same instructions, up to that cycle or the next event,
//! and any number of them can be counted instead of executed: cycles, instructions, memory and every later access
//! are what they would have been.
//!
//! Looking for such loops has to cost loops that compute next to nothing. [`LoopTable`] counts the
//! turns of each loop in a handful of instructions and waits twice as long after each failure.
//!
//! This module knows nothing of any instruction set. A core counts taken backward branches with
//! [`LoopTable::turn`], executes over a [`Watched`] bus, and compares its registers itself.

use alloc::vec::Vec;

use crate::bus::{At, Bus, BusFault, SystemAccess, Unpredictable, Width, hand_on_to_bus};

/// Loops remembered at a time.
const LOOPS: usize = 256;
/// Turns of a new loop before it is looked at.
const FIRST_PATIENCE: u32 = 8;
/// Turns between two looks at a loop that keeps failing.
const LAST_PATIENCE: u32 = 1 << 14;
/// Polled addresses that are remembered.
const POLLED: usize = 16;
/// Locations written that are remembered; a loop that writes more is not waiting.
const WRITTEN: usize = 256;

/// A loop, named by the address its backward branch goes to.
#[derive(Debug, Clone, Copy)]
struct Loop {
    target: u32,
    /// Turns until it is looked at again.
    left: u32,
    /// What `left` started from.
    patience: u32,
}

/// Counts the turns of loops.
#[derive(Debug, Clone)]
pub struct LoopTable {
    loops: [Loop; LOOPS],
}

impl Default for LoopTable {
    fn default() -> Self {
        let none = Loop {
            target: u32::MAX,
            left: FIRST_PATIENCE,
            patience: FIRST_PATIENCE,
        };
        Self {
            loops: [none; LOOPS],
        }
    }
}

impl LoopTable {
    /// The place of a loop; instructions are at least two bytes apart.
    #[inline]
    fn entry(&mut self, target: u32) -> &mut Loop {
        &mut self.loops[(target >> 1) as usize % LOOPS]
    }

    /// Counts a taken backward branch; true when it is time to look at the loop.
    #[inline]
    pub fn turn(&mut self, target: u32) -> bool {
        let entry = self.entry(target);
        if entry.target == target {
            entry.left = entry.left.wrapping_sub(1);
            entry.left == 0
        } else {
            // Two loops that fight for one place both become patient.
            *entry = Loop {
                target,
                left: entry.patience,
                patience: entry.patience,
            };
            false
        }
    }

    /// The next turn of this loop is to be looked at.
    pub fn arm(&mut self, target: u32) {
        let entry = self.entry(target);
        entry.target = target;
        entry.left = 1;
    }

    /// The loop does more than wait.
    pub fn failed(&mut self, target: u32) {
        let entry = self.entry(target);
        entry.patience = entry.patience.saturating_mul(2).min(LAST_PATIENCE);
        entry.left = entry.patience;
    }

    /// The loop waits, or something came in between.
    pub fn again(&mut self, target: u32) {
        let entry = self.entry(target);
        entry.patience = FIRST_PATIENCE;
        entry.left = 2;
    }

    /// The loop may wait, but an event ended the look at it.
    pub fn interrupted(&mut self, target: u32) {
        let entry = self.entry(target);
        entry.left = entry.patience;
    }
}

/// A place written by a watched loop and what it held before.
#[derive(Debug, Clone, Copy)]
struct Written {
    address: u32,
    width: Width,
    before: u32,
}

/// A device read by a watched loop.
#[derive(Debug, Clone, Copy)]
struct Read {
    address: u32,
    width: Width,
    at: At,
    times: u64,
}

/// What a watched loop did to the world.
#[derive(Debug, Clone)]
pub struct Record {
    written: Vec<Written>,
    devices: Vec<Read>,
    /// Reads of the core's own registers, with the number of them.
    system: Vec<(SystemAccess, At, u64)>,
    memory: Vec<u32>,
    /// Something happened that the next turn may do differently.
    changed: bool,
    stable_until: u64,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            written: Vec::new(),
            devices: Vec::new(),
            system: Vec::new(),
            memory: Vec::new(),
            changed: false,
            stable_until: u64::MAX,
        }
    }
}

impl Record {
    /// Begins anew.
    pub fn clear(&mut self) {
        self.written.clear();
        self.devices.clear();
        self.system.clear();
        self.memory.clear();
        self.changed = false;
        self.stable_until = u64::MAX;
    }

    /// Whether all memory written holds what it held at the beginning and nothing else was changed.
    pub fn is_undone<B: Bus>(&self, bus: &mut B) -> bool {
        !self.changed
            && self
                .written
                .iter()
                .all(|place| bus.fast_read(place.address, place.width) == Some(place.before))
    }

    /// Until when everything that was read stays as it was.
    pub fn stable_until(&self) -> u64 {
        self.stable_until
    }

    /// Devices read, in the order of their first read.
    pub fn devices(&self) -> impl Iterator<Item = u32> + '_ {
        self.devices.iter().map(|read| read.address)
    }

    /// Tells the bus that everything the loop read from devices would have been read in `turns` more turns.
    pub fn repeat<B: Bus>(&self, bus: &mut B, turns: u64) {
        for read in &self.devices {
            bus.repeated(read.address, read.width, read.at, read.times * turns);
        }
        for (access, at, times) in &self.system {
            bus.system_repeated(*access, *at, times * turns);
        }
    }

    /// Plain memory read and not written.
    pub fn memory(&self) -> impl Iterator<Item = u32> + '_ {
        let written = |address| {
            let covers =
                |place: &Written| u32::wrapping_sub(address, place.address) < place.width.bytes();
            self.written.iter().any(covers)
        };
        self.memory
            .iter()
            .copied()
            .filter(move |&address| !written(address))
    }

    fn note(list: &mut Vec<u32>, address: u32) {
        if list.len() < POLLED && !list.contains(&address) {
            list.push(address);
        }
    }

    /// A loop that reads more places than are remembered is not waiting.
    fn note_read(&mut self, address: u32, width: Width, at: At) {
        let same =
            |read: &&mut Read| (read.address, read.width, read.at.pc) == (address, width, at.pc);
        if let Some(read) = self.devices.iter_mut().find(same) {
            read.times += 1;
        } else if self.devices.len() < POLLED {
            self.devices.push(Read {
                address,
                width,
                at,
                times: 1,
            });
        } else {
            self.changed = true;
        }
    }

    fn note_system(&mut self, access: SystemAccess, at: At) {
        let same = |(other, from, _): &&mut (SystemAccess, At, u64)| {
            (other.address, from.pc) == (access.address, at.pc)
        };
        if access.write {
            self.changed = true;
        } else if let Some((.., times)) = self.system.iter_mut().find(same) {
            *times += 1;
        } else if self.system.len() < POLLED {
            self.system.push((access, at, 1));
        } else {
            self.changed = true;
        }
    }

    fn note_write(&mut self, address: u32, width: Width, before: Option<u32>) {
        let known = |place: &Written| place.address == address && place.width == width;
        match before {
            Some(_) if self.written.iter().any(known) => {}
            Some(before) if self.written.len() < WRITTEN => {
                self.written.push(Written {
                    address,
                    width,
                    before,
                });
            }
            _ => self.changed = true,
        }
    }
}

/// A bus that records what passes over it.
#[derive(Debug)]
pub struct Watched<'a, B> {
    bus: &'a mut B,
    record: &'a mut Record,
}

impl<'a, B: Bus> Watched<'a, B> {
    /// Records what is done to `bus` in `record`, in addition to what that already holds.
    pub fn new(bus: &'a mut B, record: &'a mut Record) -> Self {
        Self { bus, record }
    }
}

impl<B: Bus> Bus for Watched<'_, B> {
    hand_on_to_bus!();

    fn fast_read(&mut self, address: u32, width: Width) -> Option<u32> {
        let value = self.bus.fast_read(address, width)?;
        Record::note(&mut self.record.memory, address);
        Some(value)
    }

    fn fast_write(&mut self, address: u32, width: Width, value: u32) -> bool {
        let before = self.bus.fast_read(address, width);
        let done = self.bus.fast_write(address, width, value);
        if done {
            self.record.note_write(address, width, before);
        }
        done
    }

    fn read(&mut self, address: u32, width: Width, at: At) -> Result<u32, BusFault> {
        let stable = self.bus.stable_until(address, width, at.cycle);
        self.record.changed |= stable <= at.cycle;
        self.record.stable_until = self.record.stable_until.min(stable);
        self.record.note_read(address, width, at);
        self.bus.read(address, width, at)
    }

    fn write(&mut self, address: u32, width: Width, value: u32, at: At) -> Result<(), BusFault> {
        self.record.changed = true;
        self.bus.write(address, width, value, at)
    }

    fn system_access(&mut self, access: SystemAccess, at: At) {
        self.record.note_system(access, at);
        self.bus.system_access(access, at);
    }

    fn advance(&mut self, cycle: u64) {
        self.record.changed = true;
        self.bus.advance(cycle);
    }

    fn stop_at(&self) -> u64 {
        self.bus.stop_at()
    }

    fn ends_at(&self) -> u64 {
        self.bus.ends_at()
    }

    fn unpredictable(&mut self, what: &Unpredictable, at: At) {
        self.record.changed = true;
        self.bus.unpredictable(what, at);
    }

    fn stack_overflow(&mut self, sp: u32, at: At) {
        self.record.changed = true;
        self.bus.stack_overflow(sp, at);
    }
}
