//! The demo: one command from the vendor's file to the LED, exact to the cycle.

use std::fs;
use std::process::Command;

use crate::support::{Ran, cache, finish, run_in, scratch, tool};

/// SysTick counts 2 100 000 down to 0: a period is one cycle more.
const PERIOD: u64 = 2_100_001;

/// MSI of the STM32L0 after reset, in hertz.
const CLOCK: f64 = 2_097_152.0;

fn demo(args: &[&str]) -> Ran {
    let ran = finish(tool().arg("demo").args(args));
    assert_eq!(ran.code, Some(0), "{ran}");
    ran
}

/// The cycles at which LD3 changes.
fn edges(report: &serde_json::Value) -> Vec<u64> {
    let pin = report["pins"]
        .as_array()
        .unwrap()
        .iter()
        .find(|pin| pin["pin"] == "PB3")
        .unwrap();
    assert_eq!(pin["label"], "LD3");
    let edges = pin["edges"].as_array().unwrap();
    for (index, edge) in edges.iter().enumerate() {
        assert_eq!(
            edge["level"],
            index % 2 == 0,
            "the first edge lights the LED, and each one changes it"
        );
        let (cycle, seconds) = (
            edge["cycle"].as_u64().unwrap(),
            edge["seconds"].as_f64().unwrap(),
        );
        assert!((cycle as f64 / CLOCK - seconds).abs() < 1e-9);
    }
    edges
        .iter()
        .map(|edge| edge["cycle"].as_u64().unwrap())
        .collect()
}

#[test]
fn the_led_changes_each_time_systick_wraps() {
    let report = demo(&["--json"]).json();
    let edges = edges(&report);
    assert_eq!(edges.len(), 9, "10 s hold nine wraps of 1.001358 s");
    for pair in edges.windows(2) {
        let apart = pair[1] - pair[0];
        // An edge may be off by the turn of the polling loop it falls in: at most a dozen cycles.
        assert!(apart.abs_diff(PERIOD) <= 12, "{apart} cycles apart");
    }
    assert_eq!(report["stop"], "limit");
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["board"], "nucleo-l031k6");
    assert_eq!(report["chip"], "STM32L031K6");
    assert_eq!(report["image"]["flash_size"], 32 * 1024);
    assert!(
        report["image"]["flash"].as_u64().unwrap() > 192,
        "more than a vector table"
    );
    assert!((report["seconds"].as_f64().unwrap() - 10.0).abs() < 1e-5);
}

#[test]
fn an_hour_is_exact_in_the_mean() {
    let report = demo(&["--json", "--for", "1h"]).json();
    let edges = edges(&report);
    assert_eq!(edges.len(), 3595, "3600 s hold 3595 wraps");
    let span = edges[edges.len() - 1] - edges[0];
    let turns = span.abs_diff(PERIOD * (edges.len() as u64 - 1));
    assert!(
        turns <= 12,
        "the last edge is off by {turns} cycles: more than a turn of the polling loop"
    );
}

#[test]
fn two_runs_are_equal_byte_for_byte_and_the_second_needs_no_network() {
    let first = demo(&["--json"]);
    let second = finish(
        tool()
            .args(["demo", "--json"])
            .env("CARGO_NET_OFFLINE", "true"),
    );
    assert_eq!(second.code, Some(0), "{second}");
    assert_eq!(first.stdout, second.stdout);
}

#[test]
fn a_new_folder_needs_no_network_either() {
    demo(&[]);
    let dir = scratch("offline");
    let ran = finish(
        tool()
            .current_dir(&dir)
            .args(["demo", "--out", "new"])
            .env("CARGO_NET_OFFLINE", "true"),
    );
    assert_eq!(ran.code, Some(0), "{ran}");
}

