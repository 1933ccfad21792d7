//! `bringup flash`: firmware into the chip on the desk.

use std::path::PathBuf;

use crate::error::Error;
use crate::exit::Exit;
use crate::probe::{self, ProbeArgs, Task};
use crate::target::TargetArgs;

/// Write firmware into the chip on the desk and start it, with OpenOCD or probe-rs
///
/// The image is audited first: one that cannot start on the chip is not flashed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The firmware, an ELF file
    elf: PathBuf,

    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    probe: ProbeArgs,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let target = args.target.resolve()?;
    probe::perform(Task::Flash, &args.elf, &target, &args.probe)
}
