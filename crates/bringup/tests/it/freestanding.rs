//! `bringup new --freestanding`: what it refuses, and a program of each kind that is built here. `cargo xtask freestanding` tries
//! all of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;

use crate::support::{Ran, cache, finish, run_in, scratch, tool};

fn new(dir: &Path, name: &str, triple: &str) -> Ran {
    run_in(
        dir,
        ["new", "--vcs", "none", name, "--freestanding", triple],
    )
}

/// A new project in a folder of its own.
fn project(test: &str, name: &str, triple: &str) -> PathBuf {
    let dir = scratch(test);
    let made = new(&dir, name, triple);
    assert_eq!(made.code, Some(0), "{made}");
    dir.join(name)
}

/// Cargo in a project; the projects share a target folder.
fn cargo(project: &Path, args: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(project)
        .args(args)
        .args(["--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", cache().join("target-freestanding"))
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTUP_TOOLCHAIN");
    cargo
}

#[test]
fn what_is_not_known_or_does_not_go_together_writes_nothing() {
    let dir = scratch("freestanding-refused");
    assert_snapshot!(new(&dir, "x", "x86_64-unknown-linux-musl"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: there is no freestanding project for the target `x86_64-unknown-linux-musl`

    hint: is it `x86_64-unknown-linux-gnu`? There are `x86_64-unknown-linux-gnu`, `aarch64-unknown-linux-gnu`, `x86_64-pc-windows-msvc`, `x86_64-apple-darwin`, `aarch64-apple-darwin`, `thumbv6m-none-eabi`, `thumbv7m-none-eabi`, `thumbv7em-none-eabi`, `thumbv7em-none-eabihf`, `riscv32imac-unknown-none-elf`, `x86_64-unknown-none`
    ");
    assert_snapshot!(new(&dir, "x", "wasm32"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: there is no freestanding project for the target `wasm32`

    hint: there are `x86_64-unknown-linux-gnu`, `aarch64-unknown-linux-gnu`, `x86_64-pc-windows-msvc`, `x86_64-apple-darwin`, `aarch64-apple-darwin`, `thumbv6m-none-eabi`, `thumbv7m-none-eabi`, `thumbv7em-none-eabi`, `thumbv7em-none-eabihf`, `riscv32imac-unknown-none-elf`, `x86_64-unknown-none`; for firmware name a chip with `--chip`
    ");
    let both = [
        "new",
        "x",
        "--freestanding",
        "thumbv7m-none-eabi",
        "--chip",
        "RP2040",
    ];
    assert_snapshot!(run_in(&dir, both), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: the argument '--freestanding <TRIPLE>' cannot be used with '--chip <CHIP>'

    Usage: bringup new --freestanding <TRIPLE> <PATH>

    For more information, try '--help'.
    ");
    assert_snapshot!(new(&dir, "core", "thumbv7m-none-eabi"), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `core` cannot be the name of a package: another package has it, or Cargo itself uses it

    hint: letters, digits, `-` and `_`, with a letter first, as in `my-firmware`
    ");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
}

#[test]
fn what_comes_next_is_said() {
    let dir = scratch("freestanding-said");
    assert_snapshot!(new(&dir, "hello", "thumbv6m-none-eabi"), @r"
    exit code: 0
    ── stdout
    ── stderr
    created `hello`, a freestanding program: Cortex-M0 and M0+

       cd hello && cargo run --release   # builds it, and runs it with `qemu-system-arm`
    ");
}

#[test]
#[cfg(unix)]
fn a_target_that_is_not_installed_is_said() {
    use std::os::unix::fs::PermissionsExt as _;

    // An empty folder in place of the toolchain's is what a target that is not installed looks like.
    let dir = scratch("freestanding-target");
    let rustc = dir.join("rustc");
    let empty = dir.join("empty");
    fs::create_dir(&empty).unwrap();
    fs::write(&rustc, format!("#!/bin/sh\necho {}\n", empty.display())).unwrap();
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).unwrap();
    let args = [
        "new",
        "--vcs",
        "none",
        "boot",
        "--freestanding",
        "x86_64-unknown-none",
    ];
    let ran = finish(tool().current_dir(&dir).args(args).env("PATH", &dir));
    assert_snapshot!(ran, @r"
    exit code: 0
    ── stdout
    ── stderr
    created `boot`, a freestanding program: a kernel for x86-64

       cd boot && cargo run --release   # builds it, and boots it with `qemu-system-x86_64`

    warning: `x86_64-unknown-none` is not installed: `rustup target add x86_64-unknown-none`, or `bringup doctor --fix` in the project
    ");
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_program_for_linux_gets_arguments_and_says_when_flags_are_lost() {
    let project = project(
        "freestanding-linux",
        "hello-linux",
        "x86_64-unknown-linux-gnu",
    );
    let ran = finish(cargo(&project, &["run"]).args(["--", "one", "tw\u{f6}"]));
    assert_snapshot!(ran, @r"
    exit code: 0
    ── stdout
    hello from hello-linux
    argument one
    argument tw\xc3\xb6
    ── stderr
    ");
    let lost = finish(cargo(&project, &["check"]).env("RUSTFLAGS", "-Cdebuginfo=0"));
    assert_eq!(lost.code, Some(101), "{lost}");
    let said = "error: the flags in `.cargo/config.toml` are not in use: the variable RUSTFLAGS replaces them";
    assert!(lost.stderr.contains(said), "{lost}");
    // A program for a computer has no chip that could be missing.
    let doctor = run_in(&project, ["doctor"]);
    assert!(!doctor.stdout.contains("chip"), "{doctor}");
}

#[test]
fn a_program_for_a_core_runs_on_the_virtual_board() {
    let project = project("freestanding-core", "hello-core", "thumbv6m-none-eabi");
    let main = project.join("src/main.rs");
    let program = fs::read_to_string(&main).unwrap();
    let body = program.strip_suffix("    0\n}\n").unwrap();
    let failing = format!("{body}    panic!(\"{{}} is wrong\", 6 * 7)\n}}\n");
    let elf = cache().join("target-freestanding/thumbv6m-none-eabi/debug/hello-core");
    let built = finish(&mut cargo(&project, &["build"]));
    assert_eq!(built.code, Some(0), "{built}");
    // The memories are those of the project.
    let run = [Path::new("run"), &elf];
    let fine = run_in(&project, run);
    assert_eq!(fine.code, Some(0), "{fine}");
    assert_eq!(fine.stdout, "hello from hello-core\n");
    fs::write(&main, failing).unwrap();
    let built = finish(&mut cargo(&project, &["build"]));
    assert_eq!(built.code, Some(0), "{built}");
    let report = run_in(&project, [Path::new("run"), &elf, Path::new("--json")]).json();
    assert_eq!(report["exit_code"], 101, "{report:#}");
    let texts = report["console"].as_array().unwrap();
    let error = texts
        .iter()
        .find(|console| console["port"] == "semihosting-stderr");
    assert_snapshot!(error.unwrap()["text"].as_str().unwrap(), @r"
    panicked at src/main.rs:22:5:
    42 is wrong
    ");
}
