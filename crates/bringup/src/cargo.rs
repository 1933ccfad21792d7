//! Driving the tools of the Rust distribution: `cargo`, `rustc`, `rustup`.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bringup_device::catalogue::SvdSource;
use cargo_metadata::Message;

use crate::error::Error;
use crate::files;

/// The `cargo` that started us, or the one on the path.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO")
        .filter(|cargo| !cargo.is_empty())
        .unwrap_or_else(|| "cargo".into())
}

/// A `cargo` command in `dir` that the caller's settings for other builds do not reach.
pub(crate) fn command(dir: &Path) -> Command {
    let mut command = Command::new(cargo());
    // `RUSTFLAGS` of a CI job would replace the project's own flags; a target directory set for
    // another project would mix both.
    for variable in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET",
    ] {
        command.env_remove(variable);
    }
    command.current_dir(dir).stdin(Stdio::null());
    command
}

fn start_error(program: &str) -> impl FnOnce(std::io::Error) -> Error + '_ {
    move |source| Error::Start {
        program: program.into(),
        source,
    }
}

/// Where the package that ships an SVD file lies on this machine, after cargo has made sure that it does.
///
/// The package becomes the dependency of a small manifest in the cache, and `cargo metadata` resolves
/// it: the lock file beside the manifest pins the checksum, and once the package is there no
/// network is needed. Nothing of it is compiled. Where cargo found it is kept in the cache, for starting cargo takes
/// longer than most runs.
pub(crate) fn package_file(source: &SvdSource) -> Result<PathBuf, Error> {
    let dir = files::cache_dir()?
        .join("svd")
        .join(format!("{}-{}", source.package, source.version));
    let found = dir.join("found");
    let known = std::fs::read_to_string(&found).ok();
    if let Some(file) = known.map(|folder| Path::new(&folder).join(&source.path))
        && file.is_file()
    {
        return Ok(file);
    }
    let manifest = format!(
        "# Made by `bringup` to let cargo fetch the SVD file that this package ships.\n\
         [package]\nname = \"svd-source\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [lib]\npath = \"empty.rs\"\n\n\
         [dependencies]\n{} = {{ version = \"={}\", default-features = false }}\n\n[workspace]\n",
        source.package, source.version
    );
    let path = dir.join("Cargo.toml");
    if std::fs::read(&path).ok().as_deref() != Some(manifest.as_bytes()) {
        files::write_file(&dir.join("empty.rs"), b"")?;
        files::write_file(&path, manifest.as_bytes())?;
    }
    // The network is asked only if what is on the machine does not do.
    let metadata = match metadata(&dir, None, true)? {
        Ok(metadata) => metadata,
        Err(_) => metadata(&dir, None, false)?.map_err(|stderr| Error::Package {
            package: source.package.clone(),
            version: source.version.clone(),
            stderr,
        })?,
    };
    let lacks = || Error::PackageLacks {
        package: source.package.clone(),
        path: source.path.clone(),
    };
    let package = metadata
        .packages
        .iter()
        .find(|package| {
            package.name.as_str() == source.package && package.version.to_string() == source.version
        })
        .ok_or_else(lacks)?;
    let folder = package.manifest_path.with_file_name("");
    let file = folder.as_std_path().join(&source.path);
    if !file.is_file() {
        return Err(lacks());
    }
    files::write_file(&found, folder.as_str().as_bytes())?;
    Ok(file)
}

/// What cargo knows of the project in `dir` and of all that it depends on, for one target if that is a target of the compiler's.
pub(crate) fn project_metadata(
    dir: &Path,
    target: Option<&str>,
) -> Result<cargo_metadata::Metadata, Error> {
    // A file may describe the target, whose name the compiler then does not know.
    for target in target.map(Some).into_iter().chain([None]) {
        if let Ok(metadata) = metadata(dir, target, true)? {
            return Ok(metadata);
        }
    }
    metadata(dir, None, false)?.map_err(|stderr| Error::Command {
        command: "cargo metadata".into(),
        stderr,
        hint: None,
    })
}

