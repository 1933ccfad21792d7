//! A chip as a pack describes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalogue::{self, Core, MemoryKind};
use crate::{Cpu, CpuCore, Device};

/// A chip of a pack. It can be kept in any format of serde.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chip {
    /// The name of the device or variant; if the device has several processors, with that of the processor behind it,
    /// as in `STM32H745ZITx-CM7`.
    pub name: String,
    /// Names of variants that differ in what is not described here, such as their package.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_names: Vec<String>,
    /// Manufacturer.
    pub vendor: String,
    /// `Dfamily`.
    pub family: String,
    /// `Dcore` as written, for example `Cortex-M0+`; empty if it is not given.
    pub core: String,
    /// Whether the core has a floating-point unit.
    #[serde(default)]
    pub has_fpu: bool,
    /// The highest clock of the core, in hertz.
    pub clock_hz: Option<u64>,
    /// Path of the SVD file.
    pub svd: Option<String>,
    /// Memories, those first of each kind that programs are linked for.
    pub memories: Vec<Memory>,
}

/// A memory of a chip in a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: MemoryKind,
    /// First address.
    pub origin: u32,
    /// Length in bytes.
    pub length: u32,
    /// Addresses at which the same memory appears as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<u32>,
}

impl Memory {
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let end = |memory: &Self| u64::from(memory.origin) + u64::from(memory.length);
        u64::from(self.origin) < end(other) && u64::from(other.origin) < end(self)
    }
}

/// What is missing for a chip of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Incomplete {
    /// The core is not given, or not one that firmware is built for.
    #[error("the core of `{chip}` is {}", said(core))]
    Core {
        /// The chip.
        chip: String,
        /// What it says, or nothing.
        core: String,
    },
    /// There is no memory of a kind.
    #[error("`{chip}` has no memory of kind `{}`", kind.word())]
    Memory {
        /// The chip.
        chip: String,
        /// The kind.
        kind: MemoryKind,
    },
}

fn said(core: &str) -> String {
    if core.is_empty() {
        "not known".into()
    } else {
        format!("`{core}`, for which nothing is built")
    }
}

impl Chip {
    /// What an SVD file by itself says of its chip: everything but the memories.
    pub fn of_device(device: &Device) -> Self {
        let cpu = device.cpu.as_ref();
        Self {
            name: device.name.clone(),
            other_names: Vec::new(),
            vendor: device.vendor.clone().unwrap_or_default(),
            family: device.series.clone().unwrap_or_default(),
            core: cpu.map(core_name).unwrap_or_default(),
            has_fpu: cpu.is_some_and(|cpu| cpu.fpu_present),
            clock_hz: None,
            svd: None,
            memories: Vec::new(),
        }
    }

    /// The chip as those of the catalogue are. What a pack does not say is filled in: as many breakpoints as any chip
    /// with an Armv6-M core has, a clock of 16 MHz after reset, and no models.
    ///
    /// # Errors
    ///
    /// [`Incomplete`] if the core is unknown, or flash or RAM are.
    pub fn to_catalogue(&self) -> Result<catalogue::Chip, Incomplete> {
        let core = self.core().ok_or_else(|| Incomplete::Core {
            chip: self.name.clone(),
            core: self.core.clone(),
        })?;
        for kind in [MemoryKind::Flash, MemoryKind::Ram] {
            if !self.memories.iter().any(|memory| memory.kind == kind) {
                let chip = self.name.clone();
                return Err(Incomplete::Memory { chip, kind });
            }
        }
        Ok(catalogue::Chip {
            vendor: self.vendor.clone(),
            ..catalogue::Chip::of_core(&self.name, core, self.catalogue_memories())
        })
    }

    /// The core that firmware is built for.
    pub fn core(&self) -> Option<Core> {
        let name = &self.core;
        let with_fpu = self
            .has_fpu
            .then(|| Core::of_name(&format!("{name}f")))
            .flatten();
        with_fpu.or_else(|| Core::of_name(name))
    }

    /// Whether only the names of two chips differ.
    pub(super) fn is_same_but_for_names(&self, other: &Self) -> bool {
        let Self {
            name: _,
            other_names: _,
            vendor,
            family,
            core,
            has_fpu,
            clock_hz,
            svd,
            memories,
        } = self;
        (vendor, family, core, has_fpu, clock_hz, svd, memories)
            == (
                &other.vendor,
                &other.family,
                &other.core,
                &other.has_fpu,
                &other.clock_hz,
                &other.svd,
                &other.memories,
            )
    }

    fn catalogue_memories(&self) -> Vec<catalogue::Memory> {
        let start = self
            .memories
            .iter()
            .position(|it| it.kind == MemoryKind::Flash);
        let memories = self.memories.iter().enumerate();
        memories
            .map(|(index, memory)| {
                let mut aliases = memory.aliases.clone();
                if start == Some(index) && self.appears_at_zero(memory) {
                    aliases.push(0);
                }
                catalogue::Memory {
                    kind: memory.kind,
                    origin: memory.origin,
                    length: memory.length,
                    aliases,
                    erased: 0xFF,
                    values: BTreeMap::new(),
                }
            })
            .collect()
    }

    /// Whether the flash has to be at address 0 as well: a Cortex-M starts there, and nothing else is.
    fn appears_at_zero(&self, flash: &Memory) -> bool {
        let at_zero = Memory {
            origin: 0,
            aliases: Vec::new(),
            ..flash.clone()
        };
        !self.memories.iter().any(|memory| {
            memory.overlaps(&at_zero) || memory.aliases.iter().any(|&alias| alias < flash.length)
        })
    }
}

/// `Dcore` for the core that an SVD file names: `Cortex-M0+` for `CM0PLUS`. Of other makers' cores the name as it is.
fn core_name(cpu: &Cpu) -> String {
    let name = match cpu.core {
        CpuCore::CortexM0 => "Cortex-M0",
        CpuCore::CortexM0Plus => "Cortex-M0+",
        CpuCore::CortexM1 => "Cortex-M1",
        CpuCore::CortexM3 => "Cortex-M3",
        CpuCore::CortexM4 => "Cortex-M4",
        CpuCore::CortexM7 => "Cortex-M7",
        CpuCore::CortexM23 => "Cortex-M23",
        CpuCore::CortexM33 => "Cortex-M33",
        CpuCore::CortexM35P => "Cortex-M35P",
        CpuCore::CortexM52 => "Cortex-M52",
        CpuCore::CortexM55 => "Cortex-M55",
        CpuCore::CortexM85 => "Cortex-M85",
        _ => &cpu.name,
    };
    name.to_owned()
}

/// Whether a text can be a chip's name: what the specification allows in `Dname`.
pub fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/');
    !name.is_empty() && name.len() <= 64 && name.bytes().all(allowed)
}
