//! Getting an SVD file, and showing what is wrong with it beside its text.

pub(crate) mod patch;

use std::path::{Path, PathBuf};

use bringup_board::Board;
use bringup_device::catalogue::Chip;
use bringup_device::svd::Outline;
use bringup_device::{Device, Diagnostic, Severity, Source};

use crate::added::{self, Known};
use crate::cargo;
use crate::error::Error;
use crate::files;
use crate::snippet;
use crate::svd::patch::PatchArgs;
use crate::target::Target;
use crate::ui;

/// A file that was read and resolved.
pub(crate) struct Svd {
    /// Its length in bytes.
    pub(crate) len: usize,
    /// What it says.
    pub(crate) device: Device,
    /// How many warnings there are about it.
    pub(crate) warnings: usize,
}

/// Options that say which SVD file describes the chip.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct SvdArgs {
    /// Use this SVD file and not the one from crates.io
    #[arg(long, value_name = "FILE")]
    pub(crate) svd: Option<PathBuf>,

    #[command(flatten)]
    patches: PatchArgs,
}

impl SvdArgs {
    /// Loads the file that is named, if one is, with the patches.
    pub(crate) fn load_named(&self) -> Result<Option<Svd>, Error> {
        let path = self.svd.as_deref();
        path.map(|path| load(path, &self.patches, Show::Errors))
            .transpose()
    }

    /// Loads the file that is named, or else the project's, or else the one that the chip's package ships, with the patches.
    pub(crate) fn load(&self, target: &Target) -> Result<Svd, Error> {
        load(&self.file(target)?, &self.patches, Show::Errors)
    }

    /// The outline of the file that [`Self::load`] loads, with the registers that a virtual board needs at once. `None` where anything
    /// is wrong with it: then loading says what.
    pub(crate) fn outline(&self, target: &Target) -> Result<Option<Outline>, Error> {
        let text = Text::read(&self.file(target)?, &self.patches)?;
        let text = String::from_utf8(text.bytes).ok();
        let depth = |name: &str| Board::needs_at_start(&target.chip, name);
        Ok(text.and_then(|text| Outline::read_with(text, depth)))
    }

    /// The text of a file, with the patches.
    pub(crate) fn text(&self, path: &Path) -> Result<Vec<u8>, Error> {
        Ok(Text::read(path, &self.patches)?.bytes)
    }

    /// Where the file is that [`Self::load`] reads.
    pub(crate) fn file(&self, target: &Target) -> Result<PathBuf, Error> {
        match self.svd.as_ref().or(target.svd.as_ref()) {
            Some(path) => Ok(path.clone()),
            None => file_of(&target.chip),
        }
    }
}

/// Where the SVD file of a chip is: one that was added for it, or that its package ships, or that was added for its family.
pub(crate) fn file_of(chip: &Chip) -> Result<PathBuf, Error> {
    if let Some(path) = added::assigned_svd(&chip.name)? {
        return Ok(path);
    }
    match &chip.svd {
        Some(source) => cargo::package_file(source),
        None => added::svd_of(chip)?.ok_or_else(|| Error::NoSvd {
            chip: chip.name.clone(),
            published: chip.published.clone(),
        }),
    }
}

/// Where the SVD file of a chip or a board is that is known by name.
pub(crate) fn file_named(name: &str) -> Result<PathBuf, Error> {
    if let Ok(target) = Target::of_board(name) {
        return file_of(&target.chip);
    }
    let known = match added::known(name) {
        // Which of them is meant does not matter if one file is that of all.
        Err(several @ Error::SeveralChips { .. }) => {
            return added::common_svd(name)?.ok_or(several);
        }
        known => known?,
    };
    match known {
        Known::Catalogue(chip) => file_of(chip),
        // A chip can lack what it takes to build for it, and have an SVD file.
        Known::Added { chip, svd } => svd.ok_or(Error::NoSvd {
            chip: chip.name,
            published: None,
        }),
    }
}

/// The SVD file that a command line names: by its path, or by a chip or a board.
pub(crate) fn locate(path: &Path) -> Result<PathBuf, Error> {
    let is_name = |name: &&str| !name.contains(['/', '\\', '.']);
    let name = path.to_str().filter(is_name);
    let Some(name) = name.filter(|_| !path.exists()) else {
        return Ok(path.into());
    };
    file_named(name).map_err(|error| match error {
        Error::Unknown(unknown) => Error::NoFileOrChip {
            name: name.into(),
            similar: unknown.nearest,
        },
        error => error,
    })
}

/// Which of the diagnostics are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// Warnings and errors.
    All,
    /// Errors.
    Errors,
}

/// The text of a file after its patches, and what to call it.
pub(crate) struct Text {
    /// As it is loaded.
    pub(crate) bytes: Vec<u8>,
    /// Its path; of a patched one with a word about that, for its lines lie on no disk.
    pub(crate) name: String,
}

impl Text {
    /// Reads a file and applies the patches.
    pub(crate) fn read(path: &Path, patches: &PatchArgs) -> Result<Self, Error> {
        let bytes = patches.apply(path, files::read(path)?)?;
        let patched = if patches.is_empty() { "" } else { " (patched)" };
        let name = format!("{}{patched}", path.display());
        Ok(Self { bytes, name })
    }
}

/// Reads, patches and resolves a file; errors in it end the command after all of them were shown.
pub(crate) fn load(path: &Path, patches: &PatchArgs, show: Show) -> Result<Svd, Error> {
    let Text { bytes, name } = Text::read(path, patches)?;
    let loaded = bringup_device::svd::load_bytes(&bytes);
    let len = bytes.len();
    let is_error = |diagnostic: &&Diagnostic| diagnostic.severity == Severity::Error;
    let errors = loaded.diagnostics.iter().filter(is_error).count();
    let shown = |diagnostic: &&Diagnostic| show == Show::All || is_error(diagnostic);
    let mut shown = loaded.diagnostics.iter().filter(shown).peekable();
    if shown.peek().is_some() {
        // Only now: it looks for the lines of the whole text.
        let source = Source::new(name, bytes);
        for diagnostic in shown {
            ui::note(snippet::show(&source, diagnostic));
        }
    }
    match loaded.device {
        Some(device) if errors == 0 => Ok(Svd {
            len,
            device,
            warnings: loaded.diagnostics.len(),
        }),
        _ => Err(Error::Svd { path: path.into() }),
    }
}

/// The name of a device's peripheral access crate: the device's own, in the letters that Cargo takes.
pub(crate) fn package_name(device: &Device) -> String {
    let letters = device.name.chars().map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    });
    let name: String = letters.collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name
    } else {
        format!("pac_{name}")
    }
}
