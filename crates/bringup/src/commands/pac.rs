//! `bringup pac`: a peripheral access crate from an SVD file.

use std::path::PathBuf;

use bringup_gen::pac;

use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::svd::patch::PatchArgs;
use crate::svd::{self, Show};
use crate::ui;

/// Generate a peripheral access crate from an SVD file
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The vendor's SVD file
    file: PathBuf,

    #[command(flatten)]
    patches: PatchArgs,

    /// Where to write the crate; by default a new folder named after the device
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Only these peripherals, and what they need
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    peripherals: Vec<String>,

    /// Name of the crate; by default the device's in lower case
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let svd = svd::load(&args.file, &args.patches, Show::All)?;
    let name = args
        .name
        .clone()
        .unwrap_or_else(|| svd::package_name(&svd.device));
    let options = pac::Options {
        peripherals: args.peripherals.clone(),
        ..pac::Options::new(name)
    };
    let tree = pac::generate(&svd.device, &options)?;
    let dir = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(&options.name));
    files::check_out_dir(&dir)?;
    files::write_tree(&dir, &tree, "")?;
    ui::note(format_args!(
        "{} `{}`",
        ui::paint(ui::GOOD, "generated"),
        dir.display()
    ));
    Ok(Exit::Fine)
}
