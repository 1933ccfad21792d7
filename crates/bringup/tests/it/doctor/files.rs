//! What is in the files of a project: target, memories, linker script, flags.

use std::fs;

use super::{base, command, command_in, doctor, finds, fixes, of, project, write};
use crate::support::finish;

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
