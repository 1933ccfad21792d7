//! The peripherals of a chip, made from its SVD description, and the map that finds them by address.

use std::collections::BTreeMap;
use std::sync::Arc;

use bringup_device::catalogue::Chip;
use bringup_device::gates::{Gate, GateFields};
use bringup_device::svd::{Depth, Outline};
use bringup_device::{
    AddressBlock, AddressBlockUsage, Device as Description, Peripheral, PeripheralInstance, Span,
};

use crate::error::{Error, Kind};
use crate::models::{self, Waiting};
use crate::peripheral::{Crystals, Model, Setup};
use crate::pins::Pins;
use crate::registers::{Layout, RegisterFile};
use crate::scheduler::DeviceIndex;

/// A peripheral at work.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) name: String,
    pub(crate) base: u32,
    pub(crate) file: RegisterFile,
    /// None leaves the register file to answer alone, and counts.
    pub(crate) model: Option<Box<dyn Model>>,
    pub(crate) gate: Gate,
    /// Its clock is on.
    pub(crate) clocked: bool,
    /// It is held in reset.
    pub(crate) held: bool,
    /// Levels of the interrupt lines it raises.
    pub(crate) lines: u32,
    /// Its registers and its model wait until firmware uses it: what is here of them is empty, or as in reset and without fields. Such a
    /// peripheral counts as without a clock.
    pub(crate) waits: bool,
    /// Where the SVD file describes it.
    place: Span,
}

impl Device {
    /// `GPIOB.MODER`, or `GPIOB+0x2c` where no register is.
    pub(crate) fn register_name(&self, offset: u32, width: bringup_cpu::Width) -> String {
        match self.file.layout().register_at(offset, width) {
            Some(register) => format!("{}.{}", self.name, register.name),
            None => format!("{}+{offset:#x}", self.name),
        }
    }

    /// Names of the fields of a word that have any of `bits`, for example `TIM2.SR.UIF`.
    pub(crate) fn flag_names(&self, offset: u32, bits: u32) -> Vec<String> {
        let layout = self.file.layout();
        let Some(register) = layout.register_at(offset, bringup_cpu::Width::Word) else {
            return Vec::new();
        };
        let fields = register.fields.iter().filter(|field| {
            let mask = register.field(&field.name).map_or(0, |(mask, _)| mask);
            mask & bits != 0
        });
        fields
            .map(|field| format!("{}.{}.{}", self.name, register.name, field.name))
            .collect()
    }
}

/// All peripherals, and what they need of the chip.
#[derive(Clone)]
pub(crate) struct Devices {
    pub(crate) list: Vec<Device>,
    pub(crate) map: Map,
    /// The RCC, if there is one that gates clocks.
    pub(crate) rcc: Option<usize>,
    /// The flash controller, if one has a model.
    pub(crate) flash: Option<usize>,
    /// Names and numbers of the chip's interrupts.
    pub(crate) interrupts: Vec<(String, u32)>,
    /// The EXTI, if it has a model.
    pub(crate) exti: Option<usize>,
    /// What identifies the chip to debuggers, which need no clock for it.
    pub(crate) debug: Option<usize>,
    /// The real-time clock, if it has a model.
    pub(crate) rtc: Option<usize>,
    /// The DMA controllers that have a model.
    pub(crate) dma: Vec<usize>,
    /// The analog-to-digital converter, if it has a model.
    pub(crate) adc: Option<usize>,
    /// What peripherals that wait are made from.
    late: Option<Arc<Late>>,
    /// The SVD file has an error in what was read late, and something was left out.
    pub(crate) broken: bool,
}

/// What is needed to make a peripheral late.
struct Late {
    outline: Outline,
    chip: Chip,
    crystals: Crystals,
}

/// What the peripherals of a chip are made from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// A description that is whole.
    Whole(&'a Description),
    /// An outline: registers are read when firmware first uses them.
    Outline(&'a Outline),
}

impl Source<'_> {
    /// The device, of an outline without registers.
    pub(crate) fn device(&self) -> &Description {
        match self {
            Self::Whole(device) => device,
            Self::Outline(outline) => outline.device(),
        }
    }
}

