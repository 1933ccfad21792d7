//! Commands that have to succeed, and the tool under test.

use std::borrow::BorrowMut;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::{cargo, root};

/// The tool, built from the workspace.
pub(crate) fn build_tool() -> Result<PathBuf, String> {
    let mut command = Command::new(cargo());
    command
        .args(["build", "--quiet", "--locked", "--package", "bringup"])
        .current_dir(root());
    succeed(&mut command)?;
    let folder =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let name = format!("bringup{}", std::env::consts::EXE_SUFFIX);
    Ok(folder.join("debug").join(name))
}

/// Runs a command; what it said is the error if it fails.
pub(crate) fn succeed(command: impl BorrowMut<Command>) -> Result<(), String> {
    output(command).map(|_| ())
}

/// The JSON object that a command prints.
pub(crate) fn json(command: &mut Command) -> Result<Value, String> {
    serde_json::from_slice(&output(command)?).map_err(|error| error.to_string())
}

pub(crate) fn output(mut command: impl BorrowMut<Command>) -> Result<Vec<u8>, String> {
    let command = command.borrow_mut();
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!(
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}
