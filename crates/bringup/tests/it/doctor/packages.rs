//! The packages of a project, and the names that it uses.

use std::fs;

use super::{base, doctor, finds, fixes, of, project, write};

#[test]
fn the_packages() {
    let without = |what: &str, instead: &str| base("Cargo.toml", what, instead);
    let manifest = without("\"critical-section\", \"rt\"", "\"critical-section\"");
    finds(
        "no-rt",
        &[("Cargo.toml", &manifest)],
        "pac-features",
        "error",
        "without its feature `rt`",
    );
    let manifest = without("\"critical-section\", \"rt\"", "\"rt\"");
    finds(
        "no-take",
        &[("Cargo.toml", &manifest)],
        "pac-features",
        "warning",
        "without its feature `critical-section`",
    );
    let manifest = without(", features = [\"critical-section-single-core\"]", "");
    finds(
        "no-critical-section",
        &[("Cargo.toml", &manifest)],
        "critical-section",
        "error",
        "nothing implements it",
    );
    finds(
        "old-pac",
        &[(
            "crates/pac/Cargo.toml",
            &base("crates/pac/Cargo.toml", "2021", "2024"),
        )],
        "edition",
        "error",
        "`#[no_mangle]` without `unsafe`",
    );
    finds(
        "bad-manifest",
        &[("Cargo.toml", &without("crates/pac", "crates/none"))],
        "dependencies",
        "error",
        "cargo cannot resolve",
    );
}

#[test]
fn two_versions_of_the_run_time() {
    // With `links` cargo refuses them, ...
    let old = base("crates/cortex-m-rt/Cargo.toml", "0.7.5", "0.6.15");
    let pac = base(
        "crates/pac/Cargo.toml",
        "../cortex-m-rt",
        "../../other/cortex-m-rt",
    );
    let files = |run_time: &str, pac: &str| {
        let dir = project("two-run-times", &[("crates/pac/Cargo.toml", pac)]);
        let other = dir.join("../doctor-two-run-times-other");
        let _ = fs::remove_dir_all(&other);
        write(
            &other,
            &[
                ("Cargo.toml", run_time),
                ("src/lib.rs", ""),
                ("build.rs", "fn main() {}"),
            ],
        );
        dir
    };
    let pac = pac.replace(
        "../../other/cortex-m-rt",
        "../../../doctor-two-run-times-other",
    );
    let dir = files(&format!("{old}[workspace]\n"), &pac);
    let ran = doctor(&dir, &["--json"]);
    let (level, said) = of(&ran, "dependencies");
    assert_eq!(level, "error", "{ran}");
    assert!(said.contains("\"explain\":\"links-conflict\""), "{said}");
    // ... without it they are in the program both.
    let dir = files(
        &format!(
            "{}[workspace]\n",
            old.replace("links = \"cortex-m-rt\"\n", "")
        ),
        &pac,
    );
    let ran = doctor(&dir, &["--json"]);
    let (level, said) = of(&ran, "run-time-versions");
    assert_eq!(level, "error", "{ran}");
    assert!(said.contains("0.6.15") && said.contains("0.7.5"), "{said}");
}

#[test]
fn old_names() {
    let config = base(".cargo/config.toml", "", "");
    let files = [(".cargo/config.toml", ""), (".cargo/config", &*config)];
    finds(
        "old-config",
        &files,
        "cargo-config-name",
        "warning",
        "rename it to `.cargo/config.toml`",
    );
    let dir = fixes("fix-old-config", &files, "cargo-config-name", "renamed");
    assert_eq!(
        fs::read_to_string(dir.join(".cargo/config.toml")).unwrap(),
        config
    );
    // Where both are there it is not said which one is meant.
    let dir = project("both-configs", &[(".cargo/config", &config)]);
    assert!(
        doctor(&dir, &["--json", "--fix"]).json()["fixed"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    let old = base(
        "openocd.cfg",
        "interface/stlink.cfg",
        "interface/stlink-v2-1.cfg",
    );
    finds(
        "old-interface",
        &[("openocd.cfg", &old)],
        "openocd-config",
        "warning",
        "deprecated",
    );
    let dir = fixes(
        "fix-old-interface",
        &[("openocd.cfg", &old)],
        "openocd-config",
        "in place of `interface/stlink-v2-1.cfg`",
    );
    assert_eq!(
        fs::read_to_string(dir.join("openocd.cfg")).unwrap(),
        base("openocd.cfg", "", "")
    );
}

#[test]
fn names_that_debug_tools_have_for_the_chip() {
    let other = base("openocd.cfg", "stm32l0", "stm32f0x");
    finds(
        "other-openocd",
        &[("openocd.cfg", &other)],
        "openocd-config",
        "error",
        "and STM32L031K6 is `target/stm32l0.cfg`",
    );
    let other = base("Embed.toml", "STM32L031K6Tx", "STM32L031K6T6");
    finds(
        "other-probe-rs",
        &[("Embed.toml", &other)],
        "probe-rs-chip",
        "error",
        "and probe-rs `STM32L031K6Tx`",
    );
    let runner = base(
        ".cargo/config.toml",
        "bringup run",
        "probe-rs run --chip STM32F042K6Tx",
    );
    finds(
        "runner",
        &[(".cargo/config.toml", &runner)],
        "probe-rs-chip",
        "error",
        "calls the chip `STM32F042K6Tx`",
    );
    let launch = r#"{ // For the extension of probe-rs.
        "configurations": [{ "type": "probe-rs-debug", "chip": "STM32L031K6Ux", }, { "type": "cortex-debug", "chip": "x" }],
    }"#;
    finds(
        "launch",
        &[(".vscode/launch.json", launch)],
        "probe-rs-chip",
        "error",
        "`.vscode/launch.json` calls the chip `STM32L031K6Ux`, and probe-rs `STM32L031K6Tx`",
    );
    let gdb = base(
        "openocd.gdb",
        "break main\n",
        "break main\nb a\nhbreak b\ntbreak c\n",
    );
    finds(
        "breakpoints",
        &[("openocd.gdb", &gdb)],
        "breakpoints",
        "error",
        "sets 5 breakpoints, and STM32L031K6 has 4",
    );
}
