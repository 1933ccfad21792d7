//! The programs of `firmware/`, built for the target and run on the virtual board, against the files beside them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{finish, tool};

/// What an `.out` file wants of a run; its form is described in `firmware/README.md`.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Boards to run it on.
    boards: Vec<String>,
    stop: String,
    exit_code: Option<i64>,
    /// Pin, number of edges, seconds from one to the next.
    edges: Vec<(String, usize, f64)>,
    /// Rule and register.
    findings: Vec<(String, String)>,
    /// Functions of the backtrace, the innermost first, and exceptions in angle brackets.
    calls: Vec<String>,
    /// File and line of a panic that the program hangs in.
    panic: Option<String>,
    console: String,
}

impl Expected {
    pub(crate) fn parse(text: &str) -> Self {
        let (head, console) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut expected = Self {
            console: console.to_owned(),
            ..Self::default()
        };
        for line in head.lines() {
            match line.split_whitespace().collect::<Vec<_>>()[..] {
                ["board", ref boards @ ..] => {
                    expected.boards = boards.iter().map(|&board| board.into()).collect();
                }
                ["exit", code] => {
                    expected.stop = "exit".into();
                    expected.exit_code = Some(code.parse().unwrap());
                }
                [stop @ ("lockup" | "fault" | "stuck" | "limit")] => expected.stop = stop.into(),
                ["edges", pin, count, span] => {
                    let span = humantime::parse_duration(span).unwrap().as_secs_f64();
                    expected
                        .edges
                        .push((pin.into(), count.parse().unwrap(), span));
                }
                ["finding", rule, register] => {
                    expected.findings.push((rule.into(), register.into()));
                }
                ["calls", ref calls @ ..] => {
                    expected.calls = calls.iter().map(|&call| call.into()).collect();
                }
                ["panic", place] => expected.panic = Some(place.into()),
                ["finding", rule] => expected.findings.push((rule.into(), String::new())),
                _ => panic!("`{line}` says nothing that is known here"),
            }
        }
        if expected.boards.is_empty() {
            expected.boards.push("nucleo-l031k6".into());
        }
        expected
    }

    /// Whether it is to be run on this board.
    pub(crate) fn is_for(&self, board: &str) -> bool {
        self.boards.iter().any(|other| other == board)
    }

    /// Compares with the report of a run.
    pub(crate) fn check(&self, name: &str, report: &Value) {
        assert_eq!(report["stop"], self.stop, "{name}: {report:#}");
        assert_eq!(report["exit_code"].as_i64(), self.exit_code, "{name}");
        let console: String = report["console"]
            .as_array()
            .unwrap()
            .iter()
            .map(|port| port["text"].as_str().unwrap())
            .collect();
        assert_eq!(console, self.console, "{name}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let findings: Vec<_> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| (text(&finding["rule"]), text(&finding["register"])))
            .collect();
        assert_eq!(findings, self.findings, "{name}: {report:#}");
        self.check_calls(name, report);
        for (pin, count, span) in &self.edges {
            let pins = report["pins"].as_array().unwrap();
            let found = pins
                .iter()
                .find(|found| found["pin"] == pin.as_str())
                .unwrap();
            let times: Vec<_> = found["edges"]
                .as_array()
                .unwrap()
                .iter()
                .map(|edge| edge["seconds"].as_f64().unwrap())
                .collect();
            assert_eq!(times.len(), *count, "{name}: edges of {pin}");
            for pair in times.windows(2) {
                let apart = pair[1] - pair[0];
                assert!(
                    (apart - span).abs() <= 0.05 * span,
                    "{name}: {apart} s between edges of {pin}, not {span}"
                );
            }
        }
    }
}

impl Expected {
    /// Compares the backtrace of a fault or a panic, which may have further calls in between.
    fn check_calls(&self, name: &str, report: &Value) {
        let place = &report["panic"]["location"];
        let panic = place["file"]
            .as_str()
            .map(|file| format!("{file}:{}", place["line"]));
        assert_eq!(panic, self.panic, "{name}: {report:#}");
        let ended = if self.panic.is_some() {
            "panic"
        } else {
            "fault"
        };
        let backtrace = report[ended]["backtrace"].as_array();
        let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        let mut calls = backtrace.into_iter().flatten().flat_map(|call| {
            let exception = call["interrupted_by"].as_str();
            let exception = exception.map(|exception| format!("<{exception}>"));
            exception.into_iter().chain([text(&call["function"])])
        });
        for wanted in &self.calls {
            let found = calls.any(|call| call == *wanted);
            assert!(found, "{name}: no `{wanted}` where it belongs: {report:#}");
        }
    }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware")
}

/// Builds all programs and returns the folder they are in.
pub(crate) fn build(profile: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("firmware");
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(folder())
        .args(["build", "--locked", "--target-dir"])
        .arg(&target);
    if profile == "release" {
        cargo.arg("--release");
    }
    // Flags for the host would replace those that the programs are linked with.
    cargo
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET");
    let ran = finish(&mut cargo);
    assert_eq!(ran.code, Some(0), "{ran}");
    target.join("thumbv6m-none-eabi").join(profile)
}

/// Names of all programs, sorted.
pub(crate) fn programs() -> Vec<String> {
    let entries = fs::read_dir(folder().join("src/bin"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Where the inputs of a program are, if it has any.
pub(crate) fn script(name: &str) -> PathBuf {
    folder().join("src/bin").join(name).with_extension("script")
}

fn run_all(profile: &str) {
    let built = build(profile);
    let names = programs();
    assert!(names.len() >= 40, "{names:?}");
    for name in names {
        let out = folder().join("src/bin").join(&name).with_extension("out");
        let text = fs::read_to_string(&out).unwrap_or_else(|error| panic!("{name}.out: {error}"));
        let expected = Expected::parse(&text.replace("\r\n", "\n"));
        let script = script(&name);
        for board in &expected.boards {
            let mut command = tool();
            command
                .arg("run")
                .arg(built.join(&name))
                .args(["--board", board, "--json"]);
            if script.exists() {
                command.arg("--script").arg(&script);
            }
            if board == "nucleo-f042k6" {
                // No package ships the vendor's file for this chip.
                let Some(svd) = vendor_file("STMicro-2026/STM32F0x2.svd") else {
                    continue;
                };
                command.arg("--svd").arg(svd);
            }
            let first = finish(&mut command);
            let again = finish(&mut command);
            let name = format!("{name} on {board}, {profile}");
            expected.check(&name, &first.json());
            assert_eq!(
                first.stdout, again.stdout,
                "{name}: two runs are not the same"
            );
        }
    }
}

/// A vendor's SVD file that lies beside the project on machines that have it.
pub(crate) fn vendor_file(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/svd")
        .join(path);
    path.exists().then_some(path)
}

#[test]
fn debug_builds_do_what_the_files_beside_them_say() {
    run_all("debug");
}

#[test]
fn release_builds_do_what_the_files_beside_them_say() {
    run_all("release");
}
