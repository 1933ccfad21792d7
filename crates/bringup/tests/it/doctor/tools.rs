//! What is installed: toolchain, targets, debuggers, probes.

use std::fs;
use std::path::{Path, PathBuf};

use super::{base, command, doctor, finds, of, project, write};
use crate::support::finish;

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
