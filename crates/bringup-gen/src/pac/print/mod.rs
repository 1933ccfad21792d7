//! Writes the tables as the files of a crate. Nothing is decided here except where a line breaks.

mod block;
mod debug;
mod enumeration;
mod files;
mod interrupt;
mod manifest;
mod out;
mod register;
mod root;

use std::borrow::Cow;

use super::lower::tables::Crate;
use super::{Options, Target, Theme};
use crate::FileTree;

/// What all registers have in common.
fn run_time(target: Target) -> Cow<'static, str> {
    let text = include_str!("../runtime/generic.rs");
    if target == Target::Msp430 {
        // Addresses have 16 bits at least.
        text.replace("u32: from_u32 as u32, narrow", "u32: from_u32 as u32, wide")
            .into()
    } else {
        text.into()
    }
}

/// All files of the crate.
pub(super) fn print(tables: &Crate, options: &Options) -> FileTree {
    let mut tree = FileTree::new();
    tree.insert("Cargo.toml", manifest::cargo_toml(tables, options));
    tree.insert("README.md", manifest::readme(tables, options));
    tree.insert("src/generic.rs", run_time(options.target));
    tree.insert("src/atomics.rs", include_str!("../runtime/atomics.rs"));
    let convention = match options.theme {
        Theme::Current => include_str!("../runtime/convention_current.rs"),
        Theme::Legacy => include_str!("../runtime/convention_legacy.rs"),
    };
    tree.insert("src/convention.rs", convention);
    if tables.values {
        tree.insert("src/values.rs", include_str!("../runtime/values.rs"));
    }
    tree.insert("src/debug.rs", debug::file(tables));
    let root = root::root(tables, options, &mut tree);
    tree.insert("src/lib.rs", root);
    if let Some(text) = interrupt::device_x(tables, options) {
        tree.insert("device.x", text);
        tree.insert("build.rs", include_str!("../runtime/build.rs"));
    }
    tree
}
