//! Writing to disk so that nothing half-written is ever left behind.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bringup_gen::FileTree;
use directories::ProjectDirs;

use crate::error::Error;

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read {
        path: path.into(),
        source,
    })
}

/// Writes `tree` under `dir` and returns the files that were kept because the user changed them.
///
/// A new directory appears whole or not at all. In one that exists, what lies in the folder `ours` of the tree (`""`
/// for all of it) is generated and replaced, and generated sources that are no longer part of the tree
/// are removed; everything else belongs to the user once it is written. A file that is already right
/// is not touched, so that cargo need not build it again.
pub(crate) fn write_tree(dir: &Path, tree: &FileTree, ours: &str) -> Result<Vec<PathBuf>, Error> {
    if !dir.exists() {
        match write_new(dir, tree) {
            // Another run was faster: what it wrote is treated like anything else that is there.
            Err(_) if dir.exists() => {}
            result => return result.map(|()| Vec::new()),
        }
    }
    let mut kept = Vec::new();
    for (name, text) in tree.iter() {
        let path = dir.join(name);
        match fs::read(&path) {
            Ok(old) if old == text.as_bytes() => {}
            Ok(_) if !Path::new(name).starts_with(ours) => kept.push(PathBuf::from(name)),
            _ => write_file(&path, text.as_bytes())?,
        }
    }
    // Only sources: a `target` folder beside them is cargo's.
    let sources = dir.join(ours).join("src");
    if sources.is_dir() {
        remove_strangers(dir, &sources, tree)?;
    }
    Ok(kept)
}

/// Writes one file atomically, with the folders above it.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let error = |source| Error::Write {
        path: path.into(),
        source,
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(error)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(error)?;
    file.write_all(bytes).map_err(error)?;
    readable_by_all(file.as_file()).map_err(error)?;
    file.persist(path).map_err(|failed| error(failed.error))?;
    Ok(())
}

/// Temporary files are private to their owner; what becomes part of a project must not be.
#[cfg(unix)]
fn readable_by_all(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// Writes `tree` to a folder that is not there yet: it appears whole or not at all.
pub(crate) fn write_new(dir: &Path, tree: &FileTree) -> Result<(), Error> {
    let error = |source| Error::Write {
        path: dir.into(),
        source,
    };
    let above = dir
        .parent()
        .filter(|above| !above.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(above).map_err(error)?;
    let staging = tempfile::Builder::new()
        .prefix(".bringup-")
        .tempdir_in(above)
        .map_err(error)?;
    // The temporary directory itself is private to its owner; the one inside it gets the usual rights.
    let inside = staging.path().join("tree");
    for (name, text) in tree.iter() {
        let path = inside.join(name);
        let folder = path.parent().unwrap_or(&inside);
        fs::create_dir_all(folder).map_err(error)?;
        fs::write(&path, text).map_err(error)?;
    }
    fs::rename(&inside, dir).map_err(error)
}

fn remove_strangers(root: &Path, folder: &Path, tree: &FileTree) -> Result<(), Error> {
    let error = |source| Error::Write {
        path: folder.into(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(error)? {
        let path = entry.map_err(error)?.path();
        if path.is_dir() {
            remove_strangers(root, &path, tree)?;
            // Fails where something is left in it, which is then right.
            let _ = fs::remove_dir(&path);
        } else if let Ok(name) = path.strip_prefix(root) {
            let name = name.to_string_lossy().replace('\\', "/");
            if tree.get(&name).is_none() {
                fs::remove_file(&path).map_err(error)?;
            }
        }
    }
    Ok(())
}

/// Refuses a directory that holds something which `bringup` did not make.
pub(crate) fn check_out_dir(dir: &Path) -> Result<(), Error> {
    let entries = match fs::read_dir(dir) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => {
            return Err(Error::Write {
                path: dir.into(),
                source,
            });
        }
        Ok(entries) => entries,
    };
    let ours = fs::read_to_string(dir.join("Cargo.toml"))
        .is_ok_and(|manifest| manifest.contains("[package.metadata.bringup]"));
    if !ours && entries.count() > 0 {
        return Err(Error::OutIsForeign { path: dir.into() });
    }
    Ok(())
}

/// The directory for what can be made again: `BRINGUP_CACHE_DIR`, or the system's place for caches.
pub(crate) fn cache_dir() -> Result<PathBuf, Error> {
    own_dir("BRINGUP_CACHE_DIR", |dirs| dirs.cache_dir().to_path_buf())
}

/// The directory for what the user gave us to keep: `BRINGUP_DATA_DIR`, or the system's place for such data.
pub(crate) fn data_dir() -> Result<PathBuf, Error> {
    own_dir("BRINGUP_DATA_DIR", |dirs| dirs.data_dir().to_path_buf())
}

/// Where a program is on the path.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

/// The directory that an environment variable names, or else the system's.
fn own_dir(
    variable: &'static str,
    of_system: impl FnOnce(&ProjectDirs) -> PathBuf,
) -> Result<PathBuf, Error> {
    if let Some(dir) = std::env::var_os(variable).filter(|dir| !dir.is_empty()) {
        return std::path::absolute(PathBuf::from(&dir)).map_err(|source| Error::Write {
            path: dir.into(),
            source,
        });
    }
    let dirs = ProjectDirs::from("", "", "bringup").ok_or(Error::NoHome { variable })?;
    Ok(of_system(&dirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> FileTree {
        let mut tree = FileTree::default();
        for (name, text) in files {
            tree.insert(*name, (*text).to_owned());
        }
        tree
    }

    #[test]
    fn what_is_generated_is_replaced_and_what_is_the_users_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("new");
        let first = tree(&[
            ("src/main.rs", "a"),
            ("pac/src/lib.rs", "b"),
            ("pac/src/old.rs", "c"),
        ]);
        assert!(write_tree(&dir, &first, "pac").unwrap().is_empty());
        fs::write(dir.join("src/main.rs"), "mine").unwrap();
        fs::create_dir(dir.join("pac/target")).unwrap();
        fs::write(dir.join("pac/target/x"), "cargo's").unwrap();

        let second = tree(&[("src/main.rs", "a"), ("pac/src/lib.rs", "B")]);
        assert_eq!(
            write_tree(&dir, &second, "pac").unwrap(),
            [PathBuf::from("src/main.rs")]
        );
        let read = |name| fs::read_to_string(dir.join(name)).ok();
        assert_eq!(read("src/main.rs").as_deref(), Some("mine"));
        assert_eq!(read("pac/src/lib.rs").as_deref(), Some("B"));
        assert_eq!(read("pac/src/old.rs"), None);
        assert_eq!(read("pac/target/x").as_deref(), Some("cargo's"));
    }

    #[test]
    fn nothing_is_left_where_a_folder_cannot_be_made() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("file"), "").unwrap();
        let below_a_file = root.path().join("file").join("new");
        assert!(write_tree(&below_a_file, &tree(&[("a", "b")]), "").is_err());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
