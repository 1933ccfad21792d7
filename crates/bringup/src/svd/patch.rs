//! Patches of SVD files, as options of a command line.

use std::path::{Path, PathBuf};

use bringup_build::patch;

use crate::error::Error;
use crate::ui;

/// Options that name patches.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct PatchArgs {
    /// Apply a patch in the YAML of svdtools to the SVD file; several are applied one after the other
    #[arg(long = "patch", value_name = "FILE")]
    patches: Vec<PathBuf>,
}

impl PatchArgs {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.patches.is_empty()
    }

    /// The text of an SVD file after all patches.
    pub(crate) fn apply(&self, path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
        let patched = patch::apply(path, bytes, &self.patches)?;
        for warning in &patched.warnings {
            ui::warn(warning);
        }
        Ok(patched.text)
    }
}
