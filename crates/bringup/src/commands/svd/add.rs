//! `bringup svd add`: keeps vendors' SVD files and packs, so that the names of their chips are enough.

mod pack;
mod single;

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};

use bringup_device::catalogue::{self, Core};

use crate::added::{self, Content, Kept};
use crate::bare::{Region, core_parser};
use crate::error::Error;
use crate::exit::Exit;
use crate::svd;
use crate::ui::{self, DIM, GOOD, STRONG, paint};

/// Keep vendors' SVD files and CMSIS-Packs, so that the names of their chips are enough everywhere
///
/// A pack (`.pack`) brings the SVD files, cores and memories of a whole family. An SVD file serves the chips of its
/// family that are known by name, and is a chip by its own name. Archives (`.zip`) of SVD files are taken as well.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Packs, SVD files, archives of SVD files
    #[arg(required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    chip: ChipArgs,
}

/// What an SVD file does not say of its chip.
#[derive(Debug, clap::Args)]
struct ChipArgs {
    /// The chip that the SVD file is for, known by name or new; by default called as in the file
    #[arg(long, value_name = "CHIP")]
    chip: Option<String>,

    /// Its core, where the file does not name it
    #[arg(long, value_name = "CORE", value_parser = core_parser())]
    core: Option<Core>,

    /// Its flash, for example 0x08000000:32K
    #[arg(long, value_name = "ORIGIN:LENGTH")]
    flash: Option<Region>,

    /// Its RAM, for example 0x20000000:8K
    #[arg(long, value_name = "ORIGIN:LENGTH")]
    ram: Option<Region>,
}

impl ChipArgs {
    fn is_empty(&self) -> bool {
        self.chip.is_none() && self.core.is_none() && self.flash.is_none() && self.ram.is_none()
    }
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let mut exit = Exit::Fine;
    for path in &args.files {
        match add(path, args) {
            // One file that cannot be read is no reason to leave the others.
            Err(error) if args.files.len() > 1 => {
                ui::report(&error);
                exit = Exit::Input;
            }
            result => result?,
        }
    }
    Ok(exit)
}

fn add(path: &Path, args: &Args) -> Result<(), Error> {
    let read = |source| Error::Read {
        path: path.into(),
        source,
    };
    let mut file = File::open(path).map_err(read)?;
    let mut begin = Vec::new();
    let mut head = (&mut file).take(2);
    head.read_to_end(&mut begin).map_err(read)?;
    if begin == b"PK" {
        if !args.chip.is_empty() {
            return Err(Error::PackNamesChips { path: path.into() });
        }
        file.rewind().map_err(read)?;
        return pack::add(path, file);
    }
    if args.files.len() > 1 && !args.chip.is_empty() {
        return Err(Error::PackNamesChips { path: path.into() });
    }
    let mut bytes = begin;
    file.read_to_end(&mut bytes).map_err(read)?;
    single::add(&path.display().to_string(), bytes, &args.chip)
}

/// The name of the file that something was read from.
fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next();
    name.unwrap_or_default().to_owned()
}

/// Keeps what was read, and says what became of it: `summary` is what there is in it. Returns whether it serves chips of
/// the catalogue that no SVD file was known for.
fn keep(content: Content, summary: &str) -> Result<bool, Error> {
    let (name, version) = (content.name.clone(), content.version.clone());
    let before = without_svd();
    let kept = added::keep(content)?;
    let title = format!("{name} {version}");
    let title = paint(STRONG, title.trim_end());
    let line = match &kept {
        Kept::Added => format!("{} {title}: {summary}", paint(GOOD, "added")),
        Kept::Replaced { version: old } if *old == version => {
            format!(
                "{} {title}, whose content was another: {summary}",
                paint(GOOD, "replaced")
            )
        }
        Kept::Replaced { version: old } => {
            format!(
                "{} {title} in place of {old}: {summary}",
                paint(GOOD, "added")
            )
        }
        Kept::Known => format!("{title} is there already"),
        Kept::Newer { version: newer } => format!(
            "{newer} of {} is there already and newer than {version}: nothing was changed; `bringup svd remove {name}` would make room",
            paint(STRONG, &name)
        ),
    };
    ui::note(line);
    let served: Vec<&str> = before
        .into_iter()
        .filter(|chip| svd::file_of(chip).is_ok())
        .map(|chip| chip.name.as_str())
        .collect();
    if !served.is_empty() {
        ui::note(paint(
            DIM,
            format_args!("  it has the SVD file of {}", served.join(", ")),
        ));
    }
    Ok(!served.is_empty())
}

/// The chips of the catalogue that no SVD file is known for.
fn without_svd() -> Vec<&'static catalogue::Chip> {
    let lacking = |chip: &&catalogue::Chip| chip.svd.is_none() && svd::file_of(chip).is_err();
    catalogue::chips().filter(lacking).collect()
}
