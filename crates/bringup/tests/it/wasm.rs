//! The virtual board in WebAssembly: under node it reports what it reports here, to the byte.

use std::path::Path;
use std::process::Command;

use crate::firmware;
use crate::support::{cargo, finish, scratch, tool};

#[test]
fn firmware_runs_the_same_in_webassembly() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("node is not there: the board is not run in WebAssembly");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let package = root.join("crates/bringup-board/wasm");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasm");
    let build = ["build", "--target", "wasm32-unknown-unknown"];
    let built = cargo(&package, &build, &target);
    assert_eq!(built.code, Some(0), "{built}");

    let svd = scratch("wasm-input").join("stm32l0x1.svd");
    let got = finish(
        tool()
            .args(["svd", "get", "nucleo-l031k6", "--out"])
            .arg(&svd),
    );
    assert_eq!(got.code, Some(0), "{got}");
    let programs = firmware::build("release");
    let node = |program: &str, args: &[&str]| {
        let module = target.join("wasm32-unknown-unknown/debug/bringup_board_wasm.wasm");
        let mut node = Command::new("node");
        node.arg(package.join("run.mjs"))
            .args([&module, &programs.join(program), &svd])
            .arg(root.join("boards/stm32l031k6.toml"))
            .args(args);
        finish(&mut node)
    };
    for program in ["clock_hsi16", "serial", "clock_off", "hardfault"] {
        let there = node(program, &["300", "--json"]);
        assert_eq!(there.code, Some(0), "{there}");
        let here = finish(tool().arg("run").arg(programs.join(program)).args([
            "--board",
            "nucleo-l031k6",
            "--for",
            "300ms",
            "--json",
        ]));
        assert_eq!(there.stdout, here.stdout, "{program}");
    }

    // Blinking, as people read it: the edges of the LED, a line each.
    let ran = node("clock_hsi16", &["300"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let first = ran.stdout.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("LD3  0.01") && first.contains(" s  high  at cycle "),
        "{ran}"
    );
    let bad = node("../../../../../boards/stm32l031k6.toml", &[]);
    assert_eq!((bad.code, bad.stdout.as_str()), (Some(2), ""), "{bad}");
}
