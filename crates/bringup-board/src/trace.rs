//! Every access to a register: recorded while the board runs, and written as lines of text afterwards.
//!
//! Recording is all that a run is slowed down by. The text needs nothing of the board but what [`TraceText`] took along,
//! so that another thread can write it while the board runs on.

use std::collections::HashMap;
use std::sync::Arc;

use bringup_cpu::{At, Bus as _, Width};

use crate::board::Board;
use crate::bus::System;
use crate::clock::Clock;
use crate::devices::Map;
use crate::image::Image;
use crate::registers::Layout;
use crate::symbols::Symbols;

/// One access to a register, or several of the same that a polling loop made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Core cycle at which the instruction began; of several the first.
    pub cycle: u64,
    /// Address of the instruction.
    pub pc: u32,
    /// Address of the access.
    pub address: u32,
    /// What was written, or what the read gave.
    pub value: u32,
    /// How often it was made.
    pub times: u64,
    /// Width of the access.
    pub width: Width,
    /// Whether it was a write.
    pub write: bool,
}

/// Accesses in the order they were made, and the clock that tells their times.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The accesses.
    pub accesses: Vec<Access>,
    /// The clock up to the last of them.
    pub clock: Clock,
}

/// Accesses after which a batch is handed over.
const BATCH: usize = 1 << 14;
/// Accesses back that a loop of reads may have begun.
const LOOP: usize = 8;

/// Accesses that were not handed over yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder {
    accesses: Vec<Access>,
    /// Where the run would have stopped, had it not been for a full batch.
    stop_at: Option<u64>,
}

impl System {
    /// Remembers an access.
    #[cold]
    pub(crate) fn record(&mut self, address: u32, width: Width, value: u32, write: bool, at: At) {
        let stop_at = self.stop_at();
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        recorder.accesses.push(Access {
            cycle: at.cycle,
            pc: at.pc,
            address,
            value,
            times: 1,
            width,
            write,
        });
        if recorder.accesses.len() >= BATCH && recorder.stop_at.is_none() {
            recorder.stop_at = Some(stop_at);
            self.pause_at(at.cycle);
        }
    }

    /// Remembers that a read was made again, `times` times, without the core executing it each time.
    #[cold]
    pub(crate) fn record_again(&mut self, address: u32, width: Width, at: At, times: u64) {
        let value = self.peek_at(address, width, at.cycle).unwrap_or(0);
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        let same =
            |access: &&mut Access| !access.write && (access.pc, access.address) == (at.pc, address);
        let mut recent = recorder.accesses.iter_mut().rev().take(LOOP);
        if let Some(access) = recent.find(same) {
            access.times += times;
        } else {
            recorder.accesses.push(Access {
                cycle: at.cycle,
                pc: at.pc,
                address,
                value,
                times,
                width,
                write: false,
            });
        }
    }

    /// Starts or ends recording.
    pub(crate) fn set_recording(&mut self, on: bool) {
        self.recorder = on.then(Box::default);
    }

    /// What was recorded, if a batch is full or `all` is wanted; and where the run would have stopped.
    pub(crate) fn take_batch(&mut self, all: bool) -> Option<(Batch, u64)> {
        let recorder = self.recorder.as_mut()?;
        let stop_at = recorder.stop_at.take();
        if stop_at.is_none() && (!all || recorder.accesses.is_empty()) {
            return None;
        }
        let accesses = std::mem::replace(&mut recorder.accesses, Vec::with_capacity(BATCH + LOOP));
        let clock = self.clock.clone();
        Some((Batch { accesses, clock }, stop_at.unwrap_or(u64::MAX)))
    }
}

/// A register as a trace names it, and what it was seen with last.
#[derive(Debug)]
struct Named {
    /// Address of its first byte.
    address: u32,
    /// Name, mask and lowest bit of the fields in the first 32 bits.
    fields: Vec<(String, u32, u32)>,
    /// Value that it was seen with last, at first that after reset.
    seen: u32,
    /// Bits for which a one that is written acts, or that cannot be read: they are seen as zero.
    ones_act: u32,
    /// Bits for which a zero that is written acts: they are seen as one.
    zeros_act: u32,
}