/// The core's own peripherals: never seen on the bus, whatever the SVD file lists.
const PRIVATE: std::ops::RangeInclusive<u32> = 0xE000_0000..=0xE00F_FFFF;

impl Devices {
    /// Makes every peripheral of the description that is on the bus, with the models the chip names.
    pub(crate) fn new(
        chip: &Chip,
        source: Source<'_>,
        crystals: Crystals,
        pins: &mut Pins,
    ) -> Result<Self, Error> {
        let Source::Outline(outline) = source else {
            return Self::of(chip, source.device(), None, crystals, pins);
        };
        let (description, broken) =
            outline.device_with(|it| !may_wait(it, chip) || lacks(it, chip));
        let mut devices = Self::of(chip, &description, Some(outline), crystals, pins)?;
        devices.broken = broken;
        devices.late = Some(Arc::new(Late {
            outline: outline.clone(),
            chip: chip.clone(),
            crystals,
        }));
        Ok(devices)
    }

    /// Makes every peripheral; with an outline, those of which nothing was read yet wait.
    fn of(
        chip: &Chip,
        description: &Description,
        outline: Option<&Outline>,
        crystals: Crystals,
        pins: &mut Pins,
    ) -> Result<Self, Error> {
        let mut devices = Self {
            list: Vec::new(),
            map: Map::default(),
            rcc: None,
            flash: None,
            interrupts: Vec::new(),
            exti: None,
            debug: None,
            rtc: None,
            dma: Vec::new(),
            adc: None,
            late: None,
            broken: false,
        };
        devices.interrupts = description
            .peripherals_expanded()
            .flat_map(|instance| &instance.peripheral.interrupts)
            .map(|irq| (irq.name.clone(), irq.value))
            .collect();
        for instance in description.peripherals_expanded() {
            let Ok(base) = u32::try_from(instance.base_address) else {
                continue;
            };
            if PRIVATE.contains(&base) || devices.list.len() >= usize::from(u16::MAX) {
                continue;
            }
            let index = DeviceIndex(devices.list.len() as u16);
            let place = instance.peripheral.span;
            let waits = outline.is_some_and(|outline| outline.is_unread(place))
                && may_wait(instance.peripheral, chip);
            if let Some(model) = chip.models.get(instance.name).filter(|_| waits) {
                let place = (instance.name, index.0);
                models::prepare(model, place, &chip.alternate_functions, pins);
            }
            let is_unmade = needs_at_start(instance.name, chip) == Depth::Nothing;
            let (file, model) = if waits && is_unmade {
                (RegisterFile::new(Layout::default()), None)
            } else {
                make(chip, &instance, index, &devices.interrupts, crystals, pins)?
            };
            let blocks = &instance.peripheral.address_blocks;
            devices.map.add(base, blocks, file.layout(), index.0);
            devices.list.push(Device {
                name: instance.name.to_owned(),
                base,
                file,
                model,
                gate: Gate::default(),
                clocked: !waits,
                held: false,
                lines: 0,
                waits,
                place,
            });
        }
        devices.find_gates(&GateFields::of(description));
        devices.debug = ["DBGMCU", "DBG"]
            .into_iter()
            .find_map(|name| devices.position(name));
        let modelled = |name| {
            let found = devices.position(name);
            found.filter(|index| chip.models.contains_key(&devices.list[*index].name))
        };
        let adc = ["ADC", "ADC1"].into_iter().find_map(modelled);
        let dma = ["DMA1", "DMA2"].into_iter().filter_map(modelled).collect();
        (devices.flash, devices.exti, devices.rtc) =
            (modelled("FLASH"), modelled("EXTI"), modelled("RTC"));
        (devices.dma, devices.adc) = (dma, adc);
        Ok(devices)
    }

