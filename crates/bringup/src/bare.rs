//! A bare core with memories and nothing else, for firmware of chips that the catalogue does not have.

use std::collections::BTreeMap;

use std::str::FromStr;

use bringup_device::catalogue::{Chip, Core, Memory, MemoryKind};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

/// Options that describe a core without a chip.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct BareArgs {
    /// A bare core in place of a board: NVIC, SysTick and semihosting, and with `--svd` the registers of that file
    #[arg(long, value_name = "CORE", value_parser = core_parser(), requires_all = ["flash", "ram"], conflicts_with_all = ["board", "chip"])]
    core: Option<Core>,

    /// Flash of the bare core, for example 0x0:256K; what is elsewhere appears at address 0, too
    #[arg(long, value_name = "ORIGIN:LENGTH", requires = "core")]
    flash: Option<Region>,

    /// RAM of the bare core, for example 0x20000000:64K
    #[arg(long, value_name = "ORIGIN:LENGTH", requires = "core")]
    ram: Option<Region>,

    /// Clock of the bare core, for example 48M
    #[arg(long, value_name = "HERTZ", value_parser = hertz, default_value = "16M", requires = "core")]
    clock: u64,
}

/// [`Core`] by its names on the command line, which are those of chips' files.
pub(crate) fn core_parser() -> impl clap::builder::TypedValueParser<Value = Core> {
    PossibleValuesParser::new(Core::all().map(Core::name))
        .map(|name| Core::of_name(&name).unwrap_or(Core::CortexM0))
}

/// A part of the address space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) origin: u32,
    pub(crate) length: u32,
}

impl BareArgs {
    /// A chip of the core and its memories, if one is asked for.
    pub(crate) fn chip(&self) -> Option<Chip> {
        let mut chip = chip(self.core?, self.flash?, self.ram?);
        chip.reset_clock_hz = self.clock;
        Some(chip)
    }
}

/// A chip that is a core and its memories, on a clock of 16 MHz.
pub(crate) fn chip(core: Core, flash: Region, ram: Region) -> Chip {
    let memory = |kind, region: Region, aliases| Memory {
        kind,
        origin: region.origin,
        length: region.length,
        aliases,
        erased: 0xFF,
        values: BTreeMap::new(),
    };
    let memories = vec![
        memory(MemoryKind::Flash, flash, boot_alias(flash, ram)),
        memory(MemoryKind::Ram, ram, Vec::new()),
    ];
    Chip::of_core(core.name(), core, memories)
}

/// Where else the flash appears. The core starts at address 0, so chips that have their flash elsewhere show it there, too.
fn boot_alias(flash: Region, ram: Region) -> Vec<u32> {
    let is_free = |region: Region| region.origin >= flash.length;
    if is_free(flash) && is_free(ram) {
        vec![0]
    } else {
        Vec::new()
    }
}

/// `0x20000000:64K`.
impl FromStr for Region {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        region(text)
    }
}

fn region(text: &str) -> Result<Region, String> {
    let (origin, length) = text
        .split_once(':')
        .ok_or("an address, a colon and a length are expected, as in `0x20000000:64K`")?;
    let (origin, length) = (scaled(origin, 1024)?, scaled(length, 1024)?);
    if length == 0 {
        return Err("the length is 0".into());
    }
    let end = origin.checked_add(length).filter(|end| *end <= 1 << 32);
    if end.is_none() {
        return Err("it ends beyond the 4 GiB that a core can address".into());
    }
    Ok(Region {
        origin: origin as u32,
        length: u32::try_from(length).map_err(|_| "it is 4 GiB long")?,
    })
}

/// `48M`, `32768`.
fn hertz(text: &str) -> Result<u64, String> {
    match scaled(text, 1000)? {
        0 => Err("a clock of 0 Hz stands still".into()),
        hertz => Ok(hertz),
    }
}

/// A number, decimal or after `0x`; `K` behind it stands for a factor, `M` for that factor twice.
fn scaled(text: &str, factor: u64) -> Result<u64, String> {
    let text = text.trim();
    let (digits, factor) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], factor),
        Some((at, 'm' | 'M')) => (&text[..at], factor * factor),
        _ => (text, 1),
    };
    let plain = digits.replace('_', "");
    let value = match plain.strip_prefix("0x").or(plain.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => plain.parse(),
    };
    let value = value.map_err(|_| format!("`{text}` is not a number"))?;
    value
        .checked_mul(factor)
        .ok_or_else(|| format!("`{text}` is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_and_clocks() {
        let of = |origin, length| Ok(Region { origin, length });
        assert_eq!(region("0x0:256K"), of(0, 0x4_0000));
        assert_eq!(region("0x2000_0000:1m"), of(0x2000_0000, 0x10_0000));
        assert_eq!(region("0xFFFFF000:0x1000"), of(0xFFFF_F000, 0x1000));
        for wrong in [
            "",
            "0",
            "0:0",
            "0:4G",
            "0xFFFFF000:8K",
            "0:99999999999999999M",
            "0:é",
        ] {
            assert!(region(wrong).is_err(), "{wrong}");
        }
        assert_eq!(hertz("48M"), Ok(48_000_000));
        assert_eq!(hertz("32768"), Ok(32_768));
        assert!(hertz("0").is_err());
    }
}
