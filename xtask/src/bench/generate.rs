//! Generation: `bringup pac` by itself; `svd2rust`, `form` and `rustfmt` one after the other, which is what
//! it takes with them to come to the same: a crate in files, formatted.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::chips::Chip;
use super::tools::Tools;
use crate::measure::{self, Cost};

/// Runs a program that has to succeed.
fn cost(command: &mut Command) -> Result<Cost, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let ran =
        measure::run(command).map_err(|error| format!("`{name}` cannot be started: {error}"))?;
    if ran.success {
        Ok(ran.cost)
    } else {
        Err(format!("`{name}` failed: {}", ran.first_error()))
    }
}

/// An empty folder.
fn fresh(dir: &Path) -> Result<(), String> {
    let _ = fs::remove_dir_all(dir);
    fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))
}

/// A crate by `bringup pac`.
pub(super) fn ours(
    tools: &Tools,
    chip: &Chip,
    svd: &Path,
    dir: &Path,
    more: &[&str],
) -> Result<Cost, String> {
    fresh(dir)?;
    let mut bringup = Command::new(&tools.bringup);
    bringup
        .arg("pac")
        .arg(svd)
        .args(["--target", chip.family, "--name", "pac", "--out"])
        .arg(dir)
        .args(more);
    cost(&mut bringup)
}

/// A crate by the others.
pub(super) fn theirs(tools: &Tools, chip: &Chip, svd: &Path, dir: &Path) -> Result<Cost, String> {
    fresh(dir)?;
    let mut svd2rust = Command::new(&tools.svd2rust);
    svd2rust
        .current_dir(dir)
        .args(["--target", chip.family, "-i"])
        .arg(svd);
    let mut form = Command::new(&tools.form);
    form.current_dir(dir).args(["-i", "lib.rs", "-o", "src"]);
    let mut rustfmt = Command::new("rustfmt");
    rustfmt
        .current_dir(dir)
        .args(["--edition", "2021", "src/lib.rs"]);
    let all = [&mut svd2rust, &mut form, &mut rustfmt]
        .into_iter()
        .map(cost)
        .collect::<Result<Vec<_>, _>>()?;
    let _ = fs::remove_file(dir.join("lib.rs"));
    Ok(all.into_iter().fold(Cost::default(), Cost::and))
}
