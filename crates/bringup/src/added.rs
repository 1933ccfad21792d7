//! What the user has added to the catalogue: vendors' SVD files and packs, in the data directory.
//!
//! Each is a manifest `NAME.json` beside a folder with the SVD files. A folder is called after what is in it and never
//! changed; a manifest is written last and replaced as a whole. So whoever reads sees the old state or the new one.

mod keep;
mod lookup;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use bringup_device::pack;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::files;

pub(crate) use keep::{Content, Kept, keep, remove};
pub(crate) use lookup::{Known, assigned_svd, common_svd, known, svd_of};

/// The form of a manifest that is written and read here.
const FORMAT: u32 = 1;

/// A pack or an SVD file that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Collection {
    format: u32,
    /// Vendor and name of a pack, with a dot between them; of an SVD file its chip.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Version of the pack, or of the SVD file.
    pub(crate) version: String,
    /// Name of the file it was read from.
    pub(crate) from: String,
    /// The folder of the SVD files.
    folder: String,
    pub(crate) files: Vec<SvdFile>,
    /// The chips; [`pack::Chip::svd`] is a file in the folder.
    pub(crate) chips: Vec<pack::Chip>,
}

/// What was added. An SVD file that was added by itself comes before those in packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Svd,
    Pack,
}

/// An SVD file in the folder of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SvdFile {
    /// Its name there.
    pub(crate) file: String,
    /// `<name>` of the device it describes.
    pub(crate) device: String,
}

impl Collection {
    /// Where one of the files lies.
    fn path(&self, file: &str) -> Result<PathBuf, Error> {
        Ok(root()?.join(&self.folder).join(file))
    }
}

/// The folder with all that was added.
fn root() -> Result<PathBuf, Error> {
    Ok(files::data_dir()?.join("svd"))
}

/// The name of a collection as that of a file: systems differ in what letters they tell apart.
fn key(name: &str) -> String {
    name.to_ascii_lowercase().replace(['/', '\\'], "_")
}

/// A name for a folder that is another one as soon as a file is.
fn folder_name(name: &str, contents: &[(String, Vec<u8>)]) -> String {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    format!("{}-{:016x}", key(name), hasher.finish())
}

/// The collection of that name, if there is one.
pub(crate) fn named(name: &str) -> Result<Option<Collection>, Error> {
    let path = root()?.join(format!("{}.json", key(name)));
    match std::fs::read(&path) {
        Ok(bytes) => parse(&path, &bytes).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path, source }),
    }
}

/// All collections: those of single files first, each kind in the order of its names.
pub(crate) fn all() -> Result<Vec<Collection>, Error> {
    let root = root()?;
    let entries = match std::fs::read_dir(&root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::Read { path: root, source }),
    };
    let mut all = Vec::new();
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.extension().is_some_and(|ending| ending == "json") {
            all.push(parse(&path, &files::read(&path)?)?);
        }
    }
    all.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    Ok(all)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Collection, Error> {
    let error = |source| Error::Added {
        path: path.into(),
        source,
    };
    let collection: Collection = serde_json::from_slice(bytes).map_err(error)?;
    if collection.format == FORMAT && keep::is_plain(&collection.folder) {
        return Ok(collection);
    }
    let what = "it was written by another version of `bringup`";
    Err(error(serde::de::Error::custom(what)))
}
