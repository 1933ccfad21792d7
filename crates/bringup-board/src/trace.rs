//! Every access to a register of the chip or of the core itself: recorded while the board runs, and written as lines of text afterwards.
//!
//! Recording is all that a run is slowed down by. The text needs nothing of the board but what [`TraceText`] took along,
//! so that another thread can write it while the board runs on.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bringup_cpu::{At, Bus as _, Width};
use bringup_device::core_register;
use bringup_symbols::Symbols;

use crate::board::Board;
use crate::bus::System;
use crate::clock::{Clock, Pace};
use crate::devices::Map;
use crate::image::Image;
use crate::registers::Layout;
use crate::text::{GIGA, decimal, hex, time};

/// Who makes an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Master {
    /// The core.
    Core,
    /// A DMA controller.
    Dma {
        /// Its base address.
        base: u32,
        /// Number of the channel, as firmware counts.
        channel: u8,
    },
}

/// One access to a register, or several of the same that a polling loop made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Who made it.
    pub master: Master,
    /// Core cycle at which the instruction began, or the controller made the access; of several the first.
    pub cycle: u64,
    /// Address of the instruction; that which enabled the channel, if a controller made the access.
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
const BATCH: usize = 1 << 12;
/// Accesses back that a loop of reads may have begun.
const LOOP: usize = 32;

/// Accesses that were not handed over yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder {
    accesses: Vec<Access>,
    /// Where the run would have stopped, had it not been for a full batch.
    stop_at: Option<u64>,
}

impl System {
    /// Remembers an access by `master`.
    pub(crate) fn record(
        &mut self,
        master: Master,
        (address, width): (u32, Width),
        value: u32,
        write: bool,
        at: At,
    ) {
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        recorder.accesses.push(Access {
            master,
            cycle: at.cycle,
            pc: at.pc,
            address,
            value,
            times: 1,
            width,
            write,
        });
        if recorder.accesses.len() >= BATCH {
            self.pause_for_batch(at.cycle);
        }
    }

    /// Lets the run stop for a moment, so that what was recorded is handed over.
    #[cold]
    fn pause_for_batch(&mut self, cycle: u64) {
        let stop_at = self.stop_at();
        if let Some(recorder) = &mut self.recorder
            && recorder.stop_at.is_none()
        {
            recorder.stop_at = Some(stop_at);
            self.pause_at(cycle);
        }
    }

