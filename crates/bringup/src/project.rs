//! What a firmware project says to `bringup`: `[package.metadata.bringup]` of its `Cargo.toml`.
//!
//! ```toml
//! [package.metadata.bringup]
//! board = "nucleo-l031k6"        # a board of the catalogue, or
//! chip = "STM32L031K6"           # a chip of the catalogue, or
//! core = "cortex-m0+"            # any other chip, by its core and memories
//! flash = "0x08000000:32K"
//! ram = "0x20000000:8K"
//! svd = "chip.svd"               # the vendor's file, beside Cargo.toml
//! probe = "openocd"              # or "probe-rs": what `bringup flash` uses
//! probe-rs = "STM32L031K6Tx"     # what the tool calls the chip, if the catalogue does not know
//! openocd = "target/stm32l0.cfg"
//! ```

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use bringup_device::catalogue::{Chip, Core};
use serde::{Deserialize, Deserializer};

use crate::bare::{self, Region};
use crate::error::Error;
use crate::files;
use crate::target::Target;

/// A project: a folder with a manifest that says something to `bringup`.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// The folder of the manifest.
    pub(crate) dir: PathBuf,
    /// What the manifest says.
    pub(crate) metadata: Metadata,
}

/// `[package.metadata.bringup]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Metadata {
    /// A board of the catalogue.
    pub(crate) board: Option<String>,
    /// A chip of the catalogue, or the name of one that is described by its core and memories.
    pub(crate) chip: Option<String>,
    /// The core of a chip that the catalogue does not have.
    pub(crate) core: Option<Core>,
    /// Its flash.
    #[serde(default, deserialize_with = "region")]
    pub(crate) flash: Option<Region>,
    /// Its RAM.
    #[serde(default, deserialize_with = "region")]
    pub(crate) ram: Option<Region>,
    /// The vendor's SVD file, relative to the manifest.
    pub(crate) svd: Option<PathBuf>,
    /// What flashes and debugs.
    pub(crate) probe: Option<ProbeTool>,
    /// What `probe-rs` calls the chip.
    pub(crate) probe_rs: Option<String>,
    /// Configuration file of OpenOCD for the chip.
    pub(crate) openocd: Option<String>,
}

/// Tools that reach a chip through a debug probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProbeTool {
    /// OpenOCD, with gdb.
    Openocd,
    /// probe-rs.
    ProbeRs,
}

impl From<ProbeTool> for bringup_gen::project::Probe {
    fn from(tool: ProbeTool) -> Self {
        match tool {
            ProbeTool::Openocd => Self::Openocd,
            ProbeTool::ProbeRs => Self::ProbeRs,
        }
    }
}

impl ProbeTool {
    /// Its name, as in a manifest and on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Openocd => "openocd",
            Self::ProbeRs => "probe-rs",
        }
    }

    /// How a message begins that it is missing.
    pub(crate) const fn is_not(self) -> &'static str {
        match self {
            Self::Openocd => "`openocd` is not",
            Self::ProbeRs => "`probe-rs` is not",
        }
    }
}

impl Project {
    /// The project whose program cargo runs; without cargo, the one around the current directory. `None` where no
    /// manifest has the table.
    pub(crate) fn here() -> Result<Option<Self>, Error> {
        // `cargo run` tells its runner where the package is.
        if let Some(dir) = std::env::var_os("CARGO_MANIFEST_DIR") {
            return Self::at(Path::new(&dir));
        }
        let here = std::env::current_dir().unwrap_or_default();
        for dir in here.ancestors() {
            if let Some(project) = Self::at(dir)? {
                return Ok(Some(project));
            }
        }
        Ok(None)
    }

    /// The project in a folder; `None` if there is no manifest with the table.
    pub(crate) fn at(dir: &Path) -> Result<Option<Self>, Error> {
        let path = dir.join("Cargo.toml");
        if !path.is_file() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&files::read(&path)?).into_owned();
        // A manifest that cargo would not take is cargo's to complain about.
        let Ok(manifest) = toml::from_str::<toml::Table>(&text) else {
            return Ok(None);
        };
        let table = ["package", "metadata", "bringup"]
            .iter()
            .try_fold(&manifest, |table, key| table.get(*key)?.as_table());
        let Some(table) = table else {
            return Ok(None);
        };
        let metadata = table
            .clone()
            .try_into()
            .map_err(|source: toml::de::Error| Error::Metadata {
                path,
                reason: source.message().trim().replace('\n', ", "),
            })?;
        Ok(Some(Self {
            dir: dir.into(),
            metadata,
        }))
    }

    /// The chip and the board that the manifest names or describes; `None` if it does neither.
    pub(crate) fn target(&self) -> Result<Option<Target>, Error> {
        let metadata = &self.metadata;
        let mut target = match (&metadata.board, &metadata.chip, self.described_chip()?) {
            (_, _, Some(chip)) => Target {
                chip: Cow::Owned(chip),
                board: None,
                svd: None,
                described: true,
            },
            (Some(board), _, None) => Target::of_board(board)?,
            (None, Some(chip), None) => Target::of_chip(chip)?,
            (None, None, None) => return Ok(None),
        };
        target.svd = metadata.svd.as_ref().map(|svd| self.dir.join(svd));
        Ok(Some(target))
    }

    /// The chip that is described by its core and memories.
    fn described_chip(&self) -> Result<Option<Chip>, Error> {
        let metadata = &self.metadata;
        let Some(core) = metadata.core else {
            return Ok(None);
        };
        let (Some(flash), Some(ram)) = (metadata.flash, metadata.ram) else {
            return Err(Error::Metadata {
                path: self.dir.join("Cargo.toml"),
                reason: "a `core` needs its memories, `flash` and `ram`".into(),
            });
        };
        let mut chip = bare::chip(core, flash, ram);
        if let Some(name) = &metadata.chip {
            chip.name.clone_from(name);
        }
        chip.debug.probe_rs.clone_from(&metadata.probe_rs);
        chip.debug.openocd.clone_from(&metadata.openocd);
        Ok(Some(chip))
    }
}

/// `"0x20000000:8K"`.
fn region<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Region>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map(Some)
        .map_err(|reason| serde::de::Error::custom(format_args!("`{text}`: {reason}")))
}