/// An instruction that accesses a register, with everything about it that is the same each time.
#[derive(Debug)]
struct Site {
    pc: u32,
    address: u32,
    width: Width,
    write: bool,
    /// From the address of the instruction to the equals sign.
    head: String,
    /// The register, as an index.
    register: usize,
    /// Bits of the access are bits of the register from here on.
    shift: u32,
    /// Place in the source.
    tail: String,
}

impl Site {
    fn is_of(&self, access: &Access) -> bool {
        (self.pc, self.address, self.width, self.write)
            == (access.pc, access.address, access.width, access.write)
    }
}

/// Sites that are found without searching; a power of two.
const RECENT: usize = 1024;

/// Writes accesses as lines of text.
pub struct TraceText {
    map: Map,
    /// Name, base address and registers of each peripheral.
    devices: Vec<(String, u32, Layout)>,
    image: Option<Arc<Image>>,
    registers: Vec<Named>,
    sites: Vec<Site>,
    /// Index in `sites` by instruction, address, width in bytes and direction.
    known: HashMap<(u32, u32, u32, bool), usize>,
    /// Indices in `sites`.
    recent: Vec<usize>,
}

impl std::fmt::Debug for TraceText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TraceText").finish_non_exhaustive()
    }
}

impl TraceText {
    /// For the accesses that a board is going to make from now on.
    pub fn new(board: &Board) -> Self {
        let devices = board.system.devices.list.iter();
        Self {
            map: board.system.devices.map.clone(),
            devices: devices
                .map(|device| {
                    let layout = device.file.layout().clone();
                    (device.name.clone(), device.base, layout)
                })
                .collect(),
            image: board.image.clone(),
            registers: Vec::new(),
            sites: Vec::new(),
            known: HashMap::new(),
            recent: vec![0; RECENT],
        }
    }

    /// Appends a line for each access:
    ///
    /// ```text
    /// 0.000044392 s           93  0x08000136  write GPIOB.MODER = 0xffffff7f  MODE3=1  src/main.rs:28:18
    /// ```
    ///
    /// Time since power-on, rounded down to the nanosecond, core cycle, address of the instruction, register and value; then
    /// fields: of a read those that are not what the register was seen with last, of a write those too, and those that act by
    /// being written. ` × 3` behind the value stands for three accesses in a row. Last the place in the source, if it is known.
    pub fn write(&mut self, batch: &Batch, out: &mut String) {
        let image = self.image.clone();
        // Only read when a place is asked for that is not known yet.
        let mut symbols = None;
        let mut pace = Pace::default();
        for access in &batch.accesses {
            let slot = (access.pc >> 1 ^ access.address >> 2) as usize % RECENT;
            let index = self.recent.get(slot).copied().unwrap_or(0);
            let index = if self.sites.get(index).is_some_and(|site| site.is_of(access)) {
                index
            } else {
                let index = self.find(access, || {
                    let symbols = symbols.get_or_insert_with(|| {
                        image.as_ref().map(|image| Symbols::read(&image.file))
                    });
                    let place = symbols.as_ref()?.locate(access.pc)?;
                    Some(format!("  {}:{}:{}", place.file, place.line, place.column))
                });
                if let Some(recent) = self.recent.get_mut(slot) {
                    *recent = index;
                }
                index
            };
            time(
                pace.nanoseconds(access.cycle, &batch.clock),
                access.cycle,
                out,
            );
            self.line(index, access, out);
        }
    }

    /// The site of an access, which may be new.
    fn find(&mut self, access: &Access, place: impl FnOnce() -> Option<String>) -> usize {
        let bytes = access.width.bytes();
        let key = (access.pc, access.address, bytes, access.write);
        if let Some(index) = self.known.get(&key) {
            return *index;
        }
        let (name, shift, named) = name(&self.map, &self.devices, access);
        let known = self
            .registers
            .iter()
            .position(|known| known.address == named.address);
        let register = known.unwrap_or_else(|| {
            self.registers.push(named);
            self.registers.len() - 1
        });
        let mut head = String::new();
        hex(access.pc, 8, &mut head);
        head.push_str(if access.write { "  write " } else { "  read  " });
        head.push_str(&name);
        head.push_str(" = ");
        let index = self.sites.len();
        self.sites.push(Site {
            pc: access.pc,
            address: access.address,
            width: access.width,
            write: access.write,
            head,
            register,
            shift,
            tail: place().unwrap_or_default(),
        });
        self.known.insert(key, index);
        index
    }

