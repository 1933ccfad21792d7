//! Adding and removing.

use std::fs;
use std::path::Path;

use bringup_device::pack;

use super::{Collection, FORMAT, Kind, SvdFile, folder_name, key, named, root};
use crate::error::Error;
use crate::files;

/// What is to be added.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) version: String,
    pub(crate) from: String,
    /// What the files describe.
    pub(crate) files: Vec<SvdFile>,
    /// The names of the files, and what is in them.
    pub(crate) contents: Vec<(String, Vec<u8>)>,
    pub(crate) chips: Vec<pack::Chip>,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is there, and was not before.
    Added,
    /// It took the place of another version, or of other content of the same.
    Replaced { version: String },
    /// It was there before.
    Known,
    /// A newer version is there, and stays.
    Newer { version: String },
}

/// Keeps a collection. In the place of one of its name it comes whole or not at all, and not if that one is newer.
pub(crate) fn keep(content: Content) -> Result<Kept, Error> {
    let folder = folder_name(&content.name, &content.contents);
    let collection = Collection {
        format: FORMAT,
        name: content.name,
        kind: content.kind,
        version: content.version,
        from: content.from,
        folder,
        files: content.files,
        chips: content.chips,
    };
    // What cannot be read is replaced.
    let old = named(&collection.name).ok().flatten();
    if let Some(old) = &old {
        if is_newer(&old.version, &collection.version) && old.kind == Kind::Pack {
            let version = old.version.clone();
            return Ok(Kept::Newer { version });
        }
        let same = Collection {
            from: collection.from.clone(),
            ..old.clone()
        };
        if same == collection && collection.is_whole()? {
            return Ok(Kept::Known);
        }
    }
    write(&collection, &content.contents)?;
    Ok(match old {
        None => Kept::Added,
        Some(old) => {
            if old.folder != collection.folder {
                remove_folder(&old)?;
            }
            Kept::Replaced {
                version: old.version,
            }
        }
    })
}

impl Collection {
    /// Whether all its files are there.
    fn is_whole(&self) -> Result<bool, Error> {
        for file in &self.files {
            if !self.path(&file.file)?.is_file() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn write(collection: &Collection, contents: &[(String, Vec<u8>)]) -> Result<(), Error> {
    let root = root()?;
    let folder = root.join(&collection.folder);
    let error = |source| Error::Write {
        path: folder.clone(),
        source,
    };
    fs::create_dir_all(&root).map_err(error)?;
    if !collection.is_whole()? || !folder.is_dir() {
        let staging = tempfile::Builder::new()
            .prefix(".adding-")
            .tempdir_in(&root)
            .map_err(error)?;
        // The temporary folder itself is private to its owner; the one inside it gets the usual rights.
        let inside = staging.path().join("files");
        fs::create_dir(&inside).map_err(error)?;
        for (name, bytes) in contents {
            fs::write(inside.join(name), bytes).map_err(error)?;
        }
        if folder.is_dir() {
            fs::remove_dir_all(&folder).map_err(error)?;
        }
        match fs::rename(&inside, &folder) {
            // Another run was faster: by its name the folder has the same content.
            Err(_) if collection.is_whole()? => {}
            result => result.map_err(error)?,
        }
    }
    let path = root.join(format!("{}.json", key(&collection.name)));
    let mut text = serde_json::to_string_pretty(collection).map_err(|source| Error::Added {
        path: path.clone(),
        source,
    })?;
    text.push('\n');
    files::write_file(&path, text.as_bytes())
}

/// Removes a collection.
pub(crate) fn remove(collection: &Collection) -> Result<(), Error> {
    let path = root()?.join(format!("{}.json", key(&collection.name)));
    fs::remove_file(&path).map_err(|source| Error::Write { path, source })?;
    remove_folder(collection)
}

fn remove_folder(collection: &Collection) -> Result<(), Error> {
    let path = root()?.join(&collection.folder);
    match fs::remove_dir_all(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Write { path, source })
        }
        _ => Ok(()),
    }
}

/// Whether a name is that of something in a folder, and leads nowhere else.
pub(super) fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let first = parts.next();
    matches!(first, Some(std::path::Component::Normal(_))) && parts.next().is_none()
}

/// Whether version `a` comes after `b`: numbers between dots, and `-dev` and the like before the version itself, as
/// in semantic versions.
fn is_newer(a: &str, b: &str) -> bool {
    let parse = |version: &str| {
        // Behind a `+` there is nothing that counts.
        let version = version.split('+').next().unwrap_or_default();
        let (numbers, quality) = match version.split_once('-') {
            Some((numbers, quality)) => (numbers, Some(quality.to_owned())),
            None => (version, None),
        };
        let numbers: Vec<u64> = numbers
            .split('.')
            .map(|number| number.parse().unwrap_or(0))
            .collect();
        let part = |index: usize| numbers.get(index).copied().unwrap_or(0);
        (part(0), part(1), part(2), quality.is_none(), quality)
    };
    parse(a) > parse(b)
}

#[cfg(test)]
mod tests {
    use super::{is_newer, is_plain};

    #[test]
    fn versions_have_an_order() {
        let ordered = ["", "0.9", "1.0.0-dev1", "1.0.0", "1.9.2", "1.10.0", "2.0"];
        for (index, older) in ordered.iter().enumerate() {
            for newer in &ordered[index + 1..] {
                assert!(is_newer(newer, older), "{newer} {older}");
                assert!(!is_newer(older, newer), "{older} {newer}");
            }
        }
        assert!(!is_newer("1.0", "1.0.0+build"));
    }

    #[test]
    fn folders_are_in_the_data_directory() {
        assert!(is_plain("keil.stm32f0xx_dfp-0123456789abcdef"));
        for elsewhere in ["", ".", "..", "../x", "/x", "a/b"] {
            assert!(!is_plain(elsewhere), "{elsewhere}");
        }
    }
}
