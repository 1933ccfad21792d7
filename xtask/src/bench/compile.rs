//! Compilation: what the compiler takes for a crate whose dependencies are built.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::chips::Chip;
use crate::cargo;
use crate::measure::{self, Cost};

/// What cargo is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `cargo check`.
    Check,
    /// `cargo build --release`.
    Release,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Release => "release",
        }
    }
}

/// Gives the result of svd2rust the manifest that its documentation asks for.
pub(super) fn their_manifest(chip: &Chip, dir: &Path) -> Result<(), String> {
    let mut manifest = String::from(
        "[package]\nname = \"pac\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n\
         critical-section = { version = \"1\", optional = true }\nvcell = \"0.1\"\n",
    );
    if chip.family == "cortex-m" {
        manifest.push_str(
            "cortex-m = \"0.7\"\ncortex-m-rt = { version = \"0.7\", optional = true }\n\n\
             [features]\nrt = [\"cortex-m-rt/device\"]\n",
        );
    }
    write(&dir.join("Cargo.toml"), &manifest)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Compiles a crate.
///
/// The first time builds the dependencies, so the caller does it once without counting.
/// Afterwards only the crate itself is compiled, all of it: like any dependency it is not built incrementally.
pub(super) fn compile(kind: Kind, chip: &Chip, dir: &Path) -> Result<Cost, String> {
    let manifest = dir.join("Cargo.toml");
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let text = read(&manifest)?;
    if !text.contains("[workspace]") {
        write(&manifest, &format!("{text}\n[workspace]\n"))?;
    }
    // A new date makes cargo compile the crate again.
    let root = dir.join("src").join("lib.rs");
    write(&root, &read(&root)?)?;
    let features = if chip.family == "cortex-m" {
        "rt,critical-section"
    } else {
        "critical-section"
    };
    let run = |offline: bool| {
        let mut command = Command::new(cargo());
        command
            .current_dir(dir)
            .args(match kind {
                Kind::Check => ["check"].as_slice(),
                Kind::Release => &["build", "--release"],
            })
            .args(["--quiet", "--color", "never", "--features", features])
            .args(["--target", chip.triple, "--target-dir"])
            .arg(dir.join("target"))
            .args(offline.then_some("--offline"))
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTFLAGS");
        measure::run(&mut command).map_err(|error| format!("cargo cannot be started: {error}"))
    };
    let mut ran = run(true)?;
    if !ran.success && ran.stderr.contains("offline") {
        ran = run(false)?;
    }
    if ran.success {
        Ok(ran.cost)
    } else {
        Err(format!("{}: {}", dir.display(), ran.first_error()))
    }
}
