//! Errors of other tools, provoked here, and what `bringup explain` makes of them.
//!
//! What cannot be provoked without hardware or an old compiler is fed in as those tools print it; see `literal`.

mod build;
mod compile;
mod debug;
mod input;
mod link;
mod literal;
mod silent;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Ran, finish, run_in, scratch, tool};

/// What a tool said, with the explanations of it.
struct Said {
    text: String,
    explanations: Vec<Value>,
}

/// Feeds a text to `bringup explain`.
fn explain(text: &str) -> Said {
    let ran = explain_with(text.as_bytes(), &["--json"]);
    let code = if text.trim().is_empty() {
        0
    } else {
        ran.code.unwrap()
    };
    let explanations = ran.json()["explanations"].as_array().unwrap().clone();
    assert_eq!(code, i32::from(explanations.is_empty()), "{ran}\n{text}");
    Said {
        text: text.into(),
        explanations,
    }
}

/// Feeds bytes to `bringup explain`.
fn explain_with(bytes: &[u8], args: &[&str]) -> Ran {
    let mut child = tool()
        .arg("explain")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Said {
    fn names(&self) -> Vec<&str> {
        self.explanations
            .iter()
            .filter_map(|explanation| explanation["name"].as_str())
            .collect()
    }

    /// Asserts that this is explained, with these names filled in.
    #[track_caller]
    fn is(&self, diagnosis: &str, names: &[(&str, &str)]) -> &Self {
        let found = self
            .explanations
            .iter()
            .find(|found| found["name"] == diagnosis);
        let found = found
            .unwrap_or_else(|| panic!("not {diagnosis}, but {:?}:\n{}", self.names(), self.text));
        let said = found.to_string();
        for (name, value) in names {
            assert_eq!(found["names"][name], *value, "{said}\n{}", self.text);
            assert!(
                said.matches(value).count() > 1,
                "`{value}` is not said: {said}"
            );
        }
        assert!(
            !said.contains("|the ") && !said.contains("|your "),
            "{said}"
        );
        self
    }

    /// Asserts that an explanation has this in it.
    #[track_caller]
    fn says(&self, text: &str) {
        assert!(
            self.explanations
                .iter()
                .any(|found| found.to_string().contains(text)),
            "{:?}",
            self.explanations
        );
    }

    /// Asserts that nothing else is explained.
    #[track_caller]
    fn only(&self, diagnoses: &[&str]) {
        assert_eq!(self.names(), diagnoses, "{}", self.text);
    }
}

/// Runs a command that fails, and explains what it said. Nothing of this test's own cargo reaches it.
fn provoke(command: &mut Command) -> Said {
    let ran = quiet(command);
    explain(&format!("{}{}", ran.stdout, ran.stderr))
}

/// Runs a command without what this test's own cargo and CI set.
fn quiet(command: &mut Command) -> Ran {
    for variable in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
        "CARGO_TERM_COLOR",
        "RUSTC_BOOTSTRAP",
    ] {
        command.env_remove(variable);
    }
    finish(command.env("CARGO_TERM_COLOR", "never").env("LC_ALL", "C"))
}

/// Compiles a file that is not to compile, as far as metadata.
fn rustc(name: &str, source: &str, args: &[&str]) -> Said {
    let dir = scratch(&format!("diagnoses-{name}"));
    fs::write(dir.join("main.rs"), source).unwrap();
    let args = args.iter().copied().filter(|arg| !arg.is_empty());
    provoke(
        Command::new("rustc")
            .current_dir(&dir)
            .args(["main.rs", "--edition", "2024"])
            .args(args),
    )
}

/// The options that compile for a Cortex-M0+ without linking.
const THUMB: &[&str] = &["--target", "thumbv6m-none-eabi", "--emit=metadata"];

/// Writes files below a folder.
fn write(dir: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Whether a program is on this machine; if not, says that its row is left out.
fn has(program: &str) -> bool {
    let there = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !there {
        eprintln!(
            "skipped: `{program}` is not installed, so that its error cannot be provoked here"
        );
    }
    there
}

/// The folder with the tools of the toolchain.
fn rust_tools() -> PathBuf {
    let ran = quiet(Command::new("rustc").args(["--print", "target-libdir"]));
    Path::new(ran.stdout.trim()).with_file_name("bin")
}

#[test]
fn every_diagnosis_is_provoked_or_fed_in_literally() {
    let tests = [
        include_str!("compile.rs"),
        include_str!("debug.rs"),
        include_str!("link.rs"),
        include_str!("literal.rs"),
        include_str!("silent.rs"),
    ];
    let listed = run_in(Path::new("."), ["explain", "--json"]).json();
    for explanation in listed["explanations"].as_array().unwrap() {
        let name = explanation["name"].as_str().unwrap();
        if explanation["kind"] == "diagnosis" {
            let quoted = format!("\"{name}\"");
            assert!(
                tests.iter().any(|test| test.contains(&quoted)),
                "{name} has no test"
            );
        }
    }
}
