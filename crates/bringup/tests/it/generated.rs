//! `firmware/generated`: a program whose build script generates what it uses.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::firmware::{Expected, folder};
use crate::support::{Ran, finish, run_in, scratch, tool};

/// Copies the package to `dir`, where nothing in the sources changes by it, with the settings of the folder above it.
fn copy(dir: &Path) {
    let source = folder().join("generated");
    for name in [
        "Cargo.lock",
        "Cargo.toml",
        "build.rs",
        "memory.x",
        "src/bin/blink.rs",
    ] {
        let to = dir.join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(source.join(name), to).unwrap();
    }
    let crates = folder().join("../crates");
    let manifest = fs::read_to_string(source.join("Cargo.toml")).unwrap();
    let manifest = manifest.replace("../../crates", crates.to_str().unwrap());
    fs::write(dir.join("Cargo.toml"), manifest).unwrap();
    fs::create_dir_all(dir.join(".cargo")).unwrap();
    fs::copy(
        folder().join(".cargo/config.toml"),
        dir.join(".cargo/config.toml"),
    )
    .unwrap();
}

/// `cargo build --release`, offline if what it needs is on the machine.
fn build(dir: &Path) -> Ran {
    let run = |offline: bool| {
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(dir)
            .args(["build", "--release", "--locked"])
            .args(offline.then_some("--offline"))
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .env("CARGO_TARGET_DIR", dir.join("target"));
        finish(&mut cargo)
    };
    let ran = run(true);
    if ran.code != Some(0) && ran.stderr.contains("offline") {
        return run(false);
    }
    ran
}

#[test]
fn firmware_generates_what_it_uses_and_does_what_the_file_beside_it_says() {
    let dir = scratch("generated");
    copy(&dir);

    let built = build(&dir);
    assert_ne!(built.code, Some(0), "the file is not there yet: {built}");
    assert!(
        built.stderr.contains("cannot read `stm32l0x1.svd`"),
        "{built}"
    );

    let got = run_in(
        &dir,
        ["svd", "get", "nucleo-l031k6", "--out", "stm32l0x1.svd"],
    );
    assert_eq!(got.code, Some(0), "{got}");
    let built = build(&dir);
    assert_eq!(built.code, Some(0), "{built}");
    assert!(!built.stderr.contains("warning"), "{built}");

    let program = dir.join("target/thumbv6m-none-eabi/release/blink");
    let ran = finish(
        tool()
            .arg("run")
            .arg(program)
            .args(["--board", "nucleo-l031k6", "--json"]),
    );
    let expected = fs::read_to_string(folder().join("generated/src/bin/blink.out")).unwrap();
    Expected::parse(&expected.replace("\r\n", "\n")).check("blink", &ran.json());
}

#[test]
fn the_svd_file_of_an_unknown_chip_cannot_be_had() {
    let ran = run_in(Path::new("."), ["svd", "get", "STM32L031K7"]);
    insta::assert_snapshot!(ran, @"
    exit code: 2
    ── stdout
    ── stderr
    error: no chip is called `STM32L031K7`

    hint: did you mean `STM32L031K6`?
    ");
}
