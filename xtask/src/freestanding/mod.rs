//! `cargo xtask freestanding`: writes a freestanding program for every target, checks its form, lints it, builds it in debug and
//! release, has it audited, and runs it wherever something can: natively, in QEMU, under wine.
//!
//! What cannot run here is looked at by its structure, and said to be so.

mod macho;
mod program;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bringup_gen::project::freestanding::{System, TARGETS, Target};
use serde_json::Value;

use crate::process::{build_tool, json, succeed};
use crate::triple::Installer;
use crate::{cargo, root};

/// Name of the programs.
const NAME: &str = "hello";

/// What the programs print.
const GREETING: &str = "hello from hello\n";

const PROFILES: [&str; 2] = ["debug", "release"];

/// Seconds after which a program that does not end is ended. The first start of wine sets up a folder, which takes most of it.
const PATIENCE: &str = "120";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only targets whose name contains this
    #[arg(long)]
    target: Option<String>,
}

/// What came of a target.
enum Outcome {
    /// Everything was tried.
    Done(String),
    /// Everything but running it, for what is missing.
    NotRun(String, String),
    /// Nothing, for what is missing.
    Skipped(String),
}

pub(crate) fn run(args: &Args) -> Result<(), Vec<String>> {
    let tool = build_tool().map_err(|problem| vec![problem])?;
    let wanted = |target: &&Target| {
        let part = args.target.as_deref().unwrap_or_default();
        target.triple.contains(part)
    };
    let targets: Vec<_> = TARGETS.iter().filter(wanted).collect();
    if targets.is_empty() {
        return Err(vec!["no target has that in its name".to_owned()]);
    }
    let (installer, next) = (Installer::default(), AtomicUsize::new(0));
    let (problems, not_run) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    // Each program is one crate, which keeps one processor busy.
    let work = || {
        while let Some(&target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
            let start = Instant::now();
            let outcome = if installer.have(target.triple) {
                Case::new(&tool, target).check()
            } else {
                Ok(Outcome::Skipped("it is not installed".to_owned()))
            };
            let seconds = start.elapsed().as_secs_f64();
            let row = format!("{:<30} {seconds:5.1} s ", target.triple);
            let (said, missing) = match outcome {
                Ok(Outcome::Done(said)) => (said, None),
                Ok(Outcome::NotRun(said, missing)) => (format!("{said}, NOT RUN"), Some(missing)),
                Ok(Outcome::Skipped(missing)) => ("SKIPPED".to_owned(), Some(missing)),
                Err(problem) => {
                    let problem = format!("{}: {problem}", target.triple);
                    problems.lock().expect("no thread panics").push(problem);
                    ("FAILED".to_owned(), None)
                }
            };
            println!("{row} {said}");
            let missing = missing.map(|missing| format!("{}: {missing}", target.triple));
            not_run.lock().expect("no thread panics").extend(missing);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let (problems, not_run) = (problems.into_inner(), not_run.into_inner());
    for missing in not_run.unwrap_or_default() {
        println!("NOT RUN: {missing}");
    }
    match problems.unwrap_or_default() {
        problems if problems.is_empty() => Ok(()),
        problems => Err(problems),
    }
}

/// A program to be made and tried.
struct Case<'a> {
    tool: &'a Path,
    target: &'a Target,
    project: PathBuf,
}

impl<'a> Case<'a> {
    fn new(tool: &'a Path, target: &'a Target) -> Self {
        let project = folder().join(target.triple).join(NAME);
        Self {
            tool,
            target,
            project,
        }
    }

    fn check(&self) -> Result<Outcome, String> {
        self.create()?;
        succeed(self.cargo(&["fmt", "--check"]))?;
        succeed(self.cargo(&["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]))?;
        succeed(self.cargo(&["build", "--quiet"]))?;
        succeed(self.cargo(&["build", "--quiet", "--release"]))?;
        self.doctor()?;
        let said = self.audit()?;
        if self.target.system == System::Macos {
            self.look_at_structure()?;
            self.rewrite("src/main.rs", program::panicking)?;
            succeed(self.cargo(&["build", "--quiet"]))?;
            succeed(self.cargo(&["build", "--quiet", "--release"]))?;
            self.audit()?;
            self.look_at_structure()?;
            let missing = "there is no macOS here; its structure is as it should be".to_owned();
            return Ok(Outcome::NotRun(said, missing));
        }
        if let Some(missing) = self.missing() {
            return Ok(Outcome::NotRun(said, format!("`{missing}` is not there")));
        }
        self.run_all()?;
        Ok(Outcome::Done(format!("{said}, runs")))
    }

    fn create(&self) -> Result<(), String> {
        let folder = self.project.parent().unwrap_or(&self.project);
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let mut command = self.bringup();
        command
            .current_dir(folder)
            .args(["new", NAME, "--vcs", "none"])
            .args(["--freestanding", self.target.triple]);
        succeed(&mut command)
    }

    /// The project is in order for `bringup doctor`.
    fn doctor(&self) -> Result<(), String> {
        let report = json(self.bringup().args(["doctor", "--json"]))?;
        let results = report["results"].as_array();
        let of_project = |result: &&Value| result["subject"] == "project";
        let results: Vec<_> = results.into_iter().flatten().filter(of_project).collect();
        if results.is_empty() || results.iter().any(|result| result["level"] != "ok") {
            return Err(format!("`bringup doctor`: {report:#}"));
        }
        Ok(())
    }

    /// Both programs are freestanding; says how large they are.
    fn audit(&self) -> Result<String, String> {
        let mut said = Vec::new();
        for profile in PROFILES {
            let file = self.file(profile);
            let mut command = self.bringup();
            let report = json(command.args(["audit", "--json"]).arg(&file))?;
            let findings = report["findings"].as_array().map_or(1, Vec::len);
            if report["freestanding"] != true || findings != 0 {
                return Err(format!("`bringup audit`: {report:#}"));
            }
            said.push(format!("{profile} {}", self.size(&file, &report)?));
        }
        Ok(said.join(", "))
    }

    /// The size of a program: that of its file, or without an operating system of what is loaded.
    fn size(&self, file: &Path, report: &Value) -> Result<String, String> {
        let is_file = matches!(
            self.target.system,
            System::Linux | System::Windows | System::Macos
        );
        if is_file {
            let metadata = std::fs::metadata(file).map_err(|error| error.to_string())?;
            return Ok(format!("{} B", metadata.len()));
        }
        let sections = report["sections"].as_array().into_iter().flatten();
        let loaded = sections.filter(|section| section["kind"] == "loaded");
        let bytes: u64 = loaded.filter_map(|section| section["size"].as_u64()).sum();
        Ok(format!("{bytes} B loaded"))
    }

    /// What the loader of macOS looks at is as it should be.
    fn look_at_structure(&self) -> Result<(), String> {
        PROFILES
            .iter()
            .try_for_each(|profile| macho::check(&self.file(profile), self.target, &self.project))
    }

    /// What has to be there for the program to run, and is not.
    fn missing(&self) -> Option<&'static str> {
        let is_native = self.target.system == System::Linux
            && self.target.triple.starts_with(std::env::consts::ARCH);
        let program = match self.target.system {
            _ if is_native => return None,
            System::Linux => "qemu-aarch64",
            System::Windows => "wine",
            System::Macos => "macOS",
            System::CortexM => "qemu-system-arm",
            System::Riscv => "qemu-system-riscv32",
            System::Kernel => "qemu-system-x86_64",
        };
        (!is_on_path(program)).then_some(program)
    }

    /// The program as it is, one that exits with another code, and one that uses much and panics; of the kernel its tests.
    fn run_all(&self) -> Result<(), String> {
        for profile in PROFILES {
            self.expect(profile, 0, &[GREETING])?;
        }
        self.rewrite("src/main.rs", |text| program::exiting(text, 7))?;
        self.expect("debug", 7, &[GREETING])?;
        self.rewrite("src/main.rs", program::panicking)?;
        for profile in PROFILES {
            self.expect(profile, 101, &program::said_by_panicking())?;
        }
        if self.target.system == System::Kernel {
            self.kernel()?;
        }
        self.fault()
    }

    /// Without an operating system a fault of the processor is a panic.
    fn fault(&self) -> Result<(), String> {
        let (program, said): (fn(&str) -> String, _) = match self.target.system {
            System::Linux | System::Windows | System::Macos => return Ok(()),
            System::CortexM => (program::undefined, "exception 3, HardFault, has no handler"),
            System::Riscv => (program::reading_nothing, "mcause 0x5, mtval 0x00000008"),
            System::Kernel => (program::reading_nothing, "no access to 0x8 "),
        };
        self.rewrite("src/main.rs", program)?;
        self.expect("debug", 101, &["panicked at src/", said])
    }

    /// The tests of the kernel, and one of them that fails.
    fn kernel(&self) -> Result<(), String> {
        let passed = ["test long_mode_is_on ... ok", "test result: ok. 5 passed"];
        self.expect_of(&["test", "--quiet"], 0, &passed)?;
        self.rewrite("tests/kernel.rs", |text| {
            text.replace(">> 10 & 1, 1)", ">> 10 & 1, 0)")
        })?;
        let failed = ["test long_mode_is_on ... ", "left: 1\n right: 0"];
        self.expect_of(&["test", "--quiet"], 101, &failed)
    }

    /// Replaces a file of the project by what is made of the original.
    fn rewrite(&self, file: &str, change: impl FnOnce(&str) -> String) -> Result<(), String> {
        let path = self.project.join(file);
        let original = self.project.with_file_name(file.replace('/', "-"));
        if !original.exists() {
            std::fs::copy(&path, &original).map_err(|error| error.to_string())?;
        }
        let text = std::fs::read_to_string(&original).map_err(|error| error.to_string())?;
        let changed = change(&text);
        if changed == text {
            return Err(format!("`{file}` does not have what is to be replaced"));
        }
        std::fs::write(&path, changed).map_err(|error| error.to_string())
    }

    /// `cargo run` ends with this exit code, and prints these texts.
    fn expect(&self, profile: &str, code: i32, texts: &[&str]) -> Result<(), String> {
        let release: &[&str] = if profile == "release" {
            &["--release"]
        } else {
            &[]
        };
        self.expect_of(&[&["run", "--quiet"], release].concat(), code, texts)
    }

    fn expect_of(&self, arguments: &[&str], code: i32, texts: &[&str]) -> Result<(), String> {
        // What does not end is ended, with everything that it has started.
        let mut command = Command::new(cargo());
        if is_on_path("timeout") {
            command = Command::new("timeout");
            command.args(["--kill-after", "5", PATIENCE]).arg(cargo());
        }
        self.prepare(&mut command, arguments);
        let output = command.output().map_err(|error| error.to_string())?;
        let Output { status, .. } = output;
        // A PC's serial port and Windows end lines in their own ways.
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).replace('\r', "");
        let lacks = texts.iter().find(|text| !said.contains(**text));
        match lacks {
            None if status.code() == Some(code) => Ok(()),
            _ => Err(format!(
                "{arguments:?}: {status}, expected were {code} and {texts:?}\n{said}"
            )),
        }
    }

    fn file(&self, profile: &str) -> PathBuf {
        let folder = self.project.join("target").join(self.target.triple);
        let suffix = match self.target.system {
            System::Windows => ".exe",
            _ => "",
        };
        folder.join(profile).join(format!("{NAME}{suffix}"))
    }

    fn bringup(&self) -> Command {
        let mut command = Command::new(self.tool);
        self.prepare(&mut command, &[]);
        command
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo());
        self.prepare(&mut command, arguments);
        command
    }

    /// A command in the project, which settings for other builds do not reach, and wine with a folder of its own.
    fn prepare(&self, command: &mut Command, arguments: &[&str]) {
        command
            .args(arguments)
            .current_dir(if self.project.is_dir() {
                &self.project
            } else {
                root()
            })
            .stdin(std::process::Stdio::null())
            .env("CARGO_NET_OFFLINE", "true")
            .env("WINEPREFIX", folder().join("wine"))
            .env("WINEDEBUG", "-all");
        for variable in [
            "CARGO_TARGET_DIR",
            "CARGO_MANIFEST_DIR",
            "RUSTFLAGS",
            "RUSTUP_TOOLCHAIN",
        ] {
            command.env_remove(variable);
        }
    }
}

fn is_on_path(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|path| path.join(program).is_file())
}

/// Where the projects are.
fn folder() -> PathBuf {
    root().join("target/freestanding")
}
