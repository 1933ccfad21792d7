//! What `run` shows beside its summary, and how it is told what to show.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde_json::Value;

use crate::firmware::build;
use crate::support::{Ran, finish, run_in, scratch, tool};

/// A program of `firmware/`, in release.
fn program(name: &str) -> PathBuf {
    build("release").join(name)
}

/// Runs a program on its board.
fn run(name: &str, args: &[&str]) -> Ran {
    finish(
        tool()
            .arg("run")
            .arg(program(name))
            .args(["--board", "nucleo-l031k6"])
            .args(args),
    )
}

/// The edges of a pin: times in seconds, and levels.
fn edges(report: &Value, pin: &str) -> Vec<(f64, bool)> {
    let pins = report["pins"].as_array().unwrap();
    let found = pins.iter().find(|found| found["pin"] == pin).unwrap();
    let edges = found["edges"].as_array().unwrap().iter();
    edges
        .map(|edge| {
            let seconds = edge["seconds"].as_f64().unwrap();
            (seconds, edge["level"].as_bool().unwrap())
        })
        .collect()
}

#[test]
fn rules_are_explained() {
    let explain = |args: &[&str]| run_in(Path::new("."), [&["explain"], args].concat());
    assert_snapshot!(explain(&["clock-gated"]), @"
    exit code: 0
    ── stdout
    clock-gated, of `bringup run`: a peripheral is used while its clock is off

    A peripheral whose clock is off answers nothing: its registers read as 0 and writes are lost, without a fault and
    without a trace. After reset almost every peripheral of an STM32 is in that state.

    Set the peripheral's bit in the enable register of the RCC before the first access to it.
    ── stderr
    ");
    assert_snapshot!(explain(&["clok-gated"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `bringup` has no rule `clok-gated`

    hint: there is `clock-gated`
    ");
    let all = explain(&[]);
    assert_eq!(all.code, Some(0));
    for rule in ["stuck-poll", "no-vector-table", "field-overlap"] {
        assert!(all.stdout.contains(&format!("\n  {rule} ")), "{all}");
    }
}

#[test]
fn what_becomes_of_a_rule_can_be_set() {
    let severities = |args: &[&str]| {
        let ran = run("clock_off", &[&["--json"], args].concat());
        let findings = ran.json()["findings"].as_array().unwrap().clone();
        let severities: Vec<Value> = findings.iter().map(|it| it["severity"].clone()).collect();
        (ran.code, severities)
    };
    let two = |severity: &str| vec![Value::from(severity), severity.into()];
    assert_eq!(severities(&[]), (Some(1), two("error")));
    assert_eq!(
        severities(&["--warn", "clock-gated"]),
        (Some(1), two("warning"))
    );
    assert_eq!(
        severities(&["--warn", "clock-gated", "--deny", "clock-gated"]),
        (Some(1), two("error"))
    );
    assert_eq!(severities(&["--allow", "clock-gated"]), (Some(0), vec![]));
    assert_snapshot!(run("clock_off", &["--allow", "clock-off"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `bringup` has no rule `clock-off`

    hint: there is `clock-gated`
    ");
}

#[test]
fn a_run_ends_with_an_edge_or_a_text() {
    let edge = run("clock_hsi16", &["--json", "--until", "PB3"]).json();
    assert_eq!(edge["stop"], "until");
    assert_eq!(edges(&edge, "PB3").len(), 1);
    let whole = run("hello", &["--json"]).json();
    let whole = whole["console"][0]["text"].as_str().unwrap();
    let (first, rest) = whole.split_once('\n').unwrap();
    assert!(!rest.is_empty());
    let text = run("hello", &["--json", "--until", first]).json();
    assert_eq!(text["stop"], "until");
    let printed = text["console"][0]["text"].as_str().unwrap();
    assert!(
        printed.contains(first) && printed.len() < whole.len(),
        "{printed}"
    );
}

#[test]
fn a_dump_holds_the_changes_of_the_pins() {
    let dir = scratch("dump");
    let file = dir.join("run.vcd");
    let report = run("clock_hsi16", &["--json", "--vcd", file.to_str().unwrap()]).json();
    let text = fs::read_to_string(&file).unwrap();
    let (head, changes) = text.split_once("$enddefinitions $end\n").unwrap();
    assert_snapshot!(head, @"
    $timescale 1 ps $end
    $scope module nucleo-l031k6 $end
    $var wire 1 ! PB3_LD3 $end
    $upscope $end
    ");
    let mut time = 0;
    let mut seen = Vec::new();
    for line in changes.lines() {
        match line.strip_prefix('#') {
            Some(picoseconds) => time = picoseconds.parse::<u64>().unwrap(),
            None => seen.push((time as f64 / 1e12, line == "1!")),
        }
    }
    assert_eq!(seen.remove(0), (0.0, false));
    let expected = edges(&report, "PB3");
    assert!(expected.len() > 2 && seen.len() == expected.len());
    for (seen, expected) in seen.iter().zip(&expected) {
        assert!((seen.0 - expected.0).abs() < 2e-12 && seen.1 == expected.1);
    }
}

#[test]
fn firmware_runs_on_a_bare_core() {
    let bare = |args: &[&str]| {
        let mut tool = tool();
        tool.arg("run").arg(program("hello"));
        finish(tool.args(["--core", "cortex-m0+"]).args(args))
    };
    let memories = ["--flash", "0x08000000:32K", "--ram", "0x20000000:8K"];
    let ran = bare(&memories);
    let board = run("hello", &[]);
    assert_eq!((ran.code, &ran.stdout), (Some(0), &board.stdout), "{ran}");
    let report = bare(&[&memories[..], &["--json", "--clock", "1M"]].concat()).json();
    assert_eq!(
        (&report["board"], &report["chip"]),
        (&Value::Null, &"cortex-m0+".into())
    );
    assert_eq!(report["seconds"], report["cycles"].as_f64().unwrap() / 1e6);
    assert_snapshot!(bare(&["--flash", "0:4G", "--ram", "0x20000000:8K"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: invalid value '0:4G' for '--flash <ORIGIN:LENGTH>': `4G` is not a number

    For more information, try '--help'.
    ");
    assert_eq!(bare(&["--flash", "0:4K"]).code, Some(2));
    let both = [&memories[..], &["--board", "nucleo-l031k6"]].concat();
    assert_eq!(bare(&both).code, Some(2));
}

#[test]
fn a_script_that_does_not_fit_says_where() {
    let dir = scratch("script");
    let script = |text: &str| {
        fs::write(dir.join("in.txt"), text).unwrap();
        let mut tool = tool();
        tool.current_dir(&dir).arg("run").arg(program("hello"));
        finish(tool.args(["--board", "nucleo-l031k6", "--script", "in.txt"]))
    };
    assert_snapshot!(script("1ms PA0 up\n1 PA0 high\n"), @r#"
    exit code: 2
    ── stdout
    ── stderr
    error: `in.txt` is not a script for this board
      line 1: a pin and `high`, `low`, `float` or a voltage as `1.2V`, a port and a text in quotes, or `reset` is expected
      line 2: `1` is not a time: a number and a unit are expected, as in `1.5ms`

    hint: a line has a time and what happens then, as in `100ms PA0 high` or `+1s USART2 "text\n"`
    "#);
    assert_snapshot!(script("1ms PA77 high\n"), @r#"
    exit code: 2
    ── stdout
    ── stderr
    error: `in.txt` is not a script for this board
      line 1: the chip has no pin `PA77`

    hint: a line has a time and what happens then, as in `100ms PA0 high` or `+1s USART2 "text\n"`
    "#);
    assert_eq!(script("1ms PA0 high\n").code, Some(0));
}

#[test]
fn a_trace_names_registers_fields_and_places_and_changes_nothing() {
    let dir = scratch("trace");
    let file = dir.join("run.trace");
    let traced = run(
        "clock_hsi16",
        &["--json", "--trace", file.to_str().unwrap()],
    );
    assert_eq!(traced.stdout, run("clock_hsi16", &["--json"]).stdout);
    let text = fs::read_to_string(&file).unwrap();
    // Times, addresses and lines are the compiler's; they are looked at in the tests of the board.
    let what = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (place, words) = words.split_last().unwrap();
        assert!(place.starts_with("src/"), "{line}");
        words[4..].join(" ")
    };
    let first: Vec<String> = text.lines().take(7).map(what).collect();
    assert_snapshot!(first.join("\n"), @"
    read SCB.CPUID = 0x410cc601 REVISION=1 PARTNO=3168 ARCHITECTURE=12 IMPLEMENTER=65
    read RCC.IOPENR = 0x00000000
    write RCC.IOPENR = 0x00000002 IOPBEN=1
    read GPIOB.MODER = 0xffffffff
    write GPIOB.MODER = 0xffffff7f MODE3=1
    read RCC.CR = 0x00000300
    write RCC.CR = 0x00000301 HSI16ON=1
    ");
    // Each edge of the pin is a write to its port, at the same cycle or within the instruction.
    let edges = traced.json()["pins"][0]["edges"].as_array().unwrap().len();
    let writes = text.lines().filter(|line| line.contains("write GPIOB.ODR"));
    assert_eq!(writes.count(), edges);
    let again = dir.join("again.trace");
    run("clock_hsi16", &["--trace", again.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(again).unwrap(), text);
}

#[test]
fn a_trace_that_cannot_be_written_is_an_error() {
    let dir = scratch("no-trace");
    let file = dir.join("missing/run.trace");
    assert_eq!(
        run("hello", &["--trace", file.to_str().unwrap()]).code,
        Some(2)
    );
}

/// What README.md and ARCHITECTURE.md say about exit codes.
#[test]
fn the_exit_code_says_how_it_ended() {
    for (name, args, code) in [
        ("hello", &[][..], 0),
        ("systick_irq", &["--for", "1ms"], 0),
        ("clock_off", &[], 1),
        ("clock_off", &["--warn", "clock-gated"], 1),
        ("clock_off", &["--allow", "clock-gated"], 0),
        ("hello", &["--board", "nucleo-l031k6"], 2),
        ("hello", &["--for", "soon"], 2),
        ("hello", &["--svd", "missing.svd"], 2),
        ("no_such_program", &[], 2),
        ("exit_code", &[], 3),
        ("panics", &[], 3),
        ("lockup", &[], 3),
    ] {
        let ran = run(name, args);
        assert_eq!(ran.code, Some(code), "{name} {args:?}: {ran}");
        if code == 2 {
            assert!(
                ran.stdout.is_empty() && ran.stderr.contains("error: "),
                "{ran}"
            );
        }
    }
    let out = fs::read_to_string(crate::firmware::folder().join("src/bin/exit_code.out")).unwrap();
    let own: i64 = out
        .lines()
        .find_map(|line| line.strip_prefix("exit "))
        .and_then(|code| code.parse().ok())
        .unwrap();
    assert_ne!(own, 0);
    let report = run("exit_code", &["--json"]).json();
    assert_eq!(
        report["exit_code"], own,
        "the firmware's own is in the report"
    );
}
