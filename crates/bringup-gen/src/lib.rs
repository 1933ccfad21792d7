//! Generates what firmware is built from: the peripheral access crate of a chip ([`pac`]) and a
//! firmware project around it (`project`, the feature of that name, which is on unless turned off).
//!
//! Both are pure functions from values to a [`FileTree`]. What is written is already in rustfmt's form,
//! and equal input gives equal bytes on every run and machine.

pub mod pac;
#[cfg(feature = "project")]
pub mod project;

use std::collections::BTreeMap;

/// Files that were generated: path inside the output folder, with `/` between its parts, and text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileTree {
    files: BTreeMap<String, String>,
}

impl FileTree {
    /// A tree without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; one that was there under this path is replaced.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Paths and texts, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Length of all texts together, in bytes.
    pub fn total_bytes(&self) -> usize {
        self.files.values().map(String::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_lists_its_files_by_path() {
        let mut tree = FileTree::new();
        tree.insert("src/lib.rs", "old");
        tree.insert("Cargo.toml", "[package]");
        tree.insert("src/lib.rs", "new");
        assert_eq!(
            tree.iter().collect::<Vec<_>>(),
            [("Cargo.toml", "[package]"), ("src/lib.rs", "new")]
        );
        assert_eq!((tree.len(), tree.total_bytes()), (2, 12));
        assert!(!tree.is_empty());
        assert_eq!(tree.get("build.rs"), None);
    }
}