    fn find_gates(&mut self, fields: &GateFields) {
        self.rcc = self.list.iter().position(|device| device.name == "RCC");
        for (index, device) in self.list.iter_mut().enumerate() {
            // The RCC is never gated, whatever a field may be called.
            if Some(index) != self.rcc {
                device.gate = fields.gate(&device.name);
            }
        }
    }

    /// Makes what waits of some peripherals.
    pub(crate) fn finish(&mut self, indices: &[usize], pins: &mut Pins) {
        let Some(late) = self.late.clone() else {
            return;
        };
        let devices = indices.iter().filter_map(|index| self.list.get(*index));
        let places: Vec<Span> = devices.map(|device| device.place).collect();
        let (peripherals, broken) = late.outline.peripherals(&places);
        self.broken |= broken;
        let read = Description {
            peripherals,
            ..Description::without_peripherals("")
        };
        for index in indices {
            let Some(device) = self.list.get_mut(*index).filter(|device| device.waits) else {
                continue;
            };
            device.waits = false;
            device.clocked = device.gate.enable.is_none();
            let is_it = |instance: &PeripheralInstance<'_>| {
                instance.peripheral.span == device.place && instance.name == device.name
            };
            let Some(instance) = read.peripherals_expanded().find(is_it) else {
                continue;
            };
            let number = DeviceIndex(*index as u16);
            let (chip, crystals) = (&late.chip, late.crystals);
            let made = make(chip, &instance, number, &self.interrupts, crystals, pins);
            // That there is such a model has been seen when the peripheral was put on the list.
            if let Ok((file, model)) = made {
                let blocks = &instance.peripheral.address_blocks;
                self.map
                    .extend(device.base, blocks, file.layout(), number.0);
                (device.file, device.model) = (file, model);
            }
        }
    }

    /// Index of a peripheral by its name, in any case.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.list
            .iter()
            .position(|device| device.name.eq_ignore_ascii_case(name))
    }
}

/// Peripherals whose registers are looked at before firmware runs, or past the core, whatever models them.
const FIRST: [&str; 4] = ["RCC", "FLASH", "DBG", "DBGMCU"];

/// How much is needed of the registers of the peripheral of a chip that is called `name`, before firmware uses them.
pub(crate) fn needs_at_start(name: &str, chip: &Chip) -> Depth {
    let waiting = chip
        .models
        .get(name)
        .map_or(Waiting::Unmade, |model| models::waiting(model, name));
    match waiting {
        _ if FIRST.iter().any(|first| name.eq_ignore_ascii_case(first)) => Depth::All,
        Waiting::No => Depth::All,
        Waiting::InReset => Depth::WithoutFields,
        Waiting::Unmade => Depth::Nothing,
    }
}

/// Whether a peripheral may be made when firmware first uses it: where its addresses are known without its registers.
fn may_wait(peripheral: &Peripheral, chip: &Chip) -> bool {
    let waits = |name: &str| needs_at_start(name, chip) != Depth::All;
    let blocks = || {
        let blocks = peripheral.address_blocks.iter();
        blocks.filter(|block| block.usage != AddressBlockUsage::Reserved)
    };
    let names = peripheral.repeat.as_ref().map(|repeat| &repeat.names);
    let all_wait = match names {
        Some(names) => names.iter().all(|name| waits(name)),
        None => waits(&peripheral.name),
    };
    all_wait
        && blocks().next().is_some()
        && blocks().all(|block| block.size <= u64::from(LONG_BLOCK))
}

/// Whether a peripheral has to be as in reset while it waits, and its registers are not there.
fn lacks(peripheral: &Peripheral, chip: &Chip) -> bool {
    let names = peripheral.repeat.as_ref().map(|repeat| &repeat.names[..]);
    let mut names = names
        .unwrap_or(std::slice::from_ref(&peripheral.name))
        .iter();
    peripheral.registers.is_empty()
        && names.any(|name| needs_at_start(name, chip) == Depth::WithoutFields)
}