#[test]
fn what_a_person_reads() {
    let ran = demo(&[]);
    insta::assert_snapshot!(without_host_time(&ran.stdout), @"
    LD3 (PB3)  9 edges
            1.001420 s  ● high       2,100,131 cycles
            2.002779 s  ○ low        4,200,133 cycles   +1.001359 s
            3.004139 s  ● high       6,300,136 cycles   +1.001359 s
            4.005496 s  ○ low        8,400,133 cycles   +1.001357 s
            5.006855 s  ● high      10,500,136 cycles   +1.001359 s
            6.008214 s  ○ low       12,600,138 cycles   +1.001359 s
            7.009571 s  ● high      14,700,136 cycles   +1.001357 s
            8.010930 s  ○ low       16,800,138 cycles   +1.001359 s
            9.012290 s  ● high      18,900,141 cycles   +1.001359 s
    image      472 B of 32 KiB flash (1.4 %), 4 B of 8 KiB RAM (0.0 %)
    findings   none
    simulated  10.000000 s, 20,971,520 cycles, 12,582,924 instructions, in …; the time was over
    ");
    let steps: Vec<_> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with(' '))
        .collect();
    assert!(steps.len() >= 5, "{ran}");
    assert!(
        ran.stderr.contains(&cache().display().to_string()),
        "says where the project is:\n{ran}"
    );
}

/// Durations of the host differ from run to run.
fn without_host_time(text: &str) -> String {
    let simulated = |line: &str| match line
        .split_once(", in ")
        .and_then(|(head, tail)| tail.split_once(';').map(|(_, tail)| (head, tail)))
    {
        Some((head, tail)) => format!("{head}, in …;{tail}"),
        None => line.to_owned(),
    };
    text.lines().map(simulated).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_clock_that_is_off_is_named() {
    let dir = scratch("clock-off");
    let made = run_in(&dir, ["demo", "--out", "blink"]);
    assert_eq!(made.code, Some(0), "{made}");
    let main = dir.join("blink/src/main.rs");
    let text = fs::read_to_string(&main).unwrap();
    let gate = text
        .lines()
        .position(|line| line.contains("iopben()"))
        .unwrap();
    let off: Vec<_> = text
        .lines()
        .enumerate()
        .map(|(number, line)| if number == gate { "" } else { line })
        .collect();
    fs::write(&main, off.join("\n")).unwrap();
    let moder = off
        .iter()
        .position(|line| line.contains(".moder()"))
        .unwrap()
        + 1;

    let ran = run_in(&dir, ["demo", "--out", "blink", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("kept your `src/main.rs`"), "{ran}");
    let findings = ran.json()["findings"].as_array().unwrap().clone();
    let first = findings
        .iter()
        .find(|finding| finding["register"] == "GPIOB.MODER")
        .unwrap();
    assert_eq!(first["rule"], "clock-gated");
    assert_eq!(first["location"]["file"], "src/main.rs");
    assert_eq!(first["location"]["line"], moder);
    let message = first["message"].as_str().unwrap();
    assert!(
        message.contains("`GPIOB`") && message.contains("`RCC.IOPENR.IOPBEN`"),
        "{message}"
    );
    // The write that the compiler merged from both branches has a line, too.
    assert!(
        findings
            .iter()
            .all(|finding| finding["location"]["file"] == "src/main.rs"),
        "{findings:#?}"
    );
    let shown = run_in(&dir, ["demo", "--out", "blink"]);
    assert_eq!(shown.code, Some(1));
    assert!(
        shown.stdout.contains(&format!("--> src/main.rs:{moder}:")),
        "{shown}"
    );
}

#[test]
fn the_project_is_clean_rust() {
    let dir = scratch("clean");
    let made = run_in(&dir, ["demo", "--out", "blink"]);
    assert_eq!(made.code, Some(0), "{made}");
    let lock = fs::read_to_string(dir.join("blink/Cargo.lock")).unwrap();
    for args in [
        ["fmt", "--all", "--check"].as_slice(),
        &["clippy", "--release", "--offline", "--", "-D", "warnings"],
        &["build", "--offline", "--locked"],
    ] {
        let ran = finish(
            Command::new("cargo")
                .current_dir(dir.join("blink"))
                .args(args),
        );
        assert_eq!(ran.code, Some(0), "cargo {args:?}\n{ran}");
    }
    assert_eq!(
        lock,
        fs::read_to_string(dir.join("blink/Cargo.lock")).unwrap()
    );
}
