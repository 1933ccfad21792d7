//! Which board and chip a command is about: named on the command line, or by the project.

use std::borrow::Cow;
use std::path::PathBuf;

use bringup_device::catalogue::{self, Board, Chip};

use crate::added::{self, Known};
use crate::error::Error;
use crate::project::Project;

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
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) chip: Cow<'static, Chip>,
    pub(crate) board: Option<&'static Board>,
    /// The SVD file that a project has beside its manifest.
    pub(crate) svd: Option<PathBuf>,
    /// Whether the chip is one that is described by its core and memories, and known by them alone.
    pub(crate) described: bool,
}

impl TargetArgs {
    /// What the options name; without options, what the project says whose program is run.
    pub(crate) fn resolve(&self) -> Result<Target, Error> {
        self.find()?.ok_or(Error::NoBoard)
    }

    /// The same; `None` if neither says anything.
    pub(crate) fn find(&self) -> Result<Option<Target>, Error> {
        if let Some(target) = self.named()? {
            return Ok(Some(target));
        }
        match Project::here()? {
            Some(project) => project.target(),
            None => Ok(None),
        }
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
            chip: Cow::Borrowed(known.chip),
            board: Some(known.board),
            svd: None,
            described: false,
        })
    }

    /// The chip of that name, on the first board that carries it.
    pub(crate) fn of_chip(name: &str) -> Result<Self, Error> {
        let chip = match added::known(name)? {
            Known::Catalogue(chip) => Cow::Borrowed(chip),
            Known::Added { chip, .. } => Cow::Owned(chip.to_catalogue()?),
        };
        let board = catalogue::boards().find(|known| known.chip.name == chip.name);
        Ok(Self {
            chip,
            board: board.map(|known| known.board),
            svd: None,
            described: false,
        })
    }
}
