//! `edition`: generated code is written for its edition.

use super::{Check, Facts, Outcome, Subject};
use cargo_metadata::Edition;
use std::path::{Path, PathBuf};

pub(super) const CHECK: Check = Check {
    name: "edition",
    subject: Subject::Project,
    run: check,
};

/// Attributes that edition 2024 wants as unsafe.
const ATTRIBUTES: &[&str] = &["#[no_mangle]", "#[export_name", "#[link_section"];

/// Files larger than this are generated crates in one file still; more is not read.
const MOST: u64 = 64 << 20;

fn check(facts: &Facts) -> Vec<Outcome> {
    let Some(project) = &facts.project else {
        return Vec::new();
    };
    let Ok(graph) = &project.graph else {
        return Vec::new();
    };
    let local = graph
        .metadata
        .packages
        .iter()
        .filter(|package| package.source.is_none());
    let new = local.filter(|package| package.edition >= Edition::E2024);
    let old_code = new.filter_map(|package| {
        let folder = package.manifest_path.parent()?.join("src");
        Some((package, find(folder.as_std_path(), 0)?))
    });
    let outcomes: Vec<_> = old_code
        .map(|(package, (file, attribute))| {
            Outcome::error(format!("`{}` is of edition {}, and `{}` has `{attribute}` without `unsafe`", package.name, package.edition, project.shown(&file)))
                .hint("generate it again (`bringup pac FILE --edition 2024`), or leave that crate at `edition = \"2021\"`")
                .explain("unsafe-attribute")
        })
        .collect();
    if outcomes.is_empty() {
        return vec![Outcome::ok(
            "attributes are written as the edition wants them",
        )];
    }
    outcomes
}

/// The first such attribute in the sources below a folder.
fn find(folder: &Path, depth: usize) -> Option<(PathBuf, &'static str)> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && depth < 16 {
            if let Some(found) = find(&path, depth + 1) {
                return Some(found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.metadata().is_ok_and(|metadata| metadata.len() < MOST)
        {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let mut lines = text.lines().map(str::trim_start);
            let found = lines.find_map(|line| {
                ATTRIBUTES
                    .iter()
                    .find(|attribute| line.starts_with(**attribute))
            });
            if let Some(attribute) = found {
                return Some((path, attribute));
            }
        }
    }
    None
}