/// `cargo metadata`; the inner error is what cargo said.
fn metadata(
    dir: &Path,
    target: Option<&str>,
    offline: bool,
) -> Result<Result<cargo_metadata::Metadata, String>, Error> {
    let mut command = command(dir);
    command.args(["metadata", "--format-version", "1"]);
    if let Some(target) = target {
        command.args(["--filter-platform", target]);
    }
    if offline {
        command.arg("--offline");
    }
    let output = command.output().map_err(start_error("cargo"))?;
    if !output.status.success() {
        return Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(
        cargo_metadata::MetadataCommand::parse(String::from_utf8_lossy(&output.stdout))
            .map_err(|error| error.to_string()),
    )
}

/// Whether the standard library for `target` is installed in the active toolchain.
pub(crate) fn target_is_installed(dir: &Path, target: &str) -> Result<bool, Error> {
    let mut rustc = Command::new("rustc");
    rustc
        .current_dir(dir)
        .args(["--print", "target-libdir", "--target", target]);
    let output = rustc.output().map_err(start_error("rustc"))?;
    let libdir = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(output.status.success()
        && std::fs::read_dir(libdir).is_ok_and(|mut entries| {
            entries.any(|entry| {
                entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
            })
        }))
}

/// `rustup target add`.
pub(crate) fn add_target(dir: &Path, target: &str) -> Result<(), Error> {
    let mut rustup = Command::new("rustup");
    rustup
        .current_dir(dir)
        .args(["target", "add", target])
        .stdin(Stdio::null());
    let output = rustup.output().map_err(start_error("rustup"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Command {
        command: format!("rustup target add {target}"),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        hint: Some("it needs the network, once".into()),
    })
}

/// Builds the project in `dir` in release and returns the program it makes.
///
/// `progress` is told each line that cargo prints meanwhile.
pub(crate) fn build(dir: &Path, mut progress: impl FnMut(&str)) -> Result<PathBuf, Error> {
    match build_once(dir, true, &mut progress)? {
        Ok(program) => Ok(program),
        // Offline fails also where only a download is missing: then cargo may ask the network.
        Err(stderr) if stderr.contains("--offline") || stderr.contains("offline was specified") => {
            build_once(dir, false, &mut progress)?.map_err(build_error)
        }
        Err(stderr) => Err(build_error(stderr)),
    }
}

fn build_error(stderr: String) -> Error {
    Error::Command {
        command: "cargo build --release".into(),
        stderr,
        hint: None,
    }
}

fn build_once(
    dir: &Path,
    offline: bool,
    progress: &mut impl FnMut(&str),
) -> Result<Result<PathBuf, String>, Error> {
    let mut command = command(dir);
    command.args([
        "build",
        "--release",
        "--message-format",
        "json-render-diagnostics",
    ]);
    if offline {
        command.arg("--offline");
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start_error("cargo"))?;
    // Standard output is read on a thread of its own: neither pipe may fill up while the other waits.
    let stdout = child
        .stdout
        .take()
        .map(|stdout| std::thread::spawn(|| programs(BufReader::new(stdout))));
    let mut said = String::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            progress(line.trim());
            said.push_str(&line);
            said.push('\n');
        }
    }
    let programs = stdout
        .and_then(|thread| thread.join().ok())
        .unwrap_or_default();
    let status = child.wait().map_err(start_error("cargo"))?;
    if !status.success() {
        return Ok(Err(said));
    }
    programs.into_iter().next().map(Ok).ok_or(Error::NoProgram)
}

/// The programs that cargo says it made.
pub(crate) fn programs(messages: impl std::io::BufRead) -> Vec<PathBuf> {
    Message::parse_stream(messages)
        .filter_map(Result::ok)
        .filter_map(|message| match message {
            Message::CompilerArtifact(artifact) => artifact.executable,
            _ => None,
        })
        .map(Into::into)
        .collect()
}
