//! `cargo xtask probe-rs`: a session of probe-rs, as a library, with the virtual board behind its Black Magic Probe.

use std::path::PathBuf;
use std::process::Command;

use crate::process::{build_tool, output, succeed};
use crate::{cargo, root};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder with vendors' SVD files; the STM32F042 is tried where its file is there
    #[arg(long, default_value = "../shared/svd")]
    svd: PathBuf,
}

/// The vendor's file for the STM32F042, which no package ships.
const F042: &str = "STMicro-2026/STM32F0x2.svd";

pub(crate) fn run(args: &Args) -> Result<(), Vec<String>> {
    let said = try_all(args).map_err(|problem| vec![problem])?;
    print!("{said}");
    Ok(())
}

fn try_all(args: &Args) -> Result<String, String> {
    let tool = build_tool()?;
    // Where the tests build the firmware, too.
    let firmware = root().join("target/tmp/firmware");
    let mut build = Command::new(cargo());
    build
        .args([
            "build",
            "--quiet",
            "--locked",
            "--bin",
            "rtt",
            "--target-dir",
        ])
        .arg(&firmware)
        .current_dir(root().join("firmware"))
        // Flags for the host would replace those that the program is linked with.
        .env_remove("RUSTFLAGS");
    succeed(&mut build)?;
    let mut session = Command::new(cargo());
    session
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .args([
            "tests/probe-rs/Cargo.toml",
            "--target-dir",
            "target/probe-rs",
        ])
        .arg("--")
        .arg(&tool)
        .arg(firmware.join("thumbv6m-none-eabi/debug/rtt"))
        .arg("STM32L031K6")
        .current_dir(root());
    let svd = root().join(&args.svd).join(F042);
    if svd.exists() {
        session.arg(format!("STM32F042K6,--svd,{}", svd.display()));
    }
    Ok(String::from_utf8_lossy(&output(&mut session)?).into_owned())
}
