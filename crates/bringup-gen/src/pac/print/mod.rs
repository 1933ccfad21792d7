//! Writes the tables as the files of a crate. Nothing is decided here except where a line breaks.

mod block;
mod enumeration;
mod interrupt;
mod manifest;
mod out;
mod peripheral;
mod register;
mod root;

use super::Options;
use super::lower::tables::{Crate, ModuleBody};
use crate::FileTree;

/// All files of the crate.
pub(super) fn print(tables: &Crate, options: &Options) -> FileTree {
    let mut tree = FileTree::new();
    tree.insert("Cargo.toml", manifest::cargo_toml(tables, options));
    tree.insert("README.md", manifest::readme(tables, options));
    tree.insert("src/generic.rs", include_str!("../runtime/generic.rs"));
    tree.insert("src/lib.rs", root::root(tables, options));
    if let Some(text) = interrupt::device_x(tables, options) {
        tree.insert("device.x", text);
        tree.insert("build.rs", include_str!("../runtime/build.rs"));
    }
    for module in &tables.modules {
        if let ModuleBody::Own(block) = &module.body {
            tree.insert(
                format!("src/{}.rs", module.name),
                peripheral::module(&module.doc, block),
            );
        }
    }
    tree
}
