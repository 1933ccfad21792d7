//! `bringup chips`: what the catalogue knows.

use bringup_device::catalogue::{self, MemoryKind};

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
        let size = |kind| {
            ui::bytes(
                chip.memories
                    .iter()
                    .filter(|memory| memory.kind == kind)
                    .map(|memory| u64::from(memory.length))
                    .sum(),
            )
        };
        view::print(format_args!(
            "{:<14} {:<12} {:>8} flash {:>8} RAM   {}",
            chip.name,
            chip.core.name(),
            size(MemoryKind::Flash),
            size(MemoryKind::Ram),
            chip.vendor
        ));
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
