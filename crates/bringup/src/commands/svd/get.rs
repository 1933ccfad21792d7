//! `bringup svd get`: the SVD file of a chip that the catalogue knows.

use std::io::Write as _;
use std::path::PathBuf;

use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::svd;
use crate::target::Target;

/// Write the SVD file of a chip or board that is known by name, from the package that ships it
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The chip or board, for example STM32L031K6
    name: String,

    /// Where to write; by default to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let target = match Target::of_board(&args.name) {
        Ok(target) => target,
        Err(_) => Target::of_chip(&args.name)?,
    };
    let bytes = files::read(&svd::file_of(&target.chip)?)?;
    if let Some(out) = &args.out {
        files::write_file(out, &bytes)?;
    } else {
        // A closed pipe is no reason to fail.
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(&bytes).and_then(|()| stdout.flush());
    }
    Ok(Exit::Fine)
}
