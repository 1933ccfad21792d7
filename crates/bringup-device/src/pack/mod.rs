//! CMSIS-Packs: what a vendor publishes of a family of chips in one file. From it come the chips with their cores and
//! memories, and the SVD files that describe them.
//!
//! A pack is a ZIP archive, [`Archive`]. The file `VENDOR.NAME.pdsc` in it describes it in XML: [`describe`]. The elements
//! `<family>`, `<subFamily>`, `<device>` and `<variant>` stand in each other, and what is said in one of them of
//! `<processor>`, `<memory>`, `<algorithm>` and `<debug>` holds in those inside it until they say otherwise (Open-CMSIS-Pack
//! specification 1.7, "/package/devices element"). In a [`Description`] nothing is inherited any more: each [`Chip`] is whole.
//!
//! Chips of which a catalogue file could be made are turned into one by [`Chip::to_catalogue`].

mod archive;
mod chip;
mod error;
mod level;
mod pdsc;

use std::collections::BTreeMap;
use std::io::{Read, Seek};

pub use archive::{Archive, MAX_FILES};
pub use chip::{Chip, Incomplete, Memory, is_name};
pub use error::Error;
pub use pdsc::{Described, Description, describe};

use crate::{Diagnostic, Severity, Source, rules};

/// Bytes of a description beyond which it is refused: the largest have some ten million.
pub const MAX_DESCRIPTION: u64 = 1 << 26;

/// Bytes of an SVD file in an archive beyond which it is refused.
pub const MAX_SVD: u64 = 1 << 28;

/// What a pack says of itself.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Its chips. Each [`Chip::svd`] is the path of a file that is in the archive, as it is written there.
    pub description: Description,
    /// What is not as it should be, but has a sensible reading.
    pub warnings: Vec<Diagnostic>,
    /// The text of the description, to show the warnings in.
    pub source: Source,
}

impl<R: Read + Seek> Archive<R> {
    /// The path of the description; `None` if the archive is no pack.
    pub fn description(&self) -> Option<&str> {
        let pdsc = |path: &&str| has_ending(path, ".pdsc");
        // By the specification it lies at the top.
        self.paths()
            .filter(pdsc)
            .min_by_key(|path| path.matches('/').count())
    }

    /// The paths of all SVD files.
    pub fn svd_files(&self) -> impl Iterator<Item = &str> {
        self.paths().filter(|path| has_ending(path, ".svd"))
    }

    /// Reads the description of a pack. SVD files that are named and missing are warned of and taken out of it.
    ///
    /// # Errors
    ///
    /// [`Error`] if there is no description, it describes no chips, or what is in it has no sensible reading.
    pub fn pack(&mut self) -> Result<Pack, Error> {
        let path = self.description().ok_or(Error::NoDescription)?.to_owned();
        let bytes = self.read(&path, MAX_DESCRIPTION)?;
        let Described {
            description,
            mut diagnostics,
            references,
        } = pdsc::describe_bytes(&bytes);
        let source = Source::new(path, bytes);
        let Some(mut description) = description else {
            return Err(Error::Description {
                text: Box::new(source),
                diagnostics,
            });
        };
        if description.chips.is_empty() {
            return Err(Error::NoChips {
                name: format!("{}.{}", description.vendor, description.name),
            });
        }
        let mut found = BTreeMap::new();
        for (written, span) in references {
            let path = self.find(&written).map(str::to_owned);
            if path.is_none() {
                diagnostics.push(Diagnostic {
                    severity: Severity::Warning,
                    rule: rules::PACK,
                    message: format!("the pack holds no `{written}`"),
                    span,
                    breadcrumb: Vec::new(),
                    hint: None,
                });
            }
            found.insert(written, path);
        }
        for chip in &mut description.chips {
            chip.svd = chip
                .svd
                .take()
                .and_then(|written| found.get(&written)?.clone());
        }
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        Ok(Pack {
            description,
            warnings: diagnostics,
            source,
        })
    }
}

fn has_ending(path: &str, ending: &str) -> bool {
    let start = path.len().checked_sub(ending.len());
    let end = start.and_then(|start| path.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
}
