//! `bringup svd get`: the SVD file of a chip that the catalogue knows.

use std::io::Write as _;
use std::path::PathBuf;

use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::svd;

/// Write the SVD file of a chip or board that is known by name: one that was added, or that a package ships
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The chip or board, for example STM32L031K6
    name: String,

    /// Where to write; by default to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let bytes = files::read(&svd::file_named(&args.name)?)?;
    if let Some(out) = &args.out {
        files::write_file(out, &bytes)?;
    } else {
        // A closed pipe is no reason to fail.
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(&bytes).and_then(|()| stdout.flush());
    }
    Ok(Exit::Fine)
}
