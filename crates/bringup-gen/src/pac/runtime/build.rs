//! Puts `device.x`, the names of the interrupt handlers, where the linker finds it.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=device.x");
    if env::var_os("CARGO_FEATURE_RT").is_none() {
        return;
    }
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else {
        panic!("cargo sets OUT_DIR for build scripts");
    };
    if let Err(error) = fs::write(out.join("device.x"), include_bytes!("device.x")) {
        panic!("cannot write device.x: {error}");
    }
    println!("cargo:rustc-link-search={}", out.display());
}
