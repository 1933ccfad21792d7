//! Running the tool, with a cache of its own that all tests share.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run of the tool left.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// As a snapshot shows it.
impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self
            .code
            .map_or_else(|| "none".into(), |code| code.to_string());
        write!(
            f,
            "exit code: {code}\n── stdout\n{}── stderr\n{}",
            self.stdout, self.stderr
        )
    }
}

impl Ran {
    /// The JSON object on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}:\n{self}"))
    }
}

/// A folder for this run of the tests, empty at first; tests that share it name a subfolder each.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// The cache that the tests share: what is fetched and built for one serves all.
pub(crate) fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// The tool with the shared cache.
pub(crate) fn tool() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bringup"));
    command
        .env("BRINGUP_CACHE_DIR", cache())
        // What the user of this machine has added is not there.
        .env(
            "BRINGUP_DATA_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-data"),
        )
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        // Set by cargo for this test, as it sets it for the runner of a project.
        .env_remove("CARGO_MANIFEST_DIR");
    command
}

/// Runs the tool in `dir`.
pub(crate) fn run_in<S: AsRef<OsStr>>(dir: &Path, args: impl IntoIterator<Item = S>) -> Ran {
    finish(tool().current_dir(dir).args(args))
}

/// Runs cargo, offline if what it needs is on the machine.
pub(crate) fn cargo(dir: &Path, args: &[&str], target: &Path) -> Ran {
    let run = |offline: bool| {
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(dir)
            .args(args)
            .arg("--locked")
            .args(offline.then_some("--offline"))
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .env("CARGO_TARGET_DIR", target);
        finish(&mut cargo)
    };
    let ran = run(true);
    if ran.code != Some(0) && ran.stderr.contains("offline") {
        return run(false);
    }
    ran
}

/// Runs a prepared command.
pub(crate) fn finish(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Durations of the host differ from run to run, and the size of a generated crate from version to version: cuts
/// them off the numbered steps.
pub(crate) fn without_durations(text: &str) -> String {
    let cut = |line: &str| {
        let step =
            line.starts_with(' ') && line.trim_start().starts_with(|c: char| c.is_ascii_digit());
        let timed = step && [" s", " ms", " µs"].iter().any(|unit| line.ends_with(unit));
        match line.rsplit_once("  ") {
            Some((head, _)) if timed => match head.trim_end().strip_suffix(" of Rust") {
                Some(rest) => rest
                    .rsplit_once(", ")
                    .map_or(rest, |(rest, _)| rest)
                    .to_owned(),
                None => head.trim_end().to_owned(),
            },
            _ => line.to_owned(),
        }
    };
    text.lines().map(cut).collect::<Vec<_>>().join("\n")
}
