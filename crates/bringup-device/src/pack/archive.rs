//! The ZIP archive around a pack.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::Error;

/// Files in an archive beyond which it is refused: the largest packs have some ten thousand.
pub const MAX_FILES: usize = 200_000;

/// A ZIP archive, whose files are found by their path in any case and with slashes of either direction, as vendors
/// write them.
#[derive(Debug)]
pub struct Archive<R> {
    zip: ZipArchive<R>,
    /// Places by paths in small letters.
    places: BTreeMap<String, Place>,
}

#[derive(Debug)]
struct Place {
    index: usize,
    /// As the archive has it, with `/` between its parts.
    path: String,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    ///
    /// [`Error`] if `reader` does not hold a ZIP archive that is whole, or one of more than [`MAX_FILES`] files.
    pub fn open(reader: R) -> Result<Self, Error> {
        let zip = ZipArchive::new(reader).map_err(|error| Error::NotZip {
            reason: reason(error),
        })?;
        if zip.len() > MAX_FILES {
            return Err(Error::TooMany {
                what: "files",
                count: zip.len(),
                limit: MAX_FILES,
            });
        }
        let mut places = BTreeMap::new();
        for (index, name) in zip.file_names_raw().enumerate() {
            let name = String::from_utf8_lossy(name);
            // What lies outside of the archive cannot be asked for; neither can a folder.
            if let Some(path) = normal(&name).filter(|_| !name.ends_with(['/', '\\'])) {
                let key = path.to_lowercase();
                places.entry(key).or_insert(Place { index, path });
            }
        }
        Ok(Self { zip, places })
    }

    /// The paths of all files, in the order of the alphabet.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.places.values().map(|place| place.path.as_str())
    }

    /// The path of a file as the archive has it.
    pub fn find(&self, path: &str) -> Option<&str> {
        let place = self.places.get(&normal(path)?.to_lowercase());
        place.map(|place| place.path.as_str())
    }

    /// The content of a file of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// [`Error`] if there is no such file, it is larger, or it cannot be decompressed.
    pub fn read(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, Error> {
        let place = normal(path).and_then(|path| self.places.get(&path.to_lowercase()));
        let place = place.ok_or_else(|| Error::Missing { path: path.into() })?;
        let broken = |error| Error::Broken {
            path: path.into(),
            reason: reason(error),
        };
        let file = self.zip.by_index(place.index).map_err(broken)?;
        let mut bytes = Vec::new();
        // The size that the archive states is not believed.
        let mut limited = file.take(limit + 1);
        limited
            .read_to_end(&mut bytes)
            .map_err(|error| broken(error.into()))?;
        if bytes.len() as u64 > limit {
            return Err(Error::TooLarge {
                path: path.into(),
                limit,
            });
        }
        Ok(bytes)
    }
}

/// What an error says, without the word for what kind it is.
fn reason(error: ZipError) -> String {
    match error {
        ZipError::Io(error) => error.to_string(),
        ZipError::InvalidArchive(what) => what.into_owned(),
        error => error.to_string(),
    }
}

/// A path in one form: `/` between its parts, nothing before the first. `None` if it leads out of the archive or is none.
pub(super) fn normal(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let strange = |part: &&str| *part == ".." || part.contains([':', '\0']);
    (!parts.is_empty() && !parts.iter().any(strange)).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn paths_have_one_form() {
        for (written, read) in [
            ("SVD/A.svd", Some("SVD/A.svd")),
            (r".\SVD\\A.svd", Some("SVD/A.svd")),
            ("/SVD/./A.svd", Some("SVD/A.svd")),
            ("SVD/../../A.svd", None),
            (r"..\A.svd", None),
            (r"C:\A.svd", None),
            ("", None),
            ("./", None),
        ] {
            assert_eq!(normal(written).as_deref(), read, "{written}");
        }
    }
}