/// Makes the registers and the model of a peripheral.
fn make(
    chip: &Chip,
    instance: &PeripheralInstance<'_>,
    device: DeviceIndex,
    interrupts: &[(String, u32)],
    crystals: Crystals,
    pins: &mut Pins,
) -> Result<(RegisterFile, Option<Box<dyn Model>>), Error> {
    let mut layout = Layout::new(instance.peripheral.registers_expanded());
    let mut model = None;
    if let Some(name) = chip.models.get(instance.name) {
        let make = models::find(name).ok_or_else(|| Kind::UnknownModel {
            model: name.clone(),
            peripheral: instance.name.to_owned(),
        })?;
        model = Some(make(&mut Setup {
            name: instance.name,
            base: instance.base_address as u32,
            device,
            interrupts,
            alternates: &chip.alternate_functions,
            layout: &mut layout,
            pins,
            crystals,
        }));
    }
    narrow(&mut layout, instance.name, &chip.narrowest_write);
    for (place, value) in &chip.reset_values {
        if let Some((of, register)) = place.split_once('.')
            && of == instance.name
        {
            layout.set_reset(register, *value);
        }
    }
    Ok((RegisterFile::new(layout), model))
}

/// Tells the words of a peripheral how narrow a write may be. What is said of a register comes after what is said of all.
fn narrow(layout: &mut Layout, peripheral: &str, narrowest: &BTreeMap<String, u32>) {
    if let Some(bits) = narrowest.get(peripheral) {
        layout.set_narrowest(None, bits / 8);
    }
    for (place, bits) in narrowest {
        if let Some((of, register)) = place.split_once('.')
            && of == peripheral
        {
            layout.set_narrowest(Some(register), bits / 8);
        }
    }
}

/// A part of the address space that a peripheral answers.
#[derive(Debug, Clone, Copy)]
struct Range {
    start: u32,
    length: u32,
    device: u16,
}

impl Range {
    /// Whether every address of a page is in it.
    const fn covers_page(&self, page: u32) -> bool {
        let (first, last) = (
            page << PAGE_BITS,
            (page << PAGE_BITS) | ((1 << PAGE_BITS) - 1),
        );
        first.wrapping_sub(self.start) < self.length && last.wrapping_sub(self.start) < self.length
    }
}

const PAGE_BITS: u32 = 10;
const PAGES_PER_TABLE: usize = 1024;
const NONE: u16 = u16::MAX;
/// Address blocks longer than this are believed only as far as there are registers.
const LONG_BLOCK: u32 = 1 << 20;
/// Pages that all peripherals together may cover.
const MOST_PAGES: usize = 1 << 20;

/// Finds a peripheral by address: a table per MiB, an entry per KiB.
#[derive(Debug, Clone)]
pub(crate) struct Map {
    /// By MiB: which of `tables`.
    directory: Vec<u16>,
    /// By KiB: which of `pages`.
    tables: Vec<Vec<u32>>,
    /// What is in a KiB; the first entry is empty and stands for nothing.
    pages: Vec<Vec<Range>>,
    /// Pages that one peripheral has to itself and that were looked up last, by the low bits of their numbers.
    recent: [(u32, u16); RECENT],
}

/// Entries of [`Map::recent`], a power of two.
const RECENT: usize = 16;

impl Default for Map {
    fn default() -> Self {
        Self {
            directory: vec![NONE; 4096],
            tables: Vec::new(),
            pages: vec![Vec::new()],
            // No address is on that page.
            recent: [(u32::MAX, NONE); RECENT],
        }
    }
}

impl Map {
    /// Which peripheral answers at an address that firmware accesses: as [`Map::find`], and faster the next time.
    #[inline]
    pub(crate) fn look_up(&mut self, address: u32) -> Option<usize> {
        let page = address >> PAGE_BITS;
        let (known, device) = self.recent[page as usize % RECENT];
        if known == page {
            return Some(usize::from(device));
        }
        self.look_up_new(address)
    }

