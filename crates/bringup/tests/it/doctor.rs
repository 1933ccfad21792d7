//! `bringup doctor`: for each check a project that breaks it, beside one that does not. Nothing is compiled: cargo only resolves
//! the packages, which are stand-ins for those of the registry.

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
fn the_target() {
    let config = |target: &str| {
        format!(
            "# For the chip.\n[build]\ntarget = \"{target}\"\n\n[target.{target}]\nrunner = \"bringup run\"\n"
        )
    };
    finds(
        "no-target",
        &[(".cargo/config.toml", "[term]\n")],
        "core-target",
        "error",
        "builds for this computer",
    );
    let wrong = config("thumbv7em-none-eabi");
    finds(
        "wrong-target",
        &[(".cargo/config.toml", &wrong)],
        "core-target",
        "error",
        "`thumbv7em-none-eabi` is not for a Cortex-M0+",
    );
    let dir = fixes(
        "fix-target",
        &[(".cargo/config.toml", &wrong)],
        "core-target",
        "set `build.target` to `thumbv6m-none-eabi`",
    );
    let fixed = fs::read_to_string(dir.join(".cargo/config.toml")).unwrap();
    assert_eq!(fixed, config("thumbv6m-none-eabi"));
    fixes(
        "fix-no-target",
        &[(".cargo/config.toml", "")],
        "core-target",
        "set `build.target`",
    );
    // What runs on a larger core as well.
    let dir = project(
        "weak-target",
        &[(
            "Cargo.toml",
            &base(
                "Cargo.toml",
                "board = \"nucleo-l031k6\"",
                "chip = \"STM32F407VG\"",
            ),
        )],
    );
    assert_eq!(of(&doctor(&dir, &["--json"]), "core-target").0, "warning");
    // A file that is no TOML is left as it is.
    let dir = project("bad-config", &[(".cargo/config.toml", "[build\n")]);
    let ran = doctor(&dir, &["--fix"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(
        ran.stderr.contains("is not a configuration of cargo"),
        "{ran}"
    );
    assert_eq!(
        fs::read_to_string(dir.join(".cargo/config.toml")).unwrap(),
        "[build\n"
    );
}

#[test]
fn the_memories() {
    let memory = |flash: &str, ram: &str| {
        format!("MEMORY\n{{\n  FLASH : ORIGIN = {flash}\n  RAM : ORIGIN = {ram}\n}}\n")
    };
    let (flash, ram) = ("0x08000000, LENGTH = 32K", "0x20000000, LENGTH = 8K");
    finds(
        "no-memory",
        &[("memory.x", "")],
        "memory-x",
        "error",
        "there is no `memory.x`",
    );
    for (name, flash, ram, level, text) in [
        (
            "origin",
            "0x00400000, LENGTH = 32K",
            ram,
            "error",
            "`FLASH` begins at 0x00400000, where STM32L031K6 has no flash",
        ),
        (
            "alias",
            "0x00000000, LENGTH = 32K",
            ram,
            "warning",
            "at times only",
        ),
        (
            "offset",
            "0x08002000, LENGTH = 16K",
            ram,
            "warning",
            "boot loader",
        ),
        (
            "long-flash",
            "0x08000000, LENGTH = 64K",
            ram,
            "error",
            "`FLASH` is 64K long, and STM32L031K6 has 32K there",
        ),
        (
            "long-ram",
            flash,
            "0x20000000, LENGTH = 20K",
            "error",
            "`RAM` is 20K long, and STM32L031K6 has 8K there",
        ),
        (
            "small",
            "0x08000000, LENGTH = 16K",
            "0x20000000, LENGTH = 4K",
            "ok",
            "",
        ),
        (
            "odd",
            "_origin, LENGTH = 1",
            ram,
            "warning",
            "no region `FLASH` that can be read",
        ),
    ] {
        finds(
            &format!("memory-{name}"),
            &[("memory.x", &memory(flash, ram))],
            "memory-regions",
            level,
            text,
        );
    }
    let wrong = memory("0x0, LENGTH = 256K", "0x20000000, LENGTH = 64K");
    let dir = fixes(
        "fix-memory",
        &[("memory.x", &wrong)],
        "memory-regions",
        "the old one is",
    );
    assert_eq!(fs::read_to_string(dir.join("memory.x.old")).unwrap(), wrong);
    fixes("fix-no-memory", &[("memory.x", "")], "memory-x", "memory.x");
}

#[test]
fn a_memory_x_that_hides_another() {
    let other = "MEMORY\n{\n  FLASH : ORIGIN = 0x08000000, LENGTH = 16K\n  RAM : ORIGIN = 0x20000000, LENGTH = 8K\n}\n";
    let pac = base(
        "crates/pac/Cargo.toml",
        "edition = \"2021\"",
        "edition = \"2021\"\nbuild = \"build.rs\"",
    );
    let build = "fn main() { println!(\"cargo:rustc-link-search=memory.x\"); }\n";
    let files = [
        ("crates/pac/Cargo.toml", &*pac),
        ("crates/pac/build.rs", build),
        ("crates/pac/memory.x", other),
    ];
    finds(
        "shadowed",
        &files,
        "memory-x",
        "error",
        "that of the package `pac`, which differ",
    );
    // In a workspace the linker is started in its root.
    let member = base("Cargo.toml", "[workspace]\n", "");
    let dir = project(
        "workspace",
        &[(
            "Cargo.toml",
            "[workspace]\nmembers = [\"app\"]\nresolver = \"3\"\n",
        )],
    );
    let app = dir.join("app");
    let moved = member.replace("crates/", "../crates/");
    let build = "fn main() { println!(\"cargo:rustc-link-search={}\", env!(\"CARGO_MANIFEST_DIR\")); println!(\"cargo:rustc-link-arg-bins=-Tlink.x\"); }\n";
    write(
        &app,
        &[
            ("Cargo.toml", &moved),
            ("src/main.rs", ""),
            ("build.rs", build),
            ("memory.x", other),
        ],
    );
    let ran = finish(&mut command_in(&app, &dir.join("system"), &["--json"]));
    let (level, said) = of(&ran, "memory-x");
    assert_eq!(level, "error", "{ran}");
    assert!(said.contains("which differ"), "{said}");
    // Without a build script that sends it there, the linker does not find the file of a member.
    fs::remove_file(dir.join("memory.x")).unwrap();
    fs::write(
        app.join("build.rs"),
        "fn main() { println!(\"cargo:rustc-link-arg-bins=-Tlink.x\"); }\n",
    )
    .unwrap();
    let ran = finish(&mut command_in(&app, &dir.join("system"), &["--json"]));
    assert!(
        of(&ran, "memory-x")
            .1
            .contains("no build script sends the linker there"),
        "{ran}"
    );
}

#[test]
fn the_linker_script() {
    finds(
        "no-script",
        &[(
            "build.rs",
            "fn main() {\n    // println!(\"cargo:rustc-link-arg-bins=-Tlink.x\");\n}\n",
        )],
        "link-script",
        "error",
        "nothing passes",
    );
    let config = base(
        ".cargo/config.toml",
        "runner",
        "rustflags = [\"-C\", \"link-arg=-Tlink.x\"]\nrunner",
    );
    finds(
        "script-twice",
        &[(".cargo/config.toml", &config)],
        "link-script",
        "error",
        "from `.cargo/config.toml` and `build.rs`",
    );
    finds(
        "script-config",
        &[(".cargo/config.toml", &config), ("build.rs", "")],
        "link-script",
        "ok",
        ".cargo/config.toml",
    );
    // Those of all builds are not taken where the target has its own.
    let both = config.replace(
        "[build]\n",
        "[build]\nrustflags = [\"-Clink-arg=-Tlink.x\"]\n",
    );
    finds(
        "script-build",
        &[(".cargo/config.toml", &both), ("build.rs", "")],
        "link-script",
        "ok",
        ".cargo/config.toml",
    );
}

#[test]
fn a_variable_that_replaces_flags() {
    let config = base(
        ".cargo/config.toml",
        "runner",
        "rustflags = [\"-C\", \"link-arg=-Tlink.x\"]\nrunner",
    );
    let dir = project(
        "rustflags",
        &[(".cargo/config.toml", &config), ("build.rs", "")],
    );
    let ran = finish(command(&dir, &["--json"]).env("RUSTFLAGS", "-D warnings"));
    assert!(
        of(&ran, "rustflags")
            .1
            .contains("replaces the flags of `.cargo/config.toml`"),
        "{ran}"
    );
    assert_eq!(of(&ran, "link-script").0, "error", "{ran}");
    let dir = project("rustflags-harmless", &[]);
    let ran = finish(command(&dir, &["--json"]).env("RUSTFLAGS", "-D warnings"));
    assert_eq!(of(&ran, "rustflags").0, "ok", "{ran}");
}

#[test]
fn the_packages() {
    let without = |what: &str, instead: &str| base("Cargo.toml", what, instead);
    let manifest = without("\"critical-section\", \"rt\"", "\"critical-section\"");
    finds(
        "no-rt",
        &[("Cargo.toml", &manifest)],
        "pac-features",
        "error",
        "without its feature `rt`",
    );
    let manifest = without("\"critical-section\", \"rt\"", "\"rt\"");
    finds(
        "no-take",
        &[("Cargo.toml", &manifest)],
        "pac-features",
        "warning",
        "without its feature `critical-section`",
    );
    let manifest = without(", features = [\"critical-section-single-core\"]", "");
    finds(
        "no-critical-section",
        &[("Cargo.toml", &manifest)],
        "critical-section",
        "error",
        "nothing implements it",
    );
    finds(
        "old-pac",
        &[(
            "crates/pac/Cargo.toml",
            &base("crates/pac/Cargo.toml", "2021", "2024"),
        )],
        "edition",
        "error",
        "`#[no_mangle]` without `unsafe`",
    );
    finds(
        "bad-manifest",
        &[("Cargo.toml", &without("crates/pac", "crates/none"))],
        "dependencies",
        "error",
        "cargo cannot resolve",
    );
}

#[test]
fn two_versions_of_the_run_time() {
    // With `links` cargo refuses them, ...
    let old = base("crates/cortex-m-rt/Cargo.toml", "0.7.5", "0.6.15");
    let pac = base(
        "crates/pac/Cargo.toml",
        "../cortex-m-rt",
        "../../other/cortex-m-rt",
    );
    let files = |run_time: &str, pac: &str| {
        let dir = project("two-run-times", &[("crates/pac/Cargo.toml", pac)]);
        let other = dir.join("../doctor-two-run-times-other");
        let _ = fs::remove_dir_all(&other);
        write(
            &other,
            &[
                ("Cargo.toml", run_time),
                ("src/lib.rs", ""),
                ("build.rs", "fn main() {}"),
            ],
        );
        dir
    };
    let pac = pac.replace(
        "../../other/cortex-m-rt",
        "../../../doctor-two-run-times-other",
    );
    let dir = files(&format!("{old}[workspace]\n"), &pac);
    let ran = doctor(&dir, &["--json"]);
    let (level, said) = of(&ran, "dependencies");
    assert_eq!(level, "error", "{ran}");
    assert!(said.contains("\"explain\":\"links-conflict\""), "{said}");
    // ... without it they are in the program both.
    let dir = files(
        &format!(
            "{}[workspace]\n",
            old.replace("links = \"cortex-m-rt\"\n", "")
        ),
        &pac,
    );
    let ran = doctor(&dir, &["--json"]);
    let (level, said) = of(&ran, "run-time-versions");
    assert_eq!(level, "error", "{ran}");
    assert!(said.contains("0.6.15") && said.contains("0.7.5"), "{said}");
}

#[test]
fn old_names() {
    let config = base(".cargo/config.toml", "", "");
    let files = [(".cargo/config.toml", ""), (".cargo/config", &*config)];
    finds(
        "old-config",
        &files,
        "cargo-config-name",
        "warning",
        "rename it to `.cargo/config.toml`",
    );
    let dir = fixes("fix-old-config", &files, "cargo-config-name", "renamed");
    assert_eq!(
        fs::read_to_string(dir.join(".cargo/config.toml")).unwrap(),
        config
    );
    // Where both are there it is not said which one is meant.
    let dir = project("both-configs", &[(".cargo/config", &config)]);
    assert!(
        doctor(&dir, &["--json", "--fix"]).json()["fixed"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    let old = base(
        "openocd.cfg",
        "interface/stlink.cfg",
        "interface/stlink-v2-1.cfg",
    );
    finds(
        "old-interface",
        &[("openocd.cfg", &old)],
        "openocd-config",
        "warning",
        "deprecated",
    );
    let dir = fixes(
        "fix-old-interface",
        &[("openocd.cfg", &old)],
        "openocd-config",
        "in place of `interface/stlink-v2-1.cfg`",
    );
    assert_eq!(
        fs::read_to_string(dir.join("openocd.cfg")).unwrap(),
        base("openocd.cfg", "", "")
    );
}

#[test]
fn names_that_debug_tools_have_for_the_chip() {
    let other = base("openocd.cfg", "stm32l0", "stm32f0x");
    finds(
        "other-openocd",
        &[("openocd.cfg", &other)],
        "openocd-config",
        "error",
        "and STM32L031K6 is `target/stm32l0.cfg`",
    );
    let other = base("Embed.toml", "STM32L031K6Tx", "STM32L031K6T6");
    finds(
        "other-probe-rs",
        &[("Embed.toml", &other)],
        "probe-rs-chip",
        "error",
        "and probe-rs `STM32L031K6Tx`",
    );
    let runner = base(
        ".cargo/config.toml",
        "bringup run",
        "probe-rs run --chip STM32F042K6Tx",
    );
    finds(
        "runner",
        &[(".cargo/config.toml", &runner)],
        "probe-rs-chip",
        "error",
        "calls the chip `STM32F042K6Tx`",
    );
    let launch = r#"{ // For the extension of probe-rs.
        "configurations": [{ "type": "probe-rs-debug", "chip": "STM32L031K6Ux", }, { "type": "cortex-debug", "chip": "x" }],
    }"#;
    finds(
        "launch",
        &[(".vscode/launch.json", launch)],
        "probe-rs-chip",
        "error",
        "`.vscode/launch.json` calls the chip `STM32L031K6Ux`, and probe-rs `STM32L031K6Tx`",
    );
    let gdb = base(
        "openocd.gdb",
        "break main\n",
        "break main\nb a\nhbreak b\ntbreak c\n",
    );
    finds(
        "breakpoints",
        &[("openocd.gdb", &gdb)],
        "breakpoints",
        "error",
        "sets 5 breakpoints, and STM32L031K6 has 4",
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

#[test]
fn the_toolchain() {
    finds(
        "new-rust",
        &[(
            "Cargo.toml",
            &base("Cargo.toml", "edition", "rust-version = \"1.999\"\nedition"),
        )],
        "toolchain",
        "error",
        "wants Rust 1.999",
    );
    let config = base(
        ".cargo/config.toml",
        "runner",
        "linker = \"flip-link-0\"\nrunner",
    );
    finds(
        "linker",
        &[(".cargo/config.toml", &config)],
        "linker",
        "error",
        "`flip-link-0`, which is not on the path",
    );
    finds(
        "target",
        &[(
            ".cargo/config.toml",
            &base(".cargo/config.toml", "thumbv6m", "thumbv0"),
        )],
        "target-installed",
        "error",
        "thumbv0-none-eabi",
    );
}

/// A folder with nothing but the compiler, cargo, and scripts.
#[cfg(unix)]
fn lonely_path(dir: &Path, scripts: &[(&str, &str)]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let bin = dir.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    for program in ["cargo", "rustc"] {
        let real = std::env::split_paths(&path)
            .map(|folder| folder.join(program))
            .find(|file| file.is_file());
        std::os::unix::fs::symlink(real.unwrap(), bin.join(program)).unwrap();
    }
    for (name, script) in scripts {
        fs::write(bin.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    bin
}

#[test]
#[cfg(unix)]
fn tools_that_are_missing() {
    let dir = project(
        "tools",
        &[(
            "Cargo.toml",
            &base("Cargo.toml", "board =", "probe = \"openocd\"\nboard ="),
        )],
    );
    let bin = lonely_path(&dir, &[]);
    let ran = finish(command(&dir, &["--json"]).env("PATH", &bin));
    for (check, level) in [
        ("toolchain", "ok"),
        ("components", "warning"),
        ("gdb", "warning"),
        ("openocd", "error"),
        ("probe-rs", "none"),
    ] {
        assert_eq!(of(&ran, check).0, level, "{check}: {ran}");
    }
    let version = "echo a tool 1.0";
    let bin = lonely_path(
        &dir.join("system"),
        &[
            ("openocd", version),
            ("gdb-multiarch", version),
            ("rustfmt", version),
            ("clippy-driver", version),
        ],
    );
    let ran = finish(command(&dir, &["--json"]).env("PATH", &bin));
    for check in ["components", "gdb", "openocd", "linker", "target-installed"] {
        assert_eq!(of(&ran, check).0, "ok", "{check}: {ran}");
    }
    // Without a word on what flashes, one of the two is enough.
    let dir = project("tools-one", &[]);
    let ran = finish(command(&dir, &["--json"]).env("PATH", &bin));
    assert_eq!(of(&ran, "probe-rs").0, "none", "{ran}");
    let bin = lonely_path(&dir, &[]);
    let ran = finish(command(&dir, &["--json"]).env("PATH", &bin));
    assert_eq!(
        (
            of(&ran, "probe-rs").0.as_str(),
            of(&ran, "openocd").0.as_str()
        ),
        ("warning", "warning"),
        "{ran}"
    );
    fs::remove_file(bin.join("rustc")).unwrap();
    let ran = finish(command(&dir, &["--json"]).env("PATH", &bin));
    assert_eq!(of(&ran, "toolchain").0, "error", "{ran}");
}

#[test]
#[cfg(unix)]
fn a_target_is_added() {
    let config = base(".cargo/config.toml", "thumbv6m", "thumbv0");
    let dir = project(
        "add-target",
        &[
            (".cargo/config.toml", &config),
            (
                "Cargo.toml",
                &base("Cargo.toml", "board = \"nucleo-l031k6\"", ""),
            ),
        ],
    );
    let bin = lonely_path(&dir, &[("rustup", "echo \"$@\" >> rustup.log")]);
    let ran = finish(command(&dir, &["--json", "--fix"]).env("PATH", &bin));
    assert_eq!(
        ran.json()["fixed"][0],
        "added the target `thumbv0-none-eabi` to the toolchain",
        "{ran}"
    );
    assert_eq!(
        fs::read_to_string(dir.join("rustup.log")).unwrap(),
        "target add thumbv0-none-eabi\n"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn probes_and_their_rules() {
    let dir = project("probes", &[]);
    let system = dir.join("system");
    assert!(
        of(&doctor(&dir, &["--json"]), "probe")
            .1
            .contains("no debug probe")
    );
    let device = |name: &str, vendor: &str, product: &str, number: &str| {
        write(
            &system.join("sys/bus/usb/devices").join(name),
            &[
                ("idVendor", &format!("{vendor}\n")),
                ("idProduct", &format!("{product}\n")),
                ("busnum", "1\n"),
                ("devnum", number),
            ],
        );
    };
    device("1-1", "0483", "374b", "4\n");
    device("1-2", "1366", "0101", "5\n");
    device("1-3", "0d28", "0204", "6\n");
    device("1-4", "0483", "5740", "7\n");
    write(&system, &[("dev/bus/usb/001/004", "")]);
    // A folder may not be opened for writing, not even by root.
    fs::create_dir_all(system.join("dev/bus/usb/001/005")).unwrap();
    let (level, said) = of(&doctor(&dir, &["--json"]), "probe");
    assert_eq!(level, "error", "{said}");
    assert!(
        said.contains("ST-LINK (0483:374b) is plugged in, and may be opened"),
        "{said}"
    );
    assert!(
        said.contains("J-Link (1366:0101) is plugged in, but may not be opened"),
        "{said}"
    );
    assert!(
        said.contains("(0d28:0204) is plugged in, but there is no"),
        "{said}"
    );
    assert!(!said.contains("5740"), "{said}");
    fs::write(
        system.join("etc/udev/rules.d/60-probes.rules"),
        "# ATTRS{idVendor}==\"0483\"\n",
    )
    .unwrap();
    let (level, said) = of(&doctor(&dir, &["--json"]), "udev-rules");
    assert_eq!(level, "warning", "{said}");
    assert!(said.contains("no udev rule for ST-LINK"), "{said}");
}
