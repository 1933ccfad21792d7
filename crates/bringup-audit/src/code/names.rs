//! Names for addresses of registers, and for the values in them.

use std::fmt::Write as _;

use bringup_device::catalogue::{Architecture, Core};
use bringup_device::{CpuCore, Device, Field, core_register};

/// The registers of a chip by their addresses.
#[derive(Debug)]
pub struct Names {
    registers: Vec<Named>,
    /// First address, the one behind, and the name of each peripheral.
    blocks: Vec<(u64, u64, String)>,
    interrupts: Vec<(String, u32)>,
    /// Registers that the core has of its own.
    own: Own,
}

/// Which registers a core has of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    /// None that are in memory.
    None,
    /// Those of ARMv6-M and ARMv8-M Baseline.
    Baseline,
    /// Those of ARMv7-M and ARMv8-M Mainline.
    Mainline,
}

/// A register of a peripheral.
#[derive(Debug)]
struct Named {
    address: u64,
    bytes: u64,
    name: String,
    fields: Vec<NamedField>,
}

/// A field of a register, with what its values are called when they are written.
#[derive(Debug, Clone)]
struct NamedField {
    name: String,
    bit: u32,
    width: u32,
    values: Vec<(u64, String)>,
}

impl NamedField {
    fn mask(&self) -> u32 {
        u32::MAX >> (32 - self.width.clamp(1, 32)) << self.bit
    }
}

/// A register that an access is to.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// `GPIOB.MODER`; with the bits in brackets where the access is to a part; `GPIOB+0x50` where there is no register.
    pub(crate) name: String,
    /// Fields within the access: bits of it, not of the register.
    fields: Vec<NamedField>,
}

impl Names {
    /// Of a chip's SVD file; without one, of a device without peripherals, there are the core's registers only.
    pub fn new(device: &Device, core: Core) -> Self {
        let own = match core.architecture() {
            Architecture::RiscV32 => Own::None,
            Architecture::Armv6M | Architecture::Armv8MBase => Own::Baseline,
            _ => Own::Mainline,
        };
        Self::with(device, own)
    }

    /// Of an SVD file whose chip is not known; which core it has is what the file says.
    pub fn of_device(device: &Device) -> Self {
        let core = device.cpu.as_ref().map_or(CpuCore::Other, |cpu| cpu.core);
        let own = match core {
            CpuCore::CortexM0
            | CpuCore::CortexM0Plus
            | CpuCore::CortexM1
            | CpuCore::CortexM23
            | CpuCore::SecurCoreSc000 => Own::Baseline,
            CpuCore::RiscV
            | CpuCore::Xtensa
            | CpuCore::Msp430
            | CpuCore::CortexA
            | CpuCore::CortexR => Own::None,
            CpuCore::Other if device.riscv_controller().is_some() => Own::None,
            _ => Own::Mainline,
        };
        Self::with(device, own)
    }

    fn with(device: &Device, own: Own) -> Self {
        let mut registers = Vec::new();
        let mut blocks = Vec::new();
        for instance in device.peripherals_expanded() {
            let base = instance.base_address;
            for block in &instance.peripheral.address_blocks {
                let start = base.wrapping_add(block.offset);
                blocks.push((
                    start,
                    start.saturating_add(block.size),
                    instance.name.to_owned(),
                ));
            }
            for register in instance.peripheral.registers_expanded() {
                registers.push(Named {
                    address: base.wrapping_add(register.offset),
                    bytes: register.register.bytes(),
                    name: format!("{}.{}", instance.name, register.path),
                    fields: register
                        .register
                        .fields_expanded()
                        .map(|field| named_field(field.name, field.bit_offset, field.field))
                        .collect(),
                });
            }
        }
        // The first in the file is what an address is called that several registers have.
        registers.sort_by_key(|register| register.address);
        blocks.sort();
        let interrupts = device.interrupts();
        Self {
            registers,
            blocks,
            interrupts: interrupts
                .iter()
                .map(|irq| (irq.name.clone(), irq.value))
                .collect(),
            own,
        }
    }

    /// What an access of some bytes at an address is to; `None` where neither register nor peripheral is.
    pub(crate) fn place(&self, address: u64, bytes: u8) -> Option<Place> {
        self.core_place(address, bytes)
            .or_else(|| self.register_place(address, bytes))
            .or_else(|| {
                let block = self
                    .blocks
                    .iter()
                    .rev()
                    .find(|(start, end, _)| (*start..*end).contains(&address))?;
                Some(Place {
                    name: format!("{}+{:#x}", block.2, address - block.0),
                    fields: Vec::new(),
                })
            })
    }

    /// The interrupt of that number.
    pub(crate) fn interrupt(&self, number: u32) -> Option<&str> {
        let found = self.interrupts.iter().find(|(_, of)| *of == number)?;
        Some(&found.0)
    }

    /// The peripheral that holds an address.
    pub(crate) fn peripheral(&self, address: u64) -> Option<&str> {
        let block = self
            .blocks
            .iter()
            .rev()
            .find(|(start, end, _)| (*start..*end).contains(&address))?;
        Some(&block.2)
    }

