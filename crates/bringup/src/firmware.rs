//! Firmware, and the virtual board it is loaded into.

use std::path::{Path, PathBuf};

use bringup_board::Board;
use bringup_device::Device;

use crate::error::Error;
use crate::files;
use crate::svd::SvdArgs;
use crate::target::{Target, TargetArgs};

/// Options that name firmware and what it runs on.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FirmwareArgs {
    /// The firmware, an ELF file
    pub(crate) elf: PathBuf,

    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    svd: SvdArgs,
}

impl FirmwareArgs {
    /// The board with the firmware in it, not yet started.
    pub(crate) fn board(&self) -> Result<Board, Error> {
        let target = self.target.resolve()?;
        let elf = files::read(&self.elf)?;
        let svd = self.svd.load(target.chip)?;
        board(&elf, &self.elf, target, &svd.device)
    }
}

/// A board with an image in it, not yet started; `path` is where the image is from.
pub(crate) fn board(
    elf: &[u8],
    path: &Path,
    target: Target,
    device: &Device,
) -> Result<Board, Error> {
    let mut board =
        Board::new(target.chip, target.board, device).map_err(|source| Error::Board { source })?;
    board.load(elf).map_err(|source| Error::Elf {
        path: path.into(),
        source,
    })?;
    Ok(board)
}
