//! `bringup chips`: what the catalogue knows.

use bringup_device::catalogue::{self, MemoryKind};
use bringup_device::pack::Chip;

use crate::added;
use crate::error::Error;
use crate::exit::Exit;
use crate::ui;
use crate::view;

/// List the chips that are known by name
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only those whose name contains this
    pattern: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let pattern = args.pattern.as_deref().unwrap_or_default().to_lowercase();
    let mut found = false;
    for chip in catalogue::chips().filter(|chip| chip.name.to_lowercase().contains(&pattern)) {
        found = true;
        let memories: Vec<_> = chip
            .memories
            .iter()
            .map(|it| (it.kind, it.length))
            .collect();
        row(&chip.name, chip.core.name(), &memories, &chip.vendor);
    }
    for collection in added::all()? {
        let matching = |chip: &&Chip| {
            chip.name.to_lowercase().contains(&pattern) && !is_in_catalogue(&chip.name)
        };
        for chip in collection.chips.iter().filter(matching) {
            found = true;
            let memories: Vec<_> = chip
                .memories
                .iter()
                .map(|it| (it.kind, it.length))
                .collect();
            let core = chip.core().map(|core| core.name().to_owned());
            let core = core.unwrap_or_else(|| chip.core.to_lowercase());
            let from = format!("{}, from {}", chip.vendor, collection.name);
            row(&chip.name, &core, &memories, &from);
        }
    }
    if found {
        Ok(Exit::Fine)
    } else {
        Err(Error::NoMatch {
            what: "chip",
            pattern,
        })
    }
}

fn is_in_catalogue(name: &str) -> bool {
    catalogue::chips().any(|chip| chip.name.eq_ignore_ascii_case(name))
}

fn row(name: &str, core: &str, memories: &[(MemoryKind, u32)], vendor: &str) {
    let size = |kind| {
        let memories = memories.iter().filter(|memory| memory.0 == kind);
        ui::bytes(memories.map(|(_, length)| u64::from(*length)).sum())
    };
    view::print(format_args!(
        "{name:<14} {core:<12} {:>8} flash {:>8} RAM   {vendor}",
        size(MemoryKind::Flash),
        size(MemoryKind::Ram),
    ));
}
