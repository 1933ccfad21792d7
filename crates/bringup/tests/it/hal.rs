//! A published HAL on a generated crate: `rp2040-hal` from crates.io, unmodified, and a blink program on it, with
//! `rp2040-pac` replaced by what the tool makes of the SVD file inside that very package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Ran, finish, run_in, scratch};

/// Copies a folder of `tests/fixtures`.
pub(crate) fn copy(name: &str, to: &Path) {
    fn walk(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let copy = to.join(path.file_name().unwrap());
            if path.is_dir() {
                walk(&path, &copy);
            } else {
                fs::copy(&path, &copy).unwrap();
            }
        }
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    walk(&fixtures.join(name), to);
}

/// `cargo`, offline if what it needs is on the machine. The lock files of the fixtures pin every version.
pub(crate) fn cargo(dir: &Path, args: &[&str]) -> Ran {
    let run = |offline: bool| {
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(dir)
            .args(args)
            .args(offline.then_some("--offline"))
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .env_remove("CARGO_TARGET_DIR");
        finish(&mut cargo)
    };
    let ran = run(true);
    if ran.code != Some(0) && ran.stderr.contains("offline") {
        return run(false);
    }
    ran
}

/// The SVD file that `rp2040-pac` was made from, where cargo keeps the package.
fn svd(dir: &Path) -> PathBuf {
    copy("hal/source", dir);
    let ran = cargo(dir, &["metadata", "--format-version", "1", "--locked"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let metadata = ran.json();
    let package = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|package| package["name"] == "rp2040-pac")
        .unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).with_file_name("svd/rp2040.svd.patched")
}

#[test]
fn a_published_hal_builds_on_the_generated_crate_and_its_blink_program_links() {
    let dir = scratch("hal");
    let svd = svd(&dir.join("source"));
    let blink = dir.join("blink");
    copy("hal/blink", &blink);
    let svd = svd.to_str().unwrap();
    // As `rp2040-pac` was made, by an older generator of other names.
    let made = run_in(
        &blink,
        ["pac", svd, "--out", "pac", "--name", "rp2040-pac"]
            .into_iter()
            .chain(["--crate-version", "0.6.0", "--theme", "legacy"])
            .chain(["--reexport-core-peripherals", "--reexport-interrupt"]),
    );
    assert_eq!(made.code, Some(0), "{made}");

    // Not `--locked`: what the generated manifest may depend on can be more than the lock file knows.
    let built = cargo(&blink, &["build", "--release"]);
    assert_eq!(built.code, Some(0), "{built}");
    assert!(
        built.stderr.contains("Compiling rp2040-hal v0.12.0\n"),
        "{built}"
    );
    assert!(
        built.stderr.contains("Compiling rp2040-pac v0.6.0 ("),
        "the patch is in place: {built}"
    );
    let program = fs::read(blink.join("target/thumbv6m-none-eabi/release/blink")).unwrap();
    assert!(program.starts_with(b"\x7fELF"));
}
