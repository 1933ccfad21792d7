//! Devices to generate from, and places to build in.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use bringup_device::Device;
use bringup_gen::FileTree;
use bringup_gen::pac::{self, Options};

/// The device of `tests/fixtures/device.svd`, which has one of everything.
pub(crate) fn fixture() -> Device {
    load(include_str!("../fixtures/device.svd"))
}

/// Reads a file that has to have a device in it.
pub(crate) fn load(text: &str) -> Device {
    let loaded = bringup_device::svd::load(text);
    loaded
        .device
        .unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

/// Devices of vendors, where the folder with their files is beside the project.
pub(crate) fn vendors() -> Vec<(&'static str, Device)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/svd/STMicro-2026");
    let read = |name: &'static str| {
        if let Ok(text) = fs::read_to_string(folder.join(name)) {
            Some((name, load(&text)))
        } else {
            eprintln!("skipped: {name} is not there");
            None
        }
    };
    ["STM32L0x1.svd", "STM32F0x2.svd"]
        .into_iter()
        .filter_map(read)
        .collect()
}

/// Generates a crate called `fixture`.
pub(crate) fn generate(device: &Device, change: impl FnOnce(&mut Options)) -> FileTree {
    let mut options = Options::new("fixture");
    change(&mut options);
    pac::generate(device, &options).unwrap_or_else(|error| panic!("{error}"))
}

/// An empty folder for a test, the same on every run.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder can be emptied");
    }
    fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// Writes a file with the folders above it.
pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
    fs::write(path, text).expect("files can be written");
}

/// Writes all files of a tree.
pub(crate) fn write_tree(folder: &Path, tree: &FileTree) {
    for (path, text) in tree.iter() {
        write(&folder.join(path), text);
    }
}

/// Writes all files of a crate that is to be built where it lies, whatever workspace is above it.
///
/// The package gets the folder's name: to Cargo, two packages of one name at the root of two workspaces are the
/// same one, and they share a target folder here.
pub(crate) fn write_crate(folder: &Path, tree: &FileTree) {
    write_tree(folder, tree);
    let manifest = tree.get("Cargo.toml").expect("a crate has a manifest");
    let name = folder.file_name().expect("a folder has a name");
    let name = name.to_string_lossy().replace('.', "-");
    let manifest = manifest.replacen("\"fixture\"", &format!("\"{name}\""), 1);
    write(
        &folder.join("Cargo.toml"),
        &format!("{manifest}\n[workspace]\n"),
    );
}

/// `cargo check` with warnings denied, for the Cortex-M target where it is installed. `None` if dependencies
/// cannot be had, which is said.
pub(crate) fn check(folder: &Path, arguments: &[&str]) -> Option<Output> {
    check_for("thumbv6m-none-eabi", folder, arguments)
}

/// [`check`] for some target.
pub(crate) fn check_for(target: &str, folder: &Path, arguments: &[&str]) -> Option<Output> {
    let arguments = [&["check"], &target_arguments(target)[..], arguments].concat();
    cargo(folder, &arguments, "-Dwarnings")
}

/// A cargo command with the flags for the compiler, in the target folder that tests share. The network is asked only if
/// what is on the machine does not do. `None` if dependencies cannot be had, which is said.
pub(crate) fn cargo(folder: &Path, arguments: &[&str], flags: &str) -> Option<Output> {
    let offline = start(folder, arguments, flags, true);
    let text = String::from_utf8_lossy(&offline.stderr).into_owned();
    let absent = [
        "no matching package",
        "failed to download",
        "attempting to make an HTTP request",
        "candidate versions found",
    ];
    if offline.status.success() || !absent.iter().any(|sign| text.contains(sign)) {
        return Some(offline);
    }
    let online = start(folder, arguments, flags, false);
    let text = String::from_utf8_lossy(&online.stderr).into_owned();
    let unreachable = [
        "failed to download",
        "failed to get",
        "Could not resolve",
        "spurious network error",
    ];
    if !online.status.success() && unreachable.iter().any(|sign| text.contains(sign)) {
        eprintln!(
            "skipped: dependencies of the crate in {} cannot be had",
            folder.display()
        );
        return None;
    }
    Some(online)
}

fn start(folder: &Path, arguments: &[&str], flags: &str, offline: bool) -> Output {
    let (subcommand, arguments) = arguments.split_first().expect("a subcommand");
    let mut command = Command::new(env!("CARGO"));
    command
        .arg(subcommand)
        .args(offline.then_some("--offline"))
        .args(arguments);
    command
        .current_dir(folder)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .env("RUSTFLAGS", flags);
    command.env(
        "CARGO_TARGET_DIR",
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"),
    );
    command.output().expect("cargo runs")
}

/// Arguments that choose the target, or none where it is not installed.
pub(crate) fn target_arguments(target: &str) -> Vec<&str> {
    let mut rustc = Command::new(
        env::var_os("RUSTC")
            .as_deref()
            .unwrap_or(OsStr::new("rustc")),
    );
    let output = rustc
        .args(["--print", "target-libdir", "--target", target])
        .output();
    let installed = output
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).exists());
    if installed {
        vec!["--target", target]
    } else {
        Vec::new()
    }
}

/// Asserts that a program ran well, and shows what it said if not.
#[track_caller]
pub(crate) fn assert_success(output: &Output, what: &str) {
    assert!(
        output.status.success(),
        "{what}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
