//! The peripherals of a chip, made from its SVD description, and the map that finds them by address.

use std::collections::BTreeMap;

use bringup_device::catalogue::Chip;
use bringup_device::gates::{Gate, GateFields};
use bringup_device::{AddressBlockUsage, Device as Description, PeripheralInstance};

use crate::error::{Error, Kind};
use crate::models;
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
}

/// The core's own peripherals: never seen on the bus, whatever the SVD file lists.
const PRIVATE: std::ops::RangeInclusive<u32> = 0xE000_0000..=0xE00F_FFFF;

impl Devices {
    /// Makes every peripheral of the description that is on the bus, with the models the chip names.
    pub(crate) fn new(
        chip: &Chip,
        description: &Description,
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
            let mut layout = Layout::new(instance.peripheral.registers_expanded());
            let mut model = None;
            if let Some(name) = chip.models.get(instance.name) {
                let make = models::find(name).ok_or_else(|| Kind::UnknownModel {
                    model: name.clone(),
                    peripheral: instance.name.to_owned(),
                })?;
                model = Some(make(&mut Setup {
                    name: instance.name,
                    base,
                    device: index,
                    interrupts: &devices.interrupts,
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
            devices.map.add(base, &instance, &layout, index.0);
            devices.list.push(Device {
                name: instance.name.to_owned(),
                base,
                file: RegisterFile::new(layout),
                model,
                gate: Gate::default(),
                clocked: true,
                held: false,
                lines: 0,
            });
        }
        devices.find_gates(&GateFields::of(description));
        devices.debug = ["DBGMCU", "DBG"]
            .into_iter()
            .find_map(|name| devices.position(name));
        let modelled = |name| {
            let found = devices.position(name);
            found.filter(|index| devices.list[*index].model.is_some())
        };
        (devices.flash, devices.exti) = (modelled("FLASH"), modelled("EXTI"));
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

    /// Index of a peripheral by its name, in any case.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.list
            .iter()
            .position(|device| device.name.eq_ignore_ascii_case(name))
    }
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
    fn add(&mut self, base: u32, instance: &PeripheralInstance<'_>, layout: &Layout, device: u16) {
        let mut covered = 0;
        for block in &instance.peripheral.address_blocks {
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
            covered = covered.max(offset.saturating_add(length));
        }
        if layout.end() > covered {
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