    fn line(&mut self, index: usize, access: &Access, out: &mut String) {
        let Some(site) = self.sites.get(index) else {
            return;
        };
        let Some(named) = self.registers.get_mut(site.register) else {
            return;
        };
        out.push_str(&site.head);
        hex(access.value, access.width.bytes() * 2, out);
        if access.times > 1 {
            out.push_str(" × ");
            decimal(access.times, 0, out);
        }
        let lanes = access.width.mask() << site.shift;
        let value = access.value << site.shift;
        let reference = if access.write {
            (named.seen | named.zeros_act) & !named.ones_act
        } else {
            named.seen
        };
        let different = (value ^ reference) & lanes;
        if different != 0 {
            let mut gap = "  ";
            for (name, mask, shift) in &named.fields {
                if different & mask != 0 {
                    out.push_str(gap);
                    out.push_str(name);
                    out.push('=');
                    decimal(u64::from((value & mask) >> shift), 0, out);
                    gap = " ";
                }
            }
        }
        let kept = if access.write {
            lanes & !named.ones_act & !named.zeros_act
        } else {
            lanes
        };
        named.seen = (named.seen & !kept) | (value & kept);
        out.push_str(&site.tail);
        out.push('\n');
    }
}

/// The name of what an access is to, the bit of the register at which it begins, and the register.
fn name(map: &Map, devices: &[(String, u32, Layout)], access: &Access) -> (String, u32, Named) {
    let device = map
        .find(access.address)
        .and_then(|index| devices.get(index));
    let unnamed = Named {
        address: access.address,
        fields: Vec::new(),
        seen: 0,
        ones_act: 0,
        zeros_act: 0,
    };
    let Some((device, base, layout)) = device else {
        return (format!("{:#010x}", access.address), 0, unnamed);
    };
    let offset = access.address.wrapping_sub(*base);
    let Some(register) = layout.register_at(offset, access.width) else {
        return (format!("{device}+{offset:#x}"), 0, unnamed);
    };
    let within = offset.saturating_sub(register.offset);
    if within >= 4 {
        // Beyond the first 32 bits of a wide register.
        return (format!("{device}.{}+{within}", register.name), 0, unnamed);
    }
    let part = if within == 0 {
        String::new()
    } else {
        let (high, low) = (within * 8 + access.width.bytes() * 8 - 1, within * 8);
        format!("[{high}:{low}]")
    };
    let fields = register.fields.iter().filter_map(|field| {
        let (mask, shift) = register.field(&field.name)?;
        Some((field.name.clone(), mask, shift))
    });
    // Masks are kept by words; a register of fewer bits may begin inside of one.
    let inside = (register.offset & 3) * 8;
    let word = layout.word(register.offset).copied().unwrap_or_default();
    let ones = word.one_to_clear | word.one_to_set | word.one_to_toggle | !word.readable;
    let zeros = word.zero_to_clear | word.zero_to_set | word.zero_to_toggle;
    let named = Named {
        address: base.wrapping_add(register.offset),
        fields: fields.collect(),
        seen: word.reset >> inside,
        ones_act: ones >> inside,
        zeros_act: zeros >> inside,
    };
    (
        format!("{device}.{}{part}", register.name),
        within * 8,
        named,
    )
}

/// Nanoseconds in a second, and attoseconds in a nanosecond.
const GIGA: u64 = 1_000_000_000;

/// Cycles turned into nanoseconds as exactly as the clock does it, and faster: with numbers of 64 bits, from the cycle on at which the
/// clock was switched.
#[derive(Debug, Default)]
struct Pace {
    /// First and last cycle of a constant clock.
    cycles: (u64, u64),
    /// When the first began: nanoseconds, and attoseconds beyond.
    start: (u64, u64),
    /// Cycles per second as a fraction; zero before the first use.
    numerator: u64,
    denominator: u64,
}

