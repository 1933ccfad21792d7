//! `bringup boards`: the boards of the catalogue.

use bringup_device::catalogue;

use crate::error::Error;
use crate::exit::Exit;
use crate::view;

/// List the boards that are known by name
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only those whose name contains this
    pattern: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let pattern = args.pattern.as_deref().unwrap_or_default().to_lowercase();
    let mut found = false;
    for known in catalogue::boards().filter(|known| known.board.name.contains(&pattern)) {
        found = true;
        let leds: Vec<_> = known
            .board
            .leds
            .iter()
            .map(|led| format!("{} on {} ({})", led.label, led.pin, led.colour))
            .collect();
        view::print(format_args!(
            "{:<16} {:<14} {}",
            known.board.name,
            known.chip.name,
            leds.join(", ")
        ));
    }
    if found {
        Ok(Exit::Fine)
    } else {
        Err(Error::NoMatch {
            what: "board",
            pattern,
        })
    }
}
