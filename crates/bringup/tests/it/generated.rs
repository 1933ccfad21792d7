//! `firmware/generated`: a program whose build script generates what it uses; and `firmware/tested`, which is tested on the
//! host.

use std::fs;
use std::path::Path;

use crate::firmware::{Expected, folder};
use crate::support::{Ran, cargo, finish, run_in, scratch, tool};

/// Copies a package of `firmware/` to `dir`, where nothing in the sources changes by it, with the settings of the folder
/// above it.
fn copy(package: &str, files: &[&str], dir: &Path) {
    let source = folder().join(package);
    let crates = fs::canonicalize(folder().join("../crates")).unwrap();
    for name in files {
        let to = dir.join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let text = fs::read_to_string(source.join(name)).unwrap();
        // The crates of this workspace stay where they are.
        let text = match text.rsplit_once("../../crates") {
            Some((before, after)) if name.ends_with("Cargo.toml") => {
                let before = before.trim_end_matches("../");
                format!("{before}{}{after}", crates.display())
            }
            _ => text,
        };
        fs::write(to, text).unwrap();
    }
    fs::create_dir_all(dir.join(".cargo")).unwrap();
    fs::copy(
        folder().join(".cargo/config.toml"),
        dir.join(".cargo/config.toml"),
    )
    .unwrap();
}

fn build(dir: &Path) -> Ran {
    cargo(dir, &["build", "--release"], &dir.join("target"))
}

fn get_svd(dir: &Path) {
    let got = run_in(
        dir,
        ["svd", "get", "nucleo-l031k6", "--out", "stm32l0x1.svd"],
    );
    assert_eq!(got.code, Some(0), "{got}");
}

#[test]
fn firmware_generates_what_it_uses_and_does_what_the_file_beside_it_says() {
    let dir = scratch("generated");
    let files = [
        "Cargo.lock",
        "Cargo.toml",
        "build.rs",
        "memory.x",
        "src/bin/blink.rs",
    ];
    copy("generated", &files, &dir);

    let built = build(&dir);
    assert_ne!(built.code, Some(0), "the file is not there yet: {built}");
    assert!(
        built.stderr.contains("cannot read `stm32l0x1.svd`"),
        "{built}"
    );

    get_svd(&dir);
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

/// The tests of the example fail when the firmware is wrong, and say where.
#[test]
fn firmware_is_tested_on_the_host_by_plain_cargo_test() {
    // What was built for the last run serves this one.
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tested");
    let files = [
        "Cargo.lock",
        "Cargo.toml",
        "build.rs",
        "memory.x",
        "src/main.rs",
        "on-host/.cargo/config.toml",
        "on-host/Cargo.lock",
        "on-host/Cargo.toml",
        "on-host/lamp.rs",
    ];
    copy("tested", &files, &dir);
    get_svd(&dir);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("on-host");
    let test = || cargo(&dir.join("on-host"), &["test"], &target);
    let ran = test();
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.contains("4 passed"), "{ran}");
    assert!(!ran.stderr.contains("warning"), "{ran}");

    let main = dir.join("src/main.rs");
    let right = fs::read_to_string(&main).unwrap();
    let wrong = right.replace(".iopaen().set_bit().iopben()", ".iopaen()");
    assert_ne!(wrong, right);
    fs::write(&main, wrong).unwrap();
    let ran = test();
    assert_eq!(ran.code, Some(101), "{ran}");
    assert!(ran.stdout.contains("4 failed"), "{ran}");
    assert!(
        ran.stdout
            .contains("error[clock-gated]: write to `GPIOB.MODER` is lost"),
        "{ran}"
    );
    assert!(ran.stdout.contains("--> src/main.rs:"), "{ran}");
}

/// What the page shows is what is compiled and run.
#[test]
fn the_page_about_tests_shows_those_of_the_example() {
    let lines = |path: &str| {
        let text = fs::read_to_string(folder().join(path)).unwrap();
        text.replace("\r\n", "\n")
    };
    let (page, lamp) = (lines("../docs/testing.md"), lines("tested/on-host/lamp.rs"));
    let (_, shown) = page.split_once("```rust\n").unwrap();
    let (shown, _) = shown.split_once("```\n").unwrap();
    let parts: Vec<&str> = shown.split("\n\n").map(str::trim_end).collect();
    assert!(parts.len() > 4);
    for part in parts {
        assert!(lamp.contains(part), "not in the example:\n{part}");
    }
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
