//! Watchpoints: stopping after an access to a range of addresses.
//!
//! A core that has none runs over its bus as ever. With one it runs over a [`Guarded`] bus, which declines watched places
//! on the fast paths, makes the access on the slow one, and then wants the core to stop. So watchpoints cost
//! nothing where there are none, and change neither time nor any other access where there are.
//!
//! All data accesses of the core count: loads and stores of instructions, the frames of exceptions, and the registers of the
//! System Control Space. Fetching instructions and reading vectors do not, nor does an access that the bus refuses.

use alloc::vec::Vec;

use crate::bus::{
    At, Bus, BusFault, SystemAccess, UnknownUse, UnknownValue, Unpredictable, Width, hand_on_to_bus,
};

/// The accesses that a watchpoint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Watch {
    /// Loads.
    Read,
    /// Stores.
    Write,
    /// Both.
    Access,
}

/// A range of addresses, and the accesses to any byte of it that stop the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Watchpoint {
    /// First address.
    pub first: u32,
    /// Last address, which belongs to the range.
    pub last: u32,
    /// Which accesses.
    pub watch: Watch,
}

/// An access that a watchpoint stopped the core for. It has been made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchHit {
    /// Address of the access.
    pub address: u32,
    /// Its width.
    pub width: Width,
    /// Whether it was a store.
    pub write: bool,
    /// The instruction that made it; of an exception's frame, where execution was.
    pub pc: u32,
}

/// The watchpoints of a core, and the access that one of them saw.
#[derive(Debug, Clone, Default)]
pub struct Watchpoints {
    list: Vec<Watchpoint>,
    hit: Option<WatchHit>,
}

impl Watchpoints {
    /// Adds one, if it is not there already.
    pub fn insert(&mut self, watchpoint: Watchpoint) {
        if !self.list.contains(&watchpoint) {
            self.list.push(watchpoint);
        }
    }

    /// Takes one away; false if it is not there.
    pub fn remove(&mut self, watchpoint: &Watchpoint) -> bool {
        let before = self.list.len();
        self.list.retain(|other| other != watchpoint);
        self.list.len() < before
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether the core is to stop for an access.
    pub fn has_hit(&self) -> bool {
        self.hit.is_some()
    }

    /// The access that the core is to stop for; the first one of an instruction.
    pub fn take_hit(&mut self) -> Option<WatchHit> {
        self.hit.take()
    }

    fn covers(&self, address: u32, width: Width, write: bool) -> bool {
        let end = address.wrapping_add(width.bytes() - 1);
        self.list.iter().any(|watchpoint| {
            let meant = match watchpoint.watch {
                Watch::Read => !write,
                Watch::Write => write,
                Watch::Access => true,
            };
            meant && address <= watchpoint.last && end >= watchpoint.first
        })
    }

    fn note(&mut self, address: u32, width: Width, write: bool, pc: u32) {
        self.hit.get_or_insert(WatchHit {
            address,
            width,
            write,
            pc,
        });
    }
}

/// A bus on which some addresses are watched.
#[derive(Debug)]
pub struct Guarded<'a, B> {
    bus: &'a mut B,
    watchpoints: &'a mut Watchpoints,
}

impl<'a, B: Bus> Guarded<'a, B> {
    /// Watches what passes over `bus`.
    pub fn new(bus: &'a mut B, watchpoints: &'a mut Watchpoints) -> Self {
        Self { bus, watchpoints }
    }
}

impl<B: Bus> Bus for Guarded<'_, B> {
    hand_on_to_bus!();

    fn fast_read(&mut self, address: u32, width: Width) -> Option<u32> {
        if self.watchpoints.covers(address, width, false) {
            return None;
        }
        self.bus.fast_read(address, width)
    }

    fn fast_write(&mut self, address: u32, width: Width, value: u32) -> bool {
        !self.watchpoints.covers(address, width, true) && self.bus.fast_write(address, width, value)
    }

    fn read(&mut self, address: u32, width: Width, at: At) -> Result<u32, BusFault> {
        if !self.watchpoints.covers(address, width, false) {
            return self.bus.read(address, width, at);
        }
        let value = match self.bus.fast_read(address, width) {
            Some(value) => value,
            None => self.bus.read(address, width, at)?,
        };
        self.watchpoints.note(address, width, false, at.pc);
        Ok(value)
    }

    fn write(&mut self, address: u32, width: Width, value: u32, at: At) -> Result<(), BusFault> {
        if !self.watchpoints.covers(address, width, true) {
            return self.bus.write(address, width, value, at);
        }
        if !self.bus.fast_write(address, width, value) {
            self.bus.write(address, width, value, at)?;
        }
        self.watchpoints.note(address, width, true, at.pc);
        Ok(())
    }

    fn system_access(&mut self, access: SystemAccess, at: At) {
        let SystemAccess { address, write, .. } = access;
        self.bus.system_access(access, at);
        if self.watchpoints.covers(address, Width::Word, write) {
            self.watchpoints.note(address, Width::Word, write, at.pc);
        }
    }

    fn stop_at(&self) -> u64 {
        if self.watchpoints.has_hit() {
            return 0;
        }
        self.bus.stop_at()
    }

    fn ends_at(&self) -> u64 {
        if self.watchpoints.has_hit() {
            return 0;
        }
        self.bus.ends_at()
    }

    fn vector(&mut self, address: u32, at: At) -> Result<u32, BusFault> {
        self.bus.vector(address, at)
    }

    fn advance(&mut self, cycle: u64) {
        self.bus.advance(cycle);
    }

    fn sleep_deep(&mut self, cycle: u64) -> bool {
        self.bus.sleep_deep(cycle)
    }

    fn wake(&mut self, cycle: u64) {
        self.bus.wake(cycle);
    }

    fn unpredictable(&mut self, what: &Unpredictable, at: At) {
        self.bus.unpredictable(what, at);
    }

    fn exception_taken(&mut self, exception: u32, vector: u32, at: At) {
        self.bus.exception_taken(exception, vector, at);
    }

    fn exceptions_left(&mut self, active: u64) {
        self.bus.exceptions_left(active);
    }

    fn stack_overflow(&mut self, sp: u32, at: At) {
        self.bus.stack_overflow(sp, at);
    }

    fn set_unknown(&mut self, address: u32, width: Width, value: &UnknownValue) -> bool {
        self.bus.set_unknown(address, width, value)
    }

    fn unknown_used(&mut self, value: &UnknownValue, how: UnknownUse, at: At) {
        self.bus.unknown_used(value, how, at);
    }
}
