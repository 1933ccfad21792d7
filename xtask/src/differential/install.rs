//! The programs that cores are compared with: found, and installed where that needs no rights.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::root;

/// The emulator's command.
pub(super) const QEMU: &str = "qemu-system-arm";
/// The Python package and its version.
const UNICORN: &str = "unicorn==2.1.4";

/// Name and version of QEMU.
pub(super) fn qemu() -> Result<String, String> {
    let missing = |error: std::io::Error| {
        format!(
            "`{QEMU}` cannot be started ({error}): it is in the package `qemu-system-arm` of Debian and Ubuntu and \
             in `qemu` of Homebrew"
        )
    };
    let output = Command::new(QEMU)
        .arg("--version")
        .output()
        .map_err(missing)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().nth(3).unwrap_or("of no version");
    Ok(format!("QEMU {version}"))
}

/// Where the virtual environment is.
fn environment() -> PathBuf {
    root().join("target").join("differential").join("venv")
}

/// The Python of the virtual environment, if it has Unicorn.
pub(super) fn found_unicorn() -> Option<PathBuf> {
    let python = if cfg!(windows) {
        environment().join("Scripts").join("python.exe")
    } else {
        environment().join("bin").join("python")
    };
    has_unicorn(&python).then_some(python)
}

/// The Python that has Unicorn: a virtual environment in the target folder, made where it is missing.
pub(crate) fn unicorn() -> Result<PathBuf, String> {
    if let Some(python) = found_unicorn() {
        return Ok(python);
    }
    eprintln!("installing {UNICORN}");
    let folder = environment();
    let _ = fs::remove_dir_all(&folder);
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let bin = if cfg!(windows) { "Scripts" } else { "bin" };
    let mut pip = Command::new(folder.join(bin).join("python"));
    pip.args(["-m", "pip", "install", "--quiet"])
        .args(["--disable-pip-version-check", UNICORN]);
    succeed(&mut pip)?;
    found_unicorn().ok_or_else(|| "Unicorn is installed, but cannot be loaded".into())
}

fn has_unicorn(python: &Path) -> bool {
    let version = UNICORN.rsplit('=').next().unwrap_or_default();
    let check = format!("import unicorn; assert unicorn.__version__ == '{version}'");
    Command::new(python)
        .args(["-c", &check])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let what = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("`{what}` cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = text.lines().last().unwrap_or("no message");
    Err(format!(
        "`{what}` failed, and Unicorn cannot be installed: {last}"
    ))
}
