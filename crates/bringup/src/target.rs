//! Which board and chip a command is about: named on the command line, or by the project.

use std::path::{Path, PathBuf};

use bringup_device::catalogue::{self, Board, Chip};
use serde::Deserialize;

use crate::error::Error;

/// Options that name a board or a chip.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct TargetArgs {
    /// The board, for example nucleo-l031k6
    #[arg(long, value_name = "BOARD", conflicts_with = "chip")]
    pub(crate) board: Option<String>,

    /// The chip, for example STM32L031K6
    #[arg(long, value_name = "CHIP")]
    pub(crate) chip: Option<String>,
}

/// A chip, and the board it sits on, where one is named.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) chip: &'static Chip,
    pub(crate) board: Option<&'static Board>,
}

impl TargetArgs {
    /// What the options name; without options, what the project says whose program is run.
    pub(crate) fn resolve(&self) -> Result<Target, Error> {
        if let Some(target) = self.named()? {
            return Ok(target);
        }
        // `cargo run` tells its runner where the package is.
        let dir = std::env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .unwrap_or_default();
        let manifest = dir.join("Cargo.toml");
        let project = metadata(&manifest);
        let board = project.board.ok_or_else(|| Error::NoBoard {
            project: manifest.display().to_string(),
        })?;
        Target::of_board(&board)
    }

    /// What the options name.
    pub(crate) fn named(&self) -> Result<Option<Target>, Error> {
        match (&self.board, &self.chip) {
            (Some(board), _) => Target::of_board(board).map(Some),
            (None, Some(chip)) => Target::of_chip(chip).map(Some),
            (None, None) => Ok(None),
        }
    }
}

impl Target {
    /// The board of that name.
    pub(crate) fn of_board(name: &str) -> Result<Self, Error> {
        let known = catalogue::board(name)?;
        Ok(Self {
            chip: known.chip,
            board: Some(known.board),
        })
    }

    /// The chip of that name, on the first board that carries it.
    pub(crate) fn of_chip(name: &str) -> Result<Self, Error> {
        let chip = catalogue::chip(name)?;
        let board = catalogue::boards().find(|known| known.chip.name == chip.name);
        Ok(Self {
            chip,
            board: board.map(|known| known.board),
        })
    }
}

/// What a manifest says to `bringup`.
#[derive(Debug, Default, Deserialize)]
struct Metadata {
    board: Option<String>,
}

/// `[package.metadata.bringup]` of a manifest; a manifest that is missing or not readable says nothing.
fn metadata(manifest: &Path) -> Metadata {
    #[derive(Deserialize)]
    struct Manifest {
        package: Package,
    }
    #[derive(Deserialize)]
    struct Package {
        metadata: Tables,
    }
    #[derive(Deserialize)]
    struct Tables {
        bringup: Metadata,
    }
    std::fs::read_to_string(manifest)
        .ok()
        .and_then(|text| toml::from_str::<Manifest>(&text).ok())
        .map(|manifest| manifest.package.metadata.bringup)
        .unwrap_or_default()
}
