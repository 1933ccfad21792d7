//! The programs that are compared, and packages that ship SVD files: built and fetched where they are missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::MetadataCommand;

use crate::{cargo, root};

/// What is installed for comparison: package and version.
const INSTALLED: &[(&str, &str)] = &[("svd2rust", "0.37.1"), ("form", "0.13.0")];

/// Where the programs are.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) bringup: PathBuf,
    pub(super) svd2rust: PathBuf,
    pub(super) form: PathBuf,
    /// The compiler that measures are taken with, as it names itself.
    pub(super) rustc: String,
}

impl Tools {
    /// Builds our own program and installs the others.
    pub(super) fn prepare() -> Result<Self, String> {
        let metadata = MetadataCommand::new()
            .manifest_path(root().join("Cargo.toml"))
            .no_deps()
            .exec()
            .map_err(|error| error.to_string())?;
        let mut build = Command::new(cargo());
        build
            .current_dir(root())
            .args(["build", "--release", "--locked", "--package", "bringup"]);
        succeed(build, "cargo build")?;
        let installed = root().join("target").join("bench-tools");
        for (package, version) in INSTALLED {
            install(&installed, package, version)?;
        }
        let program = |name: &str| {
            installed
                .join("bin")
                .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
        };
        Ok(Self {
            bringup: metadata
                .target_directory
                .into_std_path_buf()
                .join("release")
                .join(format!("bringup{}", std::env::consts::EXE_SUFFIX)),
            svd2rust: program("svd2rust"),
            form: program("form"),
            rustc: version_of(Path::new("rustc")),
        })
    }
}

fn version_of(program: &Path) -> String {
    let output = Command::new(program).arg("--version").output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn install(folder: &Path, package: &str, version: &str) -> Result<(), String> {
    let program = folder
        .join("bin")
        .join(format!("{package}{}", std::env::consts::EXE_SUFFIX));
    if version_of(&program)
        .split_whitespace()
        .any(|word| word == version)
    {
        return Ok(());
    }
    eprintln!("installing {package} {version}");
    let mut install = Command::new(cargo());
    install
        .args(["install", "--locked", "--quiet", "--force", "--root"])
        .arg(folder)
        .arg(format!("{package}@{version}"));
    succeed(install, "cargo install")
}

fn succeed(mut command: Command, what: &str) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| format!("`{what}` cannot be started: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{what}` failed: {status}"))
    }
}

/// A file of a package on crates.io, which cargo fetches as a dependency of a package without code.
pub(super) fn package_file(
    work: &Path,
    package: &str,
    version: &str,
    path: &str,
) -> Result<PathBuf, String> {
    let dir = work.join(format!("{package}-source"));
    let manifest = format!(
        "[package]\nname = \"svd-source\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"empty.rs\"\n\n\
         [dependencies]\n{package} = {{ version = \"={version}\", default-features = false }}\n\n[workspace]\n"
    );
    fs::create_dir_all(&dir)
        .and_then(|()| fs::write(dir.join("empty.rs"), ""))
        .and_then(|()| fs::write(dir.join("Cargo.toml"), manifest))
        .map_err(|error| format!("{}: {error}", dir.display()))?;
    let metadata = MetadataCommand::new()
        .manifest_path(dir.join("Cargo.toml"))
        .exec()
        .map_err(|error| error.to_string())?;
    metadata
        .packages
        .iter()
        .find(|found| found.name.as_str() == package)
        .map(|found| {
            found
                .manifest_path
                .as_std_path()
                .with_file_name("")
                .join(path)
        })
        .ok_or_else(|| format!("cargo does not know where `{package}` is"))
}
