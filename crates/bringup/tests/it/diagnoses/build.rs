//! `bringup build`: what cargo says, unchanged, and explanations under its messages.

use super::link::project;
use super::*;

/// Cargo, or the tool in its place, building one program.
fn build(program: &mut Command, bin: &str) -> Ran {
    let (dir, ..) = project();
    let mut ran = quiet(
        program
            .current_dir(dir)
            .args(["build", "--offline", "--bin", bin]),
    );
    // Names of temporary folders differ, and tests wait for each other.
    let lines = ran
        .stderr
        .lines()
        .filter(|line| !line.contains("Blocking waiting"));
    let plain = |line: &str| {
        let Some((before, after)) = line.split_once("/deps/rustc") else {
            return line.to_owned();
        };
        let name = after.get(..6).unwrap_or_default();
        format!("{before}/deps/rustc{after}").replace(name, "NAME")
    };
    ran.stderr = lines.map(plain).collect::<Vec<_>>().join("\n");
    ran
}

#[test]
fn an_explanation_stands_under_the_message_and_nothing_else_changes() {
    let cargo = build(&mut Command::new("cargo"), "twice");
    let ours = build(&mut tool(), "twice");
    assert_eq!((cargo.code, ours.code), (Some(101), Some(101)), "{ours}");
    let start = ours.stderr.find("memory-region-twice: ").unwrap();
    let (before, rest) = ours.stderr.split_at(start);
    let end = rest.find("\n\n").unwrap();
    let (explanation, after) = rest.split_at(end + 2);
    assert_eq!(format!("{before}{after}"), cargo.stderr);
    assert!(before.contains("region 'FLASH' already defined"), "{ours}");
    assert!(after.starts_with("error: could not compile"), "{ours}");
    assert!(
        explanation.contains("  fix      - Keep one of them."),
        "{explanation}"
    );
}

#[test]
fn an_image_that_cannot_start_is_said_to_be_one() {
    let ran = build(&mut tool(), "empty");
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stderr.contains("Finished"), "{ran}");
    assert!(ran.stderr.contains("error[no-vector-table]: "), "{ran}");
    let ran = build(&mut tool(), "good");
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(!ran.stderr.contains("error["), "{ran}");
}

#[test]
fn what_cargo_does_not_take_is_cargos_to_say() {
    let ran = run_in(Path::new("."), ["build", "--no-such-option"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(
        ran.stderr
            .contains("unexpected argument '--no-such-option'"),
        "{ran}"
    );
}
