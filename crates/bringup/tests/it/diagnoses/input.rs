//! How texts come in, and what becomes of odd ones.

use insta::assert_snapshot;

use super::*;

#[test]
fn a_name_and_a_code() {
    assert_snapshot!(run_in(Path::new("."), ["explain", "cargo-config-name"]), @r#"
    exit code: 0
    ── stdout
    cargo-config-name: an old name of cargo's configuration
      symptom  warning: `.cargo/config` is deprecated in favor of `config.toml`
      cause    Since Cargo 1.39 the file is called `config.toml`. The old name is still read, with a
               warning, and where both are there the old one wins.
      fix      - Rename it: `mv .cargo/config .cargo/config.toml`; `bringup doctor --fix` does it
    ── stderr
    "#);
    let ran = run_in(Path::new("."), ["explain", "E0463", "--json"]);
    let names: Vec<_> = ran.json()["explanations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].to_string())
        .collect();
    assert_eq!(
        names,
        [
            "\"target-not-installed\"",
            "\"no-std-missing\"",
            "\"std-required-by-dependency\""
        ]
    );
    assert_eq!(
        run_in(Path::new("."), ["explain", "error[e0463]"]).code,
        Some(0)
    );
    assert_snapshot!(run_in(Path::new("."), ["explain", "E0308"]), @r#"
    exit code: 1
    ── stdout
    ── stderr
    error: `E0308` has no meaning of its own on a microcontroller

    hint: `rustc --explain E0308` says what the compiler knows about it; give the whole message for more
    "#);
}

#[test]
fn a_text_as_words_as_a_file_and_piped() {
    let text = "error[E0463]: can't find crate for `core`\n  |\n  = note: the `thumbv7m-none-eabi` target may not be installed\n";
    let piped = explain_with(text.as_bytes(), &[]);
    assert_snapshot!(piped, @r#"
    exit code: 0
    ── stdout
    target-not-installed: the toolchain has no core library for the target
      symptom  line 1: error[E0463]: can't find crate for `core`
      cause    The core library comes compiled, once for each target and toolchain. The toolchain that
               is active in this folder has none for `thumbv7m-none-eabi`. A `rust-toolchain.toml`,
               `rustup override` or `+nightly` makes another toolchain active, to which targets have to
               be added again.
      fix      - Run `rustup target add thumbv7m-none-eabi` in the folder of the project; `bringup
                 doctor --fix` does it
               - For everybody who builds the project, name it in `rust-toolchain.toml`:
                     [toolchain]
                     channel = "stable"
                     targets = ["thumbv7m-none-eabi"]
               - A Rust that was not installed by rustup has its host's library only: install rustup
                 from https://rustup.rs
      see      `bringup explain no-std-missing`
    ── stderr
    "#);
    assert_eq!(explain_with(text.as_bytes(), &["-"]).stdout, piped.stdout);
    let dir = scratch("diagnoses-input");
    fs::write(dir.join("build.log"), text).unwrap();
    assert_eq!(run_in(&dir, ["explain", "build.log"]).stdout, piped.stdout);
    assert_eq!(run_in(&dir, ["explain", text]).stdout, piped.stdout);
    let words = ["explain", "cannot", "find", "linker", "script", "memory.x"];
    assert!(
        run_in(&dir, words)
            .stdout
            .starts_with("memory-x-not-found:")
    );
}

#[test]
fn colours_other_ends_of_lines_and_bytes_that_are_no_text() {
    let text = b"\xFF\xFE\x1b[0m\x1b[1m\x1b[38;5;9merror[E0463]\x1b[0m\x1b[1m: can't find crate for `\x1b[1mcore\x1b[0m`\x1b[0m\r\n\
                 \x1b[0m = note: the `thumbv7m-none-eabi` target may not be installed\r\n";
    let ran = explain_with(text, &["--json"]);
    let found = &ran.json()["explanations"][0];
    assert_eq!(found["name"], "target-not-installed");
    assert_eq!(found["names"]["target"], "thumbv7m-none-eabi");
}

#[test]
fn each_error_once() {
    let text = "error: linker `flip-link` not found\n".repeat(3);
    explain(&text).only(&["flip-link-missing"]);
}

#[test]
fn nothing_that_is_known() {
    assert_snapshot!(explain_with(b"error: expected `;`\n", &[]), @r#"
    exit code: 1
    ── stdout
    ── stderr
    error: no error that is known in this text of 1 line

    hint: give the whole message, from the line that begins with `error` on; `bringup explain` lists what is known, and `bringup doctor` looks at the machine and the project
    "#);
    let ran = explain_with(b"all is well\n", &["--json"]);
    assert_eq!(
        (
            ran.code,
            ran.json()["explanations"].as_array().unwrap().len()
        ),
        (Some(1), 0)
    );
}

#[test]
fn a_name_with_a_mistake() {
    assert_snapshot!(run_in(Path::new("."), ["explain", "clock-gate"]), @r#"
    exit code: 2
    ── stdout
    ── stderr
    error: `bringup` has no rule `clock-gate`

    hint: there is `clock-gated`
    "#);
}

#[test]
fn an_error_behind_much_else() {
    let text = format!(
        "{}\n{}Error: open failed\n",
        "x".repeat(100_000),
        "é\n".repeat(50_000)
    );
    explain(&text).only(&["openocd-open-failed"]);
}