impl Pace {
    fn nanoseconds(&mut self, cycle: u64, clock: &Clock) -> u64 {
        if self.numerator == 0 || !(self.cycles.0..=self.cycles.1).contains(&cycle) {
            let (first, last, hclk) = clock.constant_around(cycle);
            let start = clock.time_at(first).in_attoseconds();
            let start = (
                (start / u128::from(GIGA)) as u64,
                (start % u128::from(GIGA)) as u64,
            );
            let (numerator, denominator) = hclk.fraction();
            (self.cycles, self.start) = ((first, last), start);
            (self.numerator, self.denominator) = (numerator.max(1), denominator);
        }
        self.fast(cycle)
            .unwrap_or_else(|| (clock.time_at(cycle).in_attoseconds() / u128::from(GIGA)) as u64)
    }

    /// `None` where 64 bits are too few.
    fn fast(&self, cycle: u64) -> Option<u64> {
        let scaled = (cycle - self.cycles.0)
            .checked_mul(self.denominator)?
            .checked_mul(GIGA)?;
        let (whole, rest) = (scaled / self.numerator, scaled % self.numerator);
        let beyond = self.start.1 + rest.checked_mul(GIGA)? / self.numerator;
        self.start
            .0
            .checked_add(whole)?
            .checked_add(u64::from(beyond >= GIGA))
    }
}

/// `0.000044392 s           93  `.
fn time(nanoseconds: u64, cycle: u64, out: &mut String) {
    decimal(nanoseconds / 1_000_000_000, 0, out);
    out.push('.');
    let fraction = nanoseconds % 1_000_000_000;
    let zeros = 9 - digits(fraction).min(9);
    out.push_str("000000000".get(..zeros).unwrap_or_default());
    decimal(fraction, 0, out);
    out.push_str(" s ");
    decimal(cycle, 12, out);
    out.push_str("  ");
}

/// Number of decimal digits.
fn digits(value: u64) -> usize {
    value
        .checked_ilog10()
        .map_or(1, |digits| digits as usize + 1)
}

/// A decimal number, at least `width` characters wide.
fn decimal(value: u64, width: usize, out: &mut String) {
    let mut buffer = [b' '; 20];
    let mut at = buffer.len();
    let mut rest = value;
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 || at == 0 {
            break;
        }
    }
    let start = at.min(buffer.len() - width.min(buffer.len()));
    out.push_str(std::str::from_utf8(&buffer[start..]).unwrap_or_default());
}

/// A hexadecimal number of so many digits.
fn hex(value: u32, digits: u32, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push_str("0x");
    for place in (0..digits).rev() {
        out.push(char::from(DIGITS[(value >> (place * 4) & 0xF) as usize]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ClockTree, Frequency};

    #[test]
    fn fast_nanoseconds_are_those_of_the_clock() {
        let mut clock = Clock::new(ClockTree::undivided(Frequency::hz(2_097_152)));
        let third = Frequency::hz(64_000_000).divided_by(3);
        clock.switch(1_000_003, ClockTree::undivided(third));
        clock.switch(5_000_000, ClockTree::undivided(Frequency::hz(48_000_000)));
        let mut pace = Pace::default();
        let cycles = (0..6_000_000).step_by(997);
        for cycle in cycles.chain([999_999_999, 1 << 40, 3, u64::MAX / 2]) {
            let exact = clock.time_at(cycle).in_attoseconds() / 1_000_000_000;
            assert_eq!(pace.nanoseconds(cycle, &clock), exact as u64, "{cycle}");
        }
    }

    #[test]
    fn numbers_are_written_as_the_standard_library_does() {
        for value in [0, 7, 10, 99, 1_000_000_007, u64::MAX] {
            for width in [0, 3, 12] {
                let mut out = String::new();
                decimal(value, width, &mut out);
                assert_eq!(out, format!("{value:>width$}"));
            }
        }
        let mut out = String::new();
        hex(0xBEEF, 8, &mut out);
        hex(0x5, 2, &mut out);
        assert_eq!(out, "0x0000beef0x05");
        let mut out = String::new();
        time(12_000_034_000, 5, &mut out);
        assert_eq!(out, "12.000034000 s            5  ");
    }
}
