//! Names that no identifier can be, or that are taken: what becomes of them, and that it compiles.

use std::fmt::Write;

use bringup_gen::FileTree;
use bringup_gen::pac::{Layout, Options, Target, Theme};

use crate::support::{
    assert_success, check, folder, generate, load, write, write_crate, write_tree,
};
use crate::table::{cells, code};

const PAGE: &str = include_str!("../../../../docs/pac-names.md");
const DEVICE: &str = include_str!("../fixtures/names.svd");

fn crate_of(change: impl FnOnce(&mut Options)) -> FileTree {
    generate(&load(DEVICE), change)
}

/// Everything with a name, in the order of the crate: modules with braces, methods and values behind their type.
fn names(theme: Theme) -> String {
    let tree = crate_of(|options| (options.theme, options.layout) = (theme, Layout::Single));
    let root = tree.get("src/lib.rs").expect("there is a root");
    let mut out = String::new();
    let mut in_enum = false;
    for line in root.lines() {
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        if in_enum {
            in_enum = trimmed != "}";
            if let Some((variant, number)) = trimmed.split_once(" = ") {
                let _ = writeln!(out, "{indent}{variant} = {number}");
            }
            continue;
        }
        in_enum = trimmed.starts_with("pub enum");
        let Some(item) = trimmed.strip_prefix("pub ") else {
            continue;
        };
        let end = item.find(['(', '=', '{', ';', '<']).unwrap_or(item.len());
        let item = item[..end].trim_end();
        let kinds = ["mod ", "enum ", "fn ", "const ", "type "];
        if kinds.iter().any(|kind| item.starts_with(kind))
            && !item.ends_with(" R")
            && !item.ends_with(" W")
        {
            let _ = writeln!(out, "{indent}{item}");
        }
    }
    out
}

#[test]
fn in_the_current_convention() {
    insta::assert_snapshot!(names(Theme::Current));
}

#[test]
fn in_the_older_convention() {
    insta::assert_snapshot!(names(Theme::Legacy));
}

#[test]
fn all_of_it_compiles() {
    for theme in [Theme::Current, Theme::Legacy] {
        for layout in [Layout::Register, Layout::Peripheral, Layout::Single] {
            for (target, features) in [
                (Target::CortexM, "rt,critical-section,debug,atomics,defmt"),
                (Target::None, "critical-section,debug,atomics,defmt"),
            ] {
                let name = format!("names-{theme:?}-{layout:?}-{target:?}").to_lowercase();
                let folder = folder(&name);
                let tree = crate_of(|options| {
                    (options.theme, options.layout, options.target) = (theme, layout, target);
                });
                write_crate(&folder, &tree);
                let Some(output) = check(&folder, &["--features", features]) else {
                    return;
                };
                assert_success(&output, &name);
            }
        }
    }
}

#[test]
fn the_page_says_what_they_are() {
    for (theme, column) in [(Theme::Current, 1), (Theme::Legacy, 2)] {
        let mut program = String::from(
            "#![no_std]\n#![deny(warnings)]\n#![allow(dead_code, unused)]\nuse pac::*;\n",
        );
        let rows = PAGE.lines().filter(|line| line.starts_with("| "));
        let mut count = 0;
        for (n, row) in rows.skip(1).enumerate() {
            let cells = cells(row);
            let code = code(&cells[column]).unwrap_or_else(|| panic!("no code in {cells:?}"));
            let _ = write!(
                program,
                "// {}\nfn row_{n}(p: &'static Peripherals) {{\nlet _ = {{\n{code}\n}};\n}}\n",
                cells[0]
            );
            count += 1;
        }
        assert!(count >= 30, "{count} rows");
        let name = format!("names-page-{theme:?}").to_lowercase();
        let folder = folder(&name);
        let pac = format!("pac-{name}");
        write_tree(
            &folder.join(&pac),
            &crate_of(|options| options.theme = theme),
        );
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n\
             pac = {{ path = \"{pac}\", package = \"fixture\" }}\n\n[workspace]\n"
        );
        write(&folder.join("Cargo.toml"), &manifest);
        write(&folder.join("src/lib.rs"), &program);
        let Some(output) = check(&folder, &[]) else {
            return;
        };
        assert_success(&output, &name);
    }
}
