//! Why a pack cannot be read.

use crate::{Diagnostic, Source};

/// An archive that cannot be read, or is not what it has to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is no ZIP archive, or not a whole one.
    #[error("this is not a ZIP archive that can be read: {reason}")]
    NotZip {
        /// What is wrong.
        reason: String,
    },
    /// There is more of something than any vendor's pack has.
    #[error("there are {count} {what}, more than the {limit} that are read")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many are read.
        limit: usize,
    },
    /// No file describes the pack.
    #[error("the archive holds no `.pdsc` file, so it is not a CMSIS-Pack")]
    NoDescription,
    /// The description names no device.
    #[error("the pack `{name}` describes no chips")]
    NoChips {
        /// Vendor and name of the pack.
        name: String,
    },
    /// The description has no sensible reading.
    #[error("`{}` does not describe a pack", text.name())]
    Description {
        /// Its text.
        text: Box<Source>,
        /// What is wrong in it.
        diagnostics: Vec<Diagnostic>,
    },
    /// A file is not in the archive.
    #[error("the archive holds no `{path}`")]
    Missing {
        /// The file.
        path: String,
    },
    /// A file is larger than any vendor's.
    #[error("`{path}` has more than the {limit} bytes that are read")]
    TooLarge {
        /// The file.
        path: String,
        /// How many bytes are read.
        limit: u64,
    },
    /// A file cannot be decompressed.
    #[error("`{path}` cannot be taken out of the archive: {reason}")]
    Broken {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    /// What to do about it, if anything is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotZip { .. } | Self::Broken { .. } => {
                Some("is the file complete? download it again")
            }
            Self::NoChips { .. } => Some(
                "packs of families of chips have `_DFP` in their names; others hold software or boards",
            ),
            Self::NoDescription => {
                Some("a CMSIS-Pack holds a file `VENDOR.NAME.pdsc` beside what it describes")
            }
            _ => None,
        }
    }
}
