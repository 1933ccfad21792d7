//! `bringup svd patch`: the text of a file after its patches, to look at or to keep.

use std::io::Write as _;
use std::path::PathBuf;

use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::svd::patch::PatchArgs;
use crate::svd::{self, Text};

/// Write an SVD file with patches applied
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The vendor's SVD file, or a chip that is known by name
    file: PathBuf,

    #[command(flatten)]
    patches: PatchArgs,

    /// Where to write; by default to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let text = Text::read(&svd::locate(&args.file)?, &args.patches)?;
    if let Some(out) = &args.out {
        files::write_file(out, &text.bytes)?;
    } else {
        // A closed pipe is no reason to fail.
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(&text.bytes).and_then(|()| stdout.flush());
    }
    Ok(Exit::Fine)
}
