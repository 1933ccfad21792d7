//! `bringup doctor`: for each check a project that breaks it, beside one that does not. Nothing is compiled: cargo only resolves
//! the packages, which are stand-ins for those of the registry.

mod files;
mod packages;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Ran, finish, scratch, tool};

/// The project that is as it should be.
const BASE: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[package.metadata.bringup]\nboard = \"nucleo-l031k6\"\n\n\
         [dependencies]\ncortex-m = { path = \"crates/cortex-m\", features = [\"critical-section-single-core\"] }\n\
         cortex-m-rt = { path = \"crates/cortex-m-rt\" }\npac = { path = \"crates/pac\", features = [\"critical-section\", \"rt\"] }\n\n[workspace]\n",
    ),
    ("src/main.rs", "#![no_std]\n#![no_main]\n"),
    (
        "build.rs",
        "fn main() {\n    // println!(\"cargo:rustc-link-arg-bins=-Tlink.x\"); is needed once:\n    println!(\"cargo:rustc-link-arg-bins=-Tlink.x\");\n}\n",
    ),
    (
        ".cargo/config.toml",
        "# For the chip.\n[build]\ntarget = \"thumbv6m-none-eabi\"\n\n[target.thumbv6m-none-eabi]\nrunner = \"bringup run\"\n",
    ),
    (
        "memory.x",
        "MEMORY\n{\n  FLASH : ORIGIN = 0x08000000, LENGTH = 32K\n  RAM : ORIGIN = 0x20000000, LENGTH = 8K\n}\n",
    ),
    (
        "openocd.cfg",
        "source [find interface/stlink.cfg]\nsource [find target/stm32l0.cfg]\n",
    ),
    (
        "openocd.gdb",
        "target extended-remote :3333\nbreak main\nbreak HardFault\nload\n",
    ),
    (
        "Embed.toml",
        "[default.general]\nchip = \"STM32L031K6Tx\"\n",
    ),
    (
        "crates/cortex-m/Cargo.toml",
        "[package]\nname = \"cortex-m\"\nversion = \"0.7.7\"\nedition = \"2021\"\n[features]\ncritical-section-single-core = [\"critical-section/restore-state-bool\"]\n\
         [dependencies]\ncritical-section = { path = \"../critical-section\" }\n",
    ),
    ("crates/cortex-m/src/lib.rs", ""),
    (
        "crates/cortex-m-rt/Cargo.toml",
        "[package]\nname = \"cortex-m-rt\"\nversion = \"0.7.5\"\nedition = \"2021\"\nlinks = \"cortex-m-rt\"\nbuild = \"build.rs\"\n[features]\ndevice = []\n",
    ),
    ("crates/cortex-m-rt/src/lib.rs", ""),
    ("crates/cortex-m-rt/build.rs", "fn main() {}\n"),
    (
        "crates/critical-section/Cargo.toml",
        "[package]\nname = \"critical-section\"\nversion = \"1.2.0\"\nedition = \"2021\"\n[features]\nrestore-state-bool = []\n",
    ),
    ("crates/critical-section/src/lib.rs", ""),
    (
        "crates/pac/Cargo.toml",
        "[package]\nname = \"pac\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[features]\nrt = [\"dep:cortex-m-rt\", \"cortex-m-rt/device\"]\ncritical-section = [\"dep:critical-section\"]\n\
         [dependencies]\ncortex-m = { path = \"../cortex-m\" }\ncortex-m-rt = { path = \"../cortex-m-rt\", optional = true }\ncritical-section = { path = \"../critical-section\", optional = true }\n",
    ),
    (
        "crates/pac/src/lib.rs",
        "#[no_mangle]\npub static DEVICE_PERIPHERALS: bool = false;\n",
    ),
];

/// A system with rules for probes, and none of them plugged in.
const SYSTEM: &[(&str, &str)] = &[(
    "etc/udev/rules.d/60-probes.rules",
    "# ATTRS{idVendor}==\"1111\"\nATTRS{idVendor}==\"0483\", TAG+=\"uaccess\"\nATTRS{product}==\"*CMSIS-DAP*\", TAG+=\"uaccess\"\n\
     ATTRS{idVendor}==\"1366\", TAG+=\"uaccess\"\nATTRS{idVendor}==\"1cbe\", TAG+=\"uaccess\"\n",
)];

