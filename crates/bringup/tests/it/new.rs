//! `bringup new`: what it writes, and that it writes nothing where it says no.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;

use crate::support::{Ran, cache, finish, run_in, scratch};

fn new(dir: &Path, args: &[&str]) -> Ran {
    run_in(dir, ["new", "--vcs", "none"].iter().chain(args))
}

/// The files below a folder, without those of the generated crate.
fn files(dir: &Path) -> String {
    fn walk(root: &Path, dir: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            if name == "pac" {
                found.insert("pac/…".to_owned());
            } else if path.is_dir() {
                walk(root, &path, found);
            } else {
                found.insert(name);
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(dir, dir, &mut found);
    found.into_iter().collect::<Vec<_>>().join("\n")
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bringup-device/tests/fixtures/derived.svd")
}

#[test]
fn files_of_projects() {
    let dir = scratch("new-files");
    let made = new(&dir, &["blinky", "--chip", "STM32L031K6"]);
    assert_eq!(made.code, Some(0), "{made}");
    assert_snapshot!(files(&dir.join("blinky")), @r"
    .cargo/config.toml
    .github/workflows/ci.yml
    .gitignore
    .vscode/launch.json
    Cargo.toml
    Embed.toml
    README.md
    build.rs
    host-tests/Cargo.toml
    host-tests/src/lib.rs
    memory.x
    openocd.cfg
    openocd.gdb
    pac/…
    rust-toolchain.toml
    src/main.rs
    ");
    let made = new(
        &dir,
        &[
            "echo",
            "--board",
            "hifive1-revb",
            "--template",
            "serial",
            "--pac",
            "build",
        ],
    );
    assert_eq!(made.code, Some(0), "{made}");
    assert_snapshot!(files(&dir.join("echo")), @r"
    .cargo/config.toml
    .github/workflows/ci.yml
    .gitignore
    .vscode/launch.json
    Cargo.toml
    Embed.toml
    README.md
    build.rs
    e310x.svd
    memory.x
    openocd.cfg
    openocd.gdb
    rust-toolchain.toml
    src/main.rs
    ");
    assert_snapshot!(fs::read_to_string(dir.join("echo/memory.x")).unwrap(), @r#"
    /* Memories of the FE310-G002, for the linker script `link.x` of riscv-rt. */
    MEMORY
    {
      FLASH : ORIGIN = 0x20010000, LENGTH = 4096K - 0x10000
      RAM   : ORIGIN = 0x80000000, LENGTH = 16K
    }

    REGION_ALIAS("REGION_TEXT", FLASH);
    REGION_ALIAS("REGION_RODATA", FLASH);
    REGION_ALIAS("REGION_DATA", RAM);
    REGION_ALIAS("REGION_BSS", RAM);
    REGION_ALIAS("REGION_HEAP", RAM);
    REGION_ALIAS("REGION_STACK", RAM);
    "#);
    assert_snapshot!(fs::read_to_string(dir.join("echo/build.rs")).unwrap(), @r#"
    //! Tells the linker where the memories of the chip are and which script lays out the image, and generates the registers
    //! that the program uses.

    use std::path::PathBuf;
    use std::process::Command;
    use std::{env, fs};

    /// What the program uses of the chip. Others are a word here.
    const PERIPHERALS: &str = "GPIO0,PRCI,UART0";

    fn main() {
        // `link.x` includes `memory.x` by name: it has to be where the linker searches.
        let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
        fs::copy("memory.x", out.join("memory.x")).expect("memory.x is beside Cargo.toml");
        println!("cargo:rustc-link-search={}", out.display());
        println!("cargo:rerun-if-changed=memory.x");

        // Here and not in `.cargo/config.toml`, where the variable RUSTFLAGS would silently replace them.
        println!("cargo:rustc-link-arg-bins=-Tlink.x");
        // Pages of a host's size would leave holes in a flash of this size.
        println!("cargo:rustc-link-arg-bins=--nmagic");

        // Writes `pac.rs`, which `src/main.rs` includes, and `device.x`, the names of the interrupts for the linker.
        println!("cargo:rerun-if-changed=e310x.svd");
        let status = Command::new("bringup")
            .args(["pac", "e310x.svd", "--peripherals", PERIPHERALS])
            .args(["--features", "critical-section,riscv,rt"])
            .arg("--module")
            .arg(&out)
            .status()
            .expect("`bringup` is on the path");
        assert!(status.success(), "`bringup pac` failed");
    }
    "#);
}

#[test]
fn a_chip_that_is_described() {
    let dir = scratch("new-described");
    let svd = fixture();
    let args = [
        "mine",
        "--chip",
        "ACME1",
        "--core",
        "cortex-m4f",
        "--flash",
        "0x08000000:256K",
        "--ram",
        "0x20000000:64K",
    ];
    let made = new(
        &dir,
        &[&args[..], &["--svd", svd.to_str().unwrap()]].concat(),
    );
    assert_eq!(made.code, Some(0), "{made}");
    let manifest = fs::read_to_string(dir.join("mine/Cargo.toml")).unwrap();
    let table: Vec<_> = manifest
        .lines()
        .skip_while(|line| *line != "[package.metadata.bringup]")
        .take_while(|line| !line.is_empty())
        .collect();
    assert_snapshot!(table.join("\n"), @r#"
    [package.metadata.bringup]
    chip = "ACME1"
    core = "cortex-m4f"
    flash = "0x08000000:256K"
    ram = "0x20000000:64K"
    svd = "derived.svd"
    probe = "openocd"
    "#);
    assert_snapshot!(files(&dir.join("mine")), @r"
    .cargo/config.toml
    .github/workflows/ci.yml
    .gitignore
    .vscode/launch.json
    Cargo.toml
    README.md
    build.rs
    derived.svd
    memory.x
    pac/…
    rust-toolchain.toml
    src/main.rs
    ");
    // Everything else asks the project.
    assert_snapshot!(run_in(&dir.join("mine"), ["run", "Cargo.toml"]), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: the virtual board cannot be built
      because: the virtual board has no Cortex-M4F, the core of `ACME1`

    hint: building and auditing work for this chip; the cores that run here are Cortex-M0 and Cortex-M0+
    ");
}

#[test]
fn no_is_said_before_anything_is_written() {
    let dir = scratch("new-refused");
    fs::create_dir(dir.join("here")).unwrap();
    fs::write(dir.join("file"), "mine").unwrap();
    let before = files(&dir);
    let l031 = ["--chip", "STM32L031K6"];
    assert_snapshot!(new(&dir, &[&["here"], &l031[..]].concat()), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `here` is already there

    hint: choose another name, or remove it
    ");
    assert_snapshot!(new(&dir, &["x", "--chip", "STM32L032K6"]), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: no chip is called `STM32L032K6`

    hint: did you mean `STM32L031K6`?
    ");
    assert_snapshot!(new(&dir, &["x", "--board", "nucleo"]), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: no board is called `nucleo`

    hint: did you mean `nucleo-f042k6`?
    ");
    assert_snapshot!(new(&dir, &[&["9lives"], &l031[..]].concat()), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `9lives` cannot be the name of a package: it has other letters than Cargo takes

    hint: letters, digits, `-` and `_`, with a letter first, as in `my-firmware`
    ");
    assert_snapshot!(new(&dir, &[&["match"], &l031[..]].concat()), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `match` cannot be the name of a package: it is a word of the language

    hint: letters, digits, `-` and `_`, with a letter first, as in `my-firmware`
    ");
    assert_snapshot!(new(&dir, &[&["stm32l0x1"], &l031[..]].concat()), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `stm32l0x1` cannot be the name of a package: the crate with the chip's registers has it

    hint: letters, digits, `-` and `_`, with a letter first, as in `my-firmware`
    ");
    assert_snapshot!(new(&dir, &[&["file/x"], &l031[..]].concat()), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: cannot write `file/x`
      because: File exists (os error 17)
    ");
    assert_eq!(files(&dir), before);
    assert_eq!(
        fs::read_dir(&dir).unwrap().count(),
        2,
        "nothing is left behind"
    );
}

#[test]
fn what_does_not_go_together_writes_nothing() {
    let dir = scratch("new-apart");
    let l031 = ["--chip", "STM32L031K6"];
    assert_snapshot!(new(&dir, &["x", "--chip", "RP2040", "--board", "nucleo-l031k6"]), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: `nucleo-l031k6` carries the chip `STM32L031K6`, not `RP2040`

    hint: leave one of them out; `bringup boards` lists those with `RP2040`
    ");
    assert_snapshot!(new(&dir, &["x", "--chip", "STM32F042K6"]), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: no SVD file for `STM32F042K6` is known

    hint: name the vendor's file with `--svd FILE`, or keep it with `bringup svd add FILE`; `STM32F0x2.svd` is to be had at st.com, on the page of the chip under CAD Resources, System View Description, and it is in the CMSIS-Pack `Keil.STM32F0xx_DFP`
    ");
    assert_snapshot!(new(&dir, &[&["x", "--template", "blink", "--pac", "none"], &l031[..]].concat()), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: the template `blink` needs the registers of the chip

    hint: `--pac none` goes with `--template empty`
    ");
    assert_snapshot!(new(&dir, &["x"]), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: no chip is named, and there is no project here that names one

    hint: name one with `--board` or `--chip`, or run it in a project; `bringup boards` and `bringup chips` list them
    ");
    assert_snapshot!(new(&dir, &["x", "--core", "cortex-m3"]), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: the following required arguments were not provided:
      --flash <ORIGIN:LENGTH>
      --ram <ORIGIN:LENGTH>

    Usage: bringup new --core <CORE> --flash <ORIGIN:LENGTH> --ram <ORIGIN:LENGTH> --vcs <VCS> <PATH>

    For more information, try '--help'.
    ");
    let svd = fixture();
    let described = [
        "x",
        "--core",
        "cortex-m3",
        "--flash",
        "0:64K",
        "--ram",
        "0x20000000:8K",
        "--template",
        "blink",
    ];
    assert_snapshot!(new(&dir, &[&described[..], &["--svd", svd.to_str().unwrap()]].concat()), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: the template `blink` needs a board, and no board of the catalogue carries the chip `cortex-m3`

    hint: `--template empty` works for every chip
    ");
    assert_eq!(files(&dir), "");
}

#[test]
fn git_is_the_default_outside_of_a_repository() {
    let dir = scratch("new-git");
    // The tests run inside one.
    let made = run_in(
        &dir,
        [
            "new",
            "inside",
            "--chip",
            "RP2040",
            "--template",
            "empty",
            "--pac",
            "none",
        ],
    );
    assert_eq!(made.code, Some(0), "{made}");
    let inside = dir.ancestors().any(|above| above.join(".git").exists());
    assert_eq!(dir.join("inside/.git").exists(), !inside);
    let made = run_in(
        &dir,
        [
            "new",
            "own",
            "--chip",
            "RP2040",
            "--template",
            "empty",
            "--pac",
            "none",
            "--vcs",
            "git",
        ],
    );
    assert_eq!(made.code, Some(0), "{made}");
    assert!(dir.join("own/.git").exists());
}

/// `bringup new`, `cargo run`: the runner is the tool, which cargo finds on the path.
#[test]
fn two_commands_to_a_blinking_led() {
    let dir = scratch("new-run");
    let made = new(&dir, &["blinky", "--chip", "STM32L031K6"]);
    assert_eq!(made.code, Some(0), "{made}");
    let tool = Path::new(env!("CARGO_BIN_EXE_bringup")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(tool.to_path_buf()).chain(std::env::split_paths(&path));
    let path: OsString = std::env::join_paths(path).unwrap();
    let ran = finish(
        Command::new("cargo")
            .current_dir(dir.join("blinky"))
            .args(["run", "--release", "--", "--json", "--for", "3500ms"])
            .env("PATH", path)
            .env("BRINGUP_CACHE_DIR", cache())
            .env_remove("CARGO_MANIFEST_DIR"),
    );
    assert_eq!(ran.code, Some(0), "{ran}");
    let report = ran.json();
    let led = &report["pins"][0];
    assert_eq!(led["label"], "LD3", "{report:#}");
    assert_eq!(led["edges"].as_array().unwrap().len(), 3, "{report:#}");
}