    /// Remembers that a read was made again, `times` times, without the core executing it each time.
    #[cold]
    pub(crate) fn record_again(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        at: At,
        times: u64,
    ) {
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        let same = |access: &&mut Access| {
            !access.write
                && (access.pc, access.address, access.master) == (at.pc, address, Master::Core)
        };
        let mut recent = recorder.accesses.iter_mut().rev().take(LOOP);
        if let Some(access) = recent.find(same) {
            access.times += times;
        } else {
            recorder.accesses.push(Access {
                master: Master::Core,
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
    /// The fields in the first 32 bits: what is written before the value, ` MODE3=`, mask and lowest bit.
    fields: Vec<(String, u32, u32)>,
    /// By bit the field that it belongs to, as an index; [`NO_FIELD`] for none.
    field_of: [u8; 32],
    /// Value that it was seen with last, at first that after reset.
    seen: u32,
    /// Bits for which a one that is written acts, or that cannot be read: they are seen as zero.
    ones_act: u32,
    /// Bits for which a zero that is written acts: they are seen as one.
    zeros_act: u32,
}

/// Of [`Named::field_of`].
const NO_FIELD: u8 = u8::MAX;

impl Named {
    /// A register of which no more is known than where it is.
    fn unnamed(address: u32) -> Self {
        Self {
            address,
            fields: Vec::new(),
            field_of: [NO_FIELD; 32],
            seen: 0,
            ones_act: 0,
            zeros_act: 0,
        }
    }

    /// The same with fields, of which the first one that has a bit has it: name, mask, lowest bit.
    fn with_fields(mut self, fields: impl IntoIterator<Item = (String, u32, u32)>) -> Self {
        for (name, mask, shift) in fields {
            let index = self.fields.len() as u8;
            for (bit, field) in self.field_of.iter_mut().enumerate() {
                if mask >> bit & 1 != 0 && *field == NO_FIELD {
                    *field = index;
                }
            }
            self.fields.push((format!(" {name}="), mask, shift));
        }
        self
    }

    /// Appends the fields that have any of the bits, in the order of their bits.
    fn write_fields(&self, bits: u32, value: u32, out: &mut Vec<u8>) {
        let mut rest = bits;
        let start = out.len();
        while rest != 0 {
            let bit = rest.trailing_zeros();
            rest &= rest - 1;
            let index = self.field_of[bit as usize & 31];
            if let Some((label, mask, shift)) = self.fields.get(usize::from(index)) {
                rest &= !mask;
                if out.len() == start {
                    out.push(b' ');
                }
                out.extend_from_slice(label.as_bytes());
                decimal(u64::from((value & mask) >> shift), out);
            }
        }
    }
}

/// An instruction that accesses a register, with everything about it that is the same each time.
#[derive(Debug)]
struct Site {
    master: Master,
    pc: u32,
    address: u32,
    width: Width,
    write: bool,
    /// The line from the address of the instruction to its end, as it is where no field is of interest.
    line: Vec<u8>,
    /// Where in it the digits of the value are.
    value: Range<usize>,
    /// The register, as an index.
    register: usize,
    /// Bits of the access are bits of the register from here on.
    shift: u32,
}

impl Site {
    fn is_of(&self, access: &Access) -> bool {
        (self.pc, self.address, self.width, self.write)
            == (access.pc, access.address, access.width, access.write)
            && self.master == access.master
    }
}

/// Sites that are found without searching; a power of two.
const RECENT: usize = 1024;

/// Writes accesses as lines of text.
pub struct TraceText {
    map: Map,
    /// Name, base address and registers of each peripheral.
    devices: Vec<(String, u32, Layout)>,
    /// Names and numbers of the interrupts.
    interrupts: Vec<(String, u32)>,
    image: Option<Arc<Image>>,
    registers: Vec<Named>,
    sites: Vec<Site>,
    /// Index in `sites` by instruction, address, width in bytes, direction, and who it is.
    known: HashMap<(u32, u32, u32, bool, Master), usize>,
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
        let system = board.system.finished(board.core.cycles());
        let devices = system.devices.list.iter();
        Self {
            map: system.devices.map.clone(),
            devices: devices
                .map(|device| {
                    let layout = device.file.layout().clone();
                    (device.name.clone(), device.base, layout)
                })
                .collect(),
            interrupts: system.devices.interrupts.clone(),
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
    /// Time since power-on, rounded down to the nanosecond, core cycle, address of the instruction, register and value; where a DMA
    /// controller made the access, its name and channel stand for the address, and the place is that which enabled the channel. Then
    /// fields: of a read those that are not what the register was seen with last, of a write those too, and those that act by
    /// being written. ` × 3` behind the value stands for three accesses in a row. Last the place in the source, if it is known.
    pub fn write(&mut self, batch: &Batch, out: &mut Vec<u8>) {
        /// Bytes of a line, as a rule.
        const LINE: usize = 96;
        out.reserve(batch.accesses.len() * LINE);
        let image = self.image.clone();
        // Only read when a place is asked for that is not known yet.
        let mut symbols = None;
        let mut pace = Pace::new(GIGA);
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
            let nanoseconds = pace.time_at(access.cycle, &batch.clock);
            time(nanoseconds, access.cycle, out);
            self.line(index, access, out);
        }
    }

    /// The site of an access, which may be new.
    fn find(&mut self, access: &Access, place: impl FnOnce() -> Option<String>) -> usize {
        let bytes = access.width.bytes();
        let (pc, address, write) = (access.pc, access.address, access.write);
        let key = (pc, address, bytes, write, access.master);
        if let Some(index) = self.known.get(&key) {
            return *index;
        }
        let (name, shift, named) = core_register_named(access.address, &self.interrupts)
            .unwrap_or_else(|| name(&self.map, &self.devices, access));
        let known = self
            .registers
            .iter()
            .position(|known| known.address == named.address);
        let register = known.unwrap_or_else(|| {
            self.registers.push(named);
            self.registers.len() - 1
        });
        let way = if write { "write" } else { "read " };
        let who = self.who(access);
        let head = format!("{who:<10}  {way} {name} = 0x");
        let value = head.len()..head.len() + bytes as usize * 2;
        let place = place().unwrap_or_default();
        let line = format!("{head:0<0$}{place}\n", value.end);
        let index = self.sites.len();
        self.sites.push(Site {
            master: access.master,
            pc,
            address,
            width: access.width,
            write,
            line: line.into_bytes(),
            value,
            register,
            shift,
        });
        self.known.insert(key, index);
        index
    }

    /// The address of the instruction, or the controller and its channel: `DMA1.4`.
    fn who(&self, access: &Access) -> String {
        let Master::Dma { base, channel } = access.master else {
            return format!("{:#010x}", access.pc);
        };
        let controller = self.devices.iter().find(|(_, known, _)| *known == base);
        let name = controller.map_or("DMA", |(name, ..)| name);
        format!("{name}.{channel}")
    }

    fn line(&mut self, index: usize, access: &Access, out: &mut Vec<u8>) {
        let Some(site) = self.sites.get(index) else {
            return;
        };
        let Some(named) = self.registers.get_mut(site.register) else {
            return;
        };
        let start = out.len();
        out.extend_from_slice(&site.line);
        let line = out.get_mut(start..).unwrap_or_default();
        if let Some(digits) = line.get_mut(site.value.clone()) {
            hex(access.value, digits);
        }
        let lanes = access.width.mask() << site.shift;
        let value = access.value << site.shift;
        let reference = if access.write {
            (named.seen | named.zeros_act) & !named.ones_act
        } else {
            named.seen
        };
        let different = (value ^ reference) & lanes;
        if different != 0 || access.times > 1 {
            // What is to be told stands between the value and the place.
            out.truncate(start + site.value.end);
            if access.times > 1 {
                out.extend_from_slice(" × ".as_bytes());
                decimal(access.times, out);
            }
            named.write_fields(different, value, out);
            out.extend_from_slice(site.line.get(site.value.end..).unwrap_or_default());
        }
        let kept = if access.write {
            lanes & !named.ones_act & !named.zeros_act
        } else {
            lanes
        };
        named.seen = (named.seen & !kept) | (value & kept);
    }
}

/// The name of a register of the core's own, the bit at which an access to it begins, and the register. Accesses there are
/// words.
fn core_register_named(address: u32, interrupts: &[(String, u32)]) -> Option<(String, u32, Named)> {
    let register = core_register(address, true, interrupts)?;
    let fields = register.fields.into_iter();
    let fields = fields.map(|(name, bit, width)| (name, (u32::MAX >> (32 - width)) << bit, bit));
    let named = Named {
        seen: register.reset,
        ones_act: register.ones_act,
        ..Named::unnamed(address).with_fields(fields)
    };
    Some((register.name, 0, named))
}

/// The name of what an access is to, the bit of the register at which it begins, and the register.
fn name(map: &Map, devices: &[(String, u32, Layout)], access: &Access) -> (String, u32, Named) {
    let device = map
        .find(access.address)
        .and_then(|index| devices.get(index));
    let unnamed = Named::unnamed(access.address);
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
        seen: word.reset >> inside,
        ones_act: ones >> inside,
        zeros_act: zeros >> inside,
        ..Named::unnamed(base.wrapping_add(register.offset)).with_fields(fields)
    };
    (
        format!("{device}.{}{part}", register.name),
        within * 8,
        named,
    )
}