    #[cold]
    fn look_up_new(&mut self, address: u32) -> Option<usize> {
        let index = self.find(address)?;
        let page = address >> PAGE_BITS;
        let table = *self.directory.get(page as usize / PAGES_PER_TABLE)?;
        let entry = *self
            .tables
            .get(usize::from(table))?
            .get(page as usize % PAGES_PER_TABLE)?;
        if let [only] = self.pages.get(entry as usize)?.as_slice()
            && only.covers_page(page)
        {
            self.recent[page as usize % RECENT] = (page, only.device);
        }
        Some(index)
    }

    /// Which peripheral answers at an address.
    #[inline]
    pub(crate) fn find(&self, address: u32) -> Option<usize> {
        let table = *self.directory.get((address >> 20) as usize)?;
        let table = self.tables.get(usize::from(table))?;
        let page = *table.get((address >> PAGE_BITS) as usize % PAGES_PER_TABLE)?;
        let mut ranges = self.pages.get(page as usize)?.iter();
        let range = ranges.find(|range| address.wrapping_sub(range.start) < range.length)?;
        Some(usize::from(range.device))
    }

    /// Adds the address blocks of a peripheral, and its registers where no block covers them.
    fn add(&mut self, base: u32, blocks: &[AddressBlock], layout: &Layout, device: u16) {
        for block in blocks {
            if block.usage == AddressBlockUsage::Reserved {
                continue;
            }
            let Ok(offset) = u32::try_from(block.offset) else {
                continue;
            };
            let size = u32::try_from(block.size).unwrap_or(u32::MAX);
            let believed = LONG_BLOCK.max(layout.end().saturating_sub(offset));
            let Some(start) = base.checked_add(offset) else {
                continue;
            };
            let length = size.min(believed).min(u32::MAX - start);
            self.add_range(Range {
                start,
                length,
                device,
            });
        }
        self.extend(base, blocks, layout, device);
    }

    /// Adds the registers of a peripheral where no block covers them.
    fn extend(&mut self, base: u32, blocks: &[AddressBlock], layout: &Layout, device: u16) {
        let blocks = blocks.iter();
        let registers = blocks.filter(|block| block.usage != AddressBlockUsage::Reserved);
        let covered = registers.map(AddressBlock::end).max().unwrap_or(0);
        if u64::from(layout.end()) > covered {
            self.recent = [(u32::MAX, NONE); RECENT];
            let length = layout.end().min(u32::MAX - base);
            self.add_range(Range {
                start: base,
                length,
                device,
            });
        }
    }

    fn add_range(&mut self, range: Range) {
        if range.length == 0 {
            return;
        }
        let (first, last) = (
            range.start >> PAGE_BITS,
            (range.start + (range.length - 1)) >> PAGE_BITS,
        );
        // A page that this range has alone is shared by all of its pages.
        let mut own = None;
        for page in first..=last {
            if self.tables.len().saturating_mul(PAGES_PER_TABLE) > MOST_PAGES {
                return;
            }
            let Some(entry) = self.entry(page) else {
                return;
            };
            let before = *entry;
            if before == 0
                && let Some(own) = own
            {
                *entry = own;
                continue;
            }
            let new = self.pages.len() as u32;
            if let Some(entry) = self.entry(page) {
                *entry = new;
            }
            let mut ranges = self.pages.get(before as usize).cloned().unwrap_or_default();
            ranges.push(range);
            self.pages.push(ranges);
            if before == 0 {
                own = Some(new);
            }
        }
    }

    fn entry(&mut self, page: u32) -> Option<&mut u32> {
        let slot = self.directory.get_mut(page as usize / PAGES_PER_TABLE)?;
        if *slot == NONE {
            *slot = u16::try_from(self.tables.len()).ok()?;
            self.tables.push(vec![0; PAGES_PER_TABLE]);
        }
        self.tables
            .get_mut(usize::from(*slot))?
            .get_mut(page as usize % PAGES_PER_TABLE)
    }
}
