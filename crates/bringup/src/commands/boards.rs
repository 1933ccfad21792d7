//! `bringup boards`: the boards of the catalogue.

use bringup_device::catalogue::{self, Board};

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
        view::print(format_args!(
            "{:<18} {:<12} {}",
            known.board.name,
            known.chip.name,
            parts(known.board)
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

/// LEDs beyond which they are counted and not listed.
const MANY: usize = 4;

/// What is on a board: LEDs, buttons, the serial port that leads to the computer.
fn parts(board: &Board) -> String {
    let leds = board.leds.iter();
    let leds: Vec<_> = leds
        .map(|led| format!("{} on {} ({})", led.label, led.pin, led.colour))
        .collect();
    let mut parts = if leds.len() > MANY {
        vec![format!("{} LEDs", leds.len())]
    } else {
        leds
    };
    let buttons = board.buttons.iter();
    parts.extend(buttons.map(|button| format!("button {} on {}", button.label, button.pin)));
    if let Some(console) = &board.console {
        parts.push(format!(
            "{} on {}, {}",
            console.port, console.tx, console.rx
        ));
    }
    parts.join("; ")
}
