//! `cargo xtask ci`: the steps of the gate, one after the other, the first failure ending it.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The steps: what each is for, and its command line.
///
/// The tests come last, so that a run ends with their summary.
const STEPS: &[(&str, &str)] = &[
    ("formatting", "cargo fmt --all --check"),
    ("documents and layering", "cargo xtask tidy"),
    (
        "lints",
        "cargo clippy --workspace --all-targets --locked -- -D warnings",
    ),
    (
        "what build scripts depend on, with no more than it needs",
        "cargo clippy -p bringup-build --all-targets --locked -- -D warnings",
    ),
    (
        "the board needs no operating system",
        "cargo check -p bringup-board --target wasm32-unknown-unknown --locked",
    ),
    (
        "formatting of the board in WebAssembly",
        "cargo fmt --manifest-path crates/bringup-board/wasm/Cargo.toml --check",
    ),
    ("documentation", "cargo doc --workspace --no-deps --locked"),
    (
        "formatting of the firmware",
        "cargo fmt --manifest-path firmware/Cargo.toml --all --check",
    ),
    (
        "formatting of the firmware that generates",
        "cargo fmt --manifest-path firmware/generated/Cargo.toml --check",
    ),
    (
        "formatting of the firmware that is tested on the host",
        "cargo fmt --manifest-path firmware/tested/Cargo.toml --check",
    ),
    (
        "formatting of its tests",
        "cargo fmt --manifest-path firmware/tested/on-host/Cargo.toml --check",
    ),
    ("the tool", "cargo build --release --locked"),
    (
        "the demo, from an empty cache",
        "cargo run --release -- demo",
    ),
    (
        "the demo again, offline",
        "cargo run --release -- demo --json",
    ),
    (
        "projects of every template for every chip",
        "cargo xtask templates --subset",
    ),
    (
        "freestanding programs for every target",
        "cargo xtask freestanding",
    ),
    (
        "the generator on vendors' files",
        "cargo xtask corpus --subset",
    ),
    (
        "the core beside others",
        "cargo xtask differential --count 10000 --found",
    ),
    (
        "formatting of the session with probe-rs",
        "cargo fmt --manifest-path tests/probe-rs/Cargo.toml --check",
    ),
    (
        "a session of probe-rs with the virtual board",
        "cargo xtask probe-rs",
    ),
    ("tests", "cargo test --workspace --locked"),
];

/// Runs all steps.
pub(crate) fn run() -> Result<(), Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."));
    let cache = root.join("target").join("ci-cache");
    let _ = std::fs::remove_dir_all(&cache);
    for (what, line) in STEPS {
        println!("\n── {what}: {line}");
        let start = Instant::now();
        let mut words = line.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or("cargo"));
        command
            .args(words)
            .current_dir(root)
            .env("BRINGUP_CACHE_DIR", &cache)
            .env("RUSTDOCFLAGS", "-D warnings");
        if what.ends_with("offline") {
            command.env("CARGO_NET_OFFLINE", "true");
        }
        let status = command
            .status()
            .map_err(|error| vec![format!("`{line}` cannot be started: {error}")])?;
        println!("   {:.1} s", start.elapsed().as_secs_f64());
        if !status.success() {
            return Err(vec![format!("`{line}` failed: {status}")]);
        }
    }
    Ok(())
}