    fn core_place(&self, address: u64, bytes: u8) -> Option<Place> {
        if self.own == Own::None {
            return None;
        }
        let baseline = self.own == Own::Baseline;
        let register = core_register(u32::try_from(address).ok()?, baseline, &self.interrupts)?;
        let fields = register.fields.into_iter();
        let fields: Vec<_> = fields
            .map(|(name, bit, width)| NamedField {
                name,
                bit,
                width,
                values: Vec::new(),
            })
            .collect();
        let within = address - u64::from(register.address);
        Some(part(&register.name, &fields, 4, within, bytes))
    }

    fn register_place(&self, address: u64, bytes: u8) -> Option<Place> {
        let after = self
            .registers
            .partition_point(|register| register.address <= address);
        let before = self.registers.get(..after)?.iter().rev();
        // Registers have 8 bytes at most, so those that hold the address are near.
        let holding = before
            .take_while(|register| address - register.address < 8)
            .filter(|register| address - register.address < register.bytes);
        // Of several, one of the access's own width, and the first of those in the file.
        let best = holding.min_by_key(|register| {
            (
                register.bytes != u64::from(bytes),
                address - register.address,
                0,
            )
        });
        let register = best.or_else(|| self.first_at(address))?;
        let register = self.first_like(register);
        Some(part(
            &register.name,
            &register.fields,
            register.bytes,
            address - register.address,
            bytes,
        ))
    }

    /// The first register of the file that is where another one is, and as wide.
    fn first_like<'a>(&'a self, register: &'a Named) -> &'a Named {
        let same =
            |other: &&Named| other.address == register.address && other.bytes == register.bytes;
        let from = self
            .registers
            .partition_point(|other| other.address < register.address);
        self.registers
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take(8)
            .find(same)
            .unwrap_or(register)
    }

    fn first_at(&self, address: u64) -> Option<&Named> {
        let from = self
            .registers
            .partition_point(|register| register.address < address);
        self.registers
            .get(from)
            .filter(|register| register.address == address)
    }
}

fn named_field(name: &str, bit: u32, field: &Field) -> NamedField {
    let values = field
        .write_enumeration()
        .or_else(|| field.read_enumeration());
    NamedField {
        name: name.to_owned(),
        bit,
        width: field.bit_width,
        values: values
            .map(|values| {
                values
                    .values
                    .iter()
                    .map(|value| (value.value, value.name.clone()))
                    .collect()
            })
            .unwrap_or_default(),
    }
}

/// An access to a register, or to a part of it that begins some bytes into it.
fn part(name: &str, fields: &[NamedField], size: u64, within: u64, bytes: u8) -> Place {
    let whole = within == 0 && u64::from(bytes) >= size;
    let (low, width) = (within as u32 * 8, u32::from(bytes) * 8);
    let name = if whole {
        name.to_owned()
    } else {
        format!("{name}[{}:{low}]", low + width - 1)
    };
    let inside = fields.iter().filter(|field| {
        field.bit >= low && field.bit + field.width <= low + width && field.bit - low < 32
    });
    let fields = inside.map(|field| NamedField {
        bit: field.bit - low,
        ..field.clone()
    });
    Place {
        name,
        fields: fields.collect(),
    }
}

impl Place {
    /// What a value means that is written: `BS3`, `MODE3 = Output`. Of bits that are not known nothing is said.
    pub(crate) fn describe(&self, value: u32, known: u32) -> String {
        let all = known == u32::MAX;
        // A number that is the only field's is the register's.
        if let ([field], true) = (self.fields.as_slice(), all)
            && field.bit == 0
            && field.width > 1
            && value & !field.mask() == 0
            && field.values.is_empty()
        {
            return number(u64::from(value));
        }
        let mut text = String::new();
        let mut said = 0;
        for field in &self.fields {
            let mask = field.mask();
            let bits = value & mask;
            // Of a value that is known whole, only what is not zero; of one that is changed, all that changed.
            if mask & known != mask || all && bits == 0 {
                continue;
            }
            said |= mask;
            let separator = if text.is_empty() { "" } else { ", " };
            let _ = write!(
                text,
                "{separator}{}",
                field.describe(u64::from(bits >> field.bit))
            );
        }
        let rest = value & known & !said;
        if all && (text.is_empty() || rest != 0) {
            return if text.is_empty() {
                number(u64::from(value))
            } else {
                format!("{text}, {rest:#x} beside")
            };
        }
        text
    }

    /// Names of the fields that any of these bits belong to.
    pub(crate) fn fields(&self, bits: u32) -> Vec<String> {
        self.fields
            .iter()
            .filter(|field| field.mask() & bits != 0)
            .map(|field| field.name.clone())
            .collect()
    }
}

impl NamedField {
    fn describe(&self, value: u64) -> String {
        let named = self.values.iter().find(|(of, _)| *of == value);
        match (named, self.width, value) {
            (Some((_, name)), ..) => format!("{} = {name}", self.name),
            (None, 1, 1) => self.name.clone(),
            (None, ..) => format!("{} = {}", self.name, number(value)),
        }
    }
}

/// A number, in hexadecimal digits where that is another text.
pub(crate) fn number(value: u64) -> String {
    if value <= 9 {
        value.to_string()
    } else {
        format!("{value:#x}")
    }
}