fn write(dir: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// The project with some files changed; those without a text are left out.
fn project(name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let dir = scratch(&format!("doctor-{name}"));
    write(&dir, BASE);
    write(&dir, changes);
    for (name, text) in changes {
        if text.is_empty() && BASE.iter().any(|(base, _)| base == name) {
            fs::remove_file(dir.join(name)).unwrap();
        }
    }
    write(&dir.join("system"), SYSTEM);
    dir
}

/// The text of a file of the project, changed.
fn base(name: &str, old: &str, new: &str) -> String {
    let (_, text) = BASE.iter().find(|(base, _)| *base == name).unwrap();
    assert!(text.contains(old), "{old}");
    text.replace(old, new)
}

fn command(dir: &Path, args: &[&str]) -> std::process::Command {
    command_in(dir, &dir.join("system"), args)
}

fn command_in(dir: &Path, system: &Path, args: &[&str]) -> std::process::Command {
    let mut command = tool();
    command
        .arg("doctor")
        .arg(dir)
        .arg("--system-root")
        .arg(system)
        .args(args)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET");
    command
}

fn doctor(dir: &Path, args: &[&str]) -> Ran {
    finish(&mut command(dir, args))
}

/// The worst of what a check found: its level, and all it said.
fn of(ran: &Ran, check: &str) -> (String, String) {
    let json = ran.json();
    let results = json["results"].as_array().unwrap();
    let results: Vec<&Value> = results
        .iter()
        .filter(|result| result["check"] == check)
        .collect();
    let said: Vec<_> = results.iter().map(ToString::to_string).collect();
    let levels = ["error", "warning", "ok"];
    let worst = levels
        .iter()
        .find(|level| results.iter().any(|result| result["level"] == **level));
    (worst.copied().unwrap_or("none").to_owned(), said.join("\n"))
}

/// Asserts what a check finds in a changed project.
#[track_caller]
fn finds(name: &str, changes: &[(&str, &str)], check: &str, level: &str, text: &str) {
    let dir = project(name, changes);
    let ran = doctor(&dir, &["--json"]);
    let (worst, said) = of(&ran, check);
    assert_eq!(worst, level, "{check}: {ran}");
    assert!(said.contains(text), "{text}: {said}");
    assert_eq!(
        ran.code,
        Some(i32::from(ran.json()["errors"] != 0)),
        "{ran}"
    );
}

/// Asserts that `--fix` does something, after which the check is content.
#[track_caller]
fn fixes(name: &str, changes: &[(&str, &str)], check: &str, done: &str) -> PathBuf {
    let dir = project(name, changes);
    let ran = doctor(&dir, &["--json", "--fix"]);
    let fixed = ran.json()["fixed"].to_string();
    assert!(fixed.contains(done), "{fixed}");
    let (worst, said) = of(&ran, check);
    assert!(worst == "ok" || worst == "none", "{said}");
    let again = doctor(&dir, &["--json", "--fix"]).json();
    assert_eq!(again["fixed"].as_array().unwrap().len(), 0, "{again}");
    dir
}

#[test]
fn a_project_that_is_as_it_should_be() {
    let dir = project("good", &[]);
    let ran = doctor(&dir, &["--json"]);
    let json = ran.json();
    for result in json["results"].as_array().unwrap() {
        assert!(
            result["subject"] != "project" || result["level"] == "ok",
            "{result}"
        );
    }
    let project: Vec<_> = json["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|result| result["subject"] == "project")
        .collect();
    let names: Vec<_> = project
        .iter()
        .map(|result| result["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "dependencies",
            "metadata",
            "core-target",
            "memory-x",
            "memory-regions",
            "link-script",
            "run-time-versions",
            "pac-features",
            "critical-section",
            "edition",
            "openocd-config",
            "breakpoints",
            "probe-rs-chip"
        ]
    );
    assert_eq!(
        of(&ran, "udev-rules").0,
        if cfg!(target_os = "linux") {
            "ok"
        } else {
            "none"
        }
    );
    let text = doctor(&dir, &[]);
    assert!(
        text.stdout.contains(
            "  ok       core-target        `thumbv6m-none-eabi`, which is that of a Cortex-M0+\n"
        ),
        "{text}"
    );
}

#[test]
fn a_project_that_bringup_did_not_make() {
    let manifest = base(
        "Cargo.toml",
        "[package.metadata.bringup]\nboard = \"nucleo-l031k6\"\n",
        "",
    );
    let dir = project(
        "foreign",
        &[
            ("Cargo.toml", &manifest),
            ("memory.x", &base("memory.x", "32K", "64K")),
        ],
    );
    let ran = doctor(&dir, &["--json"]);
    assert_eq!(of(&ran, "metadata").0, "warning");
    for unknown in ["core-target", "memory-regions", "breakpoints"] {
        assert_eq!(of(&ran, unknown).0, "none", "{ran}");
    }
    assert_eq!(of(&ran, "memory-x").0, "ok");
    assert_eq!(of(&ran, "probe-rs-chip").0, "ok");
    let ran = doctor(&dir, &["--json", "--chip", "STM32L031K6"]);
    assert_eq!(of(&ran, "memory-regions").0, "error");
    assert_eq!(ran.json()["chip"], "STM32L031K6");
    // A folder in a project is part of it; one without a project has a machine.
    let inside = finish(
        tool()
            .args(["doctor", "--json", "--system-root"])
            .arg(dir.join("system"))
            .arg(dir.join("src")),
    );
    assert_eq!(of(&inside, "dependencies").0, "ok", "{inside}");
    let missing = doctor(&dir.join("none"), &["--json"]);
    assert_eq!(missing.code, Some(2), "{missing}");
}
