//! Firmware, and the virtual board it is loaded into.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use bringup_audit::code::Names;
use bringup_board::Board;
use bringup_device::Device;
use bringup_device::catalogue::{self, Chip};

use crate::bare::BareArgs;
use crate::error::Error;
use crate::files;
use crate::svd::SvdArgs;
use crate::target::{Target, TargetArgs};
use crate::ui;

/// Options that name firmware and what it runs on.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FirmwareArgs {
    /// The firmware, an ELF file
    pub(crate) elf: PathBuf,

    #[command(flatten)]
    board: BoardArgs,
}

/// Options that name what firmware runs on.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct BoardArgs {
    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    bare: BareArgs,

    #[command(flatten)]
    svd: SvdArgs,
}

impl FirmwareArgs {
    /// The board with the firmware in it, not yet started, and what registers the chip has.
    pub(crate) fn board(&self) -> Result<(Board, Device), Error> {
        self.board.load_with_device(Some(&self.elf))
    }

    /// As [`Self::board`], for a run that wants to start soon: registers are read when the firmware first uses them. Afterwards
    /// [`Self::check`] says whether the SVD file was right.
    pub(crate) fn quick_board(&self) -> Result<Board, Error> {
        let target = self.target()?;
        if target.described {
            return self.board.load(Some(&self.elf));
        }
        let elf = files::read(&self.elf)?;
        let Some(outline) = self.board.svd.outline(&target)? else {
            return self.board.load(Some(&self.elf));
        };
        let made = Board::from_outline(&target.chip, target.board, &outline);
        let board = load(made, &elf, &self.elf)?;
        self.check(&board)?;
        Ok(board)
    }

    /// Fails, with all that is wrong with the SVD file, if an error in it was met late.
    pub(crate) fn check(&self, board: &Board) -> Result<(), Error> {
        if board.is_broken() {
            self.board.svd.load(&self.target()?)?;
        }
        Ok(())
    }

    /// The chip that the firmware is for, and its board.
    pub(crate) fn target(&self) -> Result<Target, Error> {
        self.board.target()
    }

    /// Names of the chip's registers; `None` if neither the command line nor a project says which chip it is.
    pub(crate) fn names(&self) -> Result<Option<Names>, Error> {
        self.board.names()
    }
}

impl BoardArgs {
    /// The board with firmware in it, not yet started; without firmware its memories are erased.
    pub(crate) fn load(&self, elf: Option<&Path>) -> Result<Board, Error> {
        self.load_with_device(elf).map(|(board, _)| board)
    }

    /// The same, and what registers the chip has.
    fn load_with_device(&self, elf: Option<&Path>) -> Result<(Board, Device), Error> {
        let target = self.target()?;
        // What is cheap to look at comes first.
        let image = elf.map(files::read).transpose()?;
        let device = self.device(&target)?;
        if let (Some(path), Some(image)) = (elf, image) {
            let board = board(&image, path, &target.chip, target.board, &device)?;
            return Ok((board, device));
        }
        let mut board = Board::new(&target.chip, target.board, &device)
            .map_err(|source| Error::Board { source })?;
        board.power_on();
        Ok((board, device))
    }

    /// The registers of the chip. One that is described, and not known, has those of a file that is named.
    fn device(&self, target: &Target) -> Result<Device, Error> {
        if !target.described || target.svd.is_some() {
            return Ok(self.svd.load(target)?.device);
        }
        Ok(match self.svd.load_named()? {
            Some(svd) => svd.device,
            None => Device::without_peripherals(&target.chip.name),
        })
    }

    /// The chip and its board.
    pub(crate) fn target(&self) -> Result<Target, Error> {
        match self.bare.chip() {
            Some(chip) => Ok(Target {
                chip: Cow::Owned(chip),
                board: None,
                svd: None,
                described: true,
            }),
            None => self.target.resolve(),
        }
    }

    /// Names of the chip's registers; `None` if neither the command line nor a project says which chip it is.
    pub(crate) fn names(&self) -> Result<Option<Names>, Error> {
        if let Some(chip) = self.bare.chip() {
            let svd = self.svd.load_named()?;
            let device =
                svd.map_or_else(|| Device::without_peripherals(&chip.name), |svd| svd.device);
            return Ok(Some(Names::new(&device, chip.core)));
        }
        let Some(target) = self.target.find()? else {
            let svd = self.svd.load_named()?;
            return Ok(svd.map(|svd| Names::of_device(&svd.device)));
        };
        let device = match self.svd.load(&target) {
            Ok(svd) => svd.device,
            // The core's own registers have names all the same.
            Err(error @ Error::NoSvd { .. }) => {
                ui::warn(format_args!("{error}: its peripherals have no names here"));
                Device::without_peripherals(&target.chip.name)
            }
            Err(error) => return Err(error),
        };
        Ok(Some(Names::new(&device, target.chip.core)))
    }
}

/// A board with an image in it, not yet started; `path` is where the image is from.
pub(crate) fn board(
    elf: &[u8],
    path: &Path,
    chip: &Chip,
    board: Option<&catalogue::Board>,
    device: &Device,
) -> Result<Board, Error> {
    load(Board::new(chip, board, device), elf, path)
}

/// Loads an image from `path` into a board that was made.
fn load(
    made: Result<Board, bringup_board::Error>,
    elf: &[u8],
    path: &Path,
) -> Result<Board, Error> {
    let mut board = made.map_err(|source| Error::Board { source })?;
    board.load(elf).map_err(|source| Error::Elf {
        path: path.into(),
        source,
    })?;
    Ok(board)
}
