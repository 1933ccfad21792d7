//! `cargo xtask templates`: writes a project of every template for every chip of the catalogue, checks its form, lints it,
//! builds it in debug and release, audits the images, and runs those of chips that the virtual board has models of.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use bringup_device::catalogue::{self, Chip};
use serde_json::Value;

use crate::process::{build_tool, json, succeed};
use crate::{cargo, root};

/// Files of chips that no package ships, in a folder of vendors' files.
const FILES: &[(&str, &str)] = &[
    ("STM32F042K6", "STMicro-2026/STM32F0x2.svd"),
    ("STM32F407VG", "STMicro/STM32F407.svd"),
    ("TM4C123GH6", "TexasInstruments/TM4C123GH6PM.svd"),
];

const TEMPLATES: [&str; 4] = ["blink", "interrupt", "serial", "empty"];

/// Ways to have registers.
const PACS: [&str; 3] = ["crate", "build", "none"];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of vendors' files, for chips that no package ships
    #[arg(long, default_value = "../shared/svd")]
    svd: PathBuf,

    /// Only chips whose name contains this
    #[arg(long)]
    chip: Option<String>,

    /// Each template with one way to have registers, and not with all
    #[arg(long)]
    subset: bool,

    /// Leave the projects of earlier runs where they are, and do not write them again
    #[arg(long)]
    keep: bool,
}

pub(crate) fn run(args: &Args) -> Result<(), Vec<String>> {
    let tool = build_tool().map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let mut done = 0;
    for chip in catalogue::chips() {
        let wanted = |part: &String| chip.name.to_lowercase().contains(&part.to_lowercase());
        if !args.chip.as_ref().is_none_or(wanted) {
            continue;
        }
        let svd = match svd_of(chip, &args.svd) {
            Ok(svd) => svd,
            Err(missing) => {
                println!("{:<12} skipped: {missing}", chip.name);
                continue;
            }
        };
        for template in TEMPLATES {
            for pac in PACS
                .iter()
                .filter(|pac| fits(chip, template, pac, args.subset))
            {
                let case = Case {
                    tool: &tool,
                    chip,
                    svd: svd.as_deref(),
                    template,
                    pac,
                };
                let start = Instant::now();
                match case.check(args.keep) {
                    Ok(said) => {
                        let seconds = start.elapsed().as_secs_f64();
                        println!(
                            "{:<12} {template:<10} {pac:<6} {seconds:5.1} s  {said}",
                            chip.name
                        );
                    }
                    Err(problem) => {
                        println!("{:<12} {template:<10} {pac:<6} FAILED", chip.name);
                        problems.push(format!("{} {template} {pac}: {problem}", chip.name));
                    }
                }
                done += 1;
            }
        }
    }
    println!("{done} projects");
    if done == 0 {
        problems.push("no project was made".to_owned());
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Whether a template is tried with a way to have registers. The short run has each template of each chip once, and a crate
/// with all registers, which takes longest to compile, once for each chip.
fn fits(chip: &Chip, template: &str, pac: &str, subset: bool) -> bool {
    if !subset {
        return pac != "none" || template == "empty";
    }
    let usual = match (template, chip.models.is_empty()) {
        ("blink", false) | ("interrupt", true) => "crate",
        ("empty", _) => "none",
        _ => "build",
    };
    pac == usual
}

/// The file that a chip needs by `--svd`; the error says what is not there.
fn svd_of(chip: &Chip, folder: &Path) -> Result<Option<PathBuf>, String> {
    if chip.svd.is_some() {
        return Ok(None);
    }
    let known = FILES.iter().find(|(name, _)| *name == chip.name);
    let path = known.map(|(_, path)| folder.join(path));
    match path.and_then(|path| std::fs::canonicalize(path).ok()) {
        Some(path) => Ok(Some(path)),
        None => Err(format!(
            "no package ships its SVD file, and it is not in `{}`",
            folder.display()
        )),
    }
}

/// A project to be made and tried.
struct Case<'a> {
    tool: &'a Path,
    chip: &'a Chip,
    svd: Option<&'a Path>,
    template: &'a str,
    pac: &'a str,
}

impl Case<'_> {
    fn name(&self) -> String {
        format!("{}-{}", self.template, self.pac)
    }

    fn folder(&self) -> PathBuf {
        root()
            .join("target/templates")
            .join(self.chip.name.to_lowercase())
    }

    fn project(&self) -> PathBuf {
        self.folder().join(self.name())
    }

    /// Makes the project and tries everything; gives a word on what was seen.
    fn check(&self, keep: bool) -> Result<String, String> {
        let project = self.project();
        if !keep || !project.is_dir() {
            let _ = std::fs::remove_dir_all(&project);
            self.create()?;
        }
        succeed(self.cargo(&["fmt", "--all", "--check"]))?;
        succeed(self.cargo(&["build", "--quiet"]))?;
        // From here on nothing may need the network.
        succeed(
            self.cargo(&["build", "--quiet", "--release"])
                .env("CARGO_NET_OFFLINE", "true"),
        )?;
        succeed(
            self.cargo(&["clippy", "--quiet", "--release", "--", "-D", "warnings"])
                .env("CARGO_NET_OFFLINE", "true"),
        )?;
        let mut said = Vec::new();
        for profile in ["debug", "release"] {
            let elf = self.elf(profile);
            let mut command = self.bringup();
            command.arg("audit").arg(&elf).arg("--json");
            let report = json(&mut command)?;
            let flash = &report["regions"][0]["used"];
            said.push(format!("{profile} {flash} B"));
            if !self.chip.models.is_empty() {
                self.simulate(&elf)?;
            }
        }
        if !self.chip.models.is_empty() {
            succeed(self.cargo(&["board-test", "--quiet"]))?;
            said.push("runs".to_owned());
        }
        Ok(said.join(", "))
    }

    fn create(&self) -> Result<(), String> {
        std::fs::create_dir_all(self.folder()).map_err(|error| error.to_string())?;
        let mut command = self.bringup();
        command
            .current_dir(self.folder())
            .args([
                "new",
                &self.name(),
                "--chip",
                &self.chip.name,
                "--vcs",
                "none",
            ])
            .args(["--template", self.template, "--pac", self.pac]);
        if let Some(svd) = self
            .svd
            .filter(|_| self.pac != "none" || !self.chip.models.is_empty())
        {
            command.arg("--svd").arg(svd);
        }
        succeed(&mut command)
    }

    fn elf(&self, profile: &str) -> PathBuf {
        let target = self.folder().join("target").join(self.chip.core.target());
        target.join(profile).join(self.name())
    }

    fn bringup(&self) -> Command {
        let mut command = Command::new(self.tool);
        command
            .current_dir(self.project())
            .env_remove("CARGO_MANIFEST_DIR");
        command
    }

    /// Cargo in the project, with the target folder of the chip, and with the tool on the path.
    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo());
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let folder = self.tool.parent().map(Path::to_path_buf);
        let paths = folder.into_iter().chain(std::env::split_paths(&paths));
        command
            .args(arguments)
            .current_dir(self.project())
            .env("PATH", std::env::join_paths(paths).unwrap_or_default())
            .env("CARGO_TARGET_DIR", self.folder().join("target"))
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("RUSTUP_TOOLCHAIN");
        command
    }

    /// Runs an image on the virtual board and compares what it does with what the template is for.
    fn simulate(&self, elf: &Path) -> Result<(), String> {
        let mut command = self.bringup();
        command
            .arg("run")
            .arg(elf)
            .args(["--json", "--for", "5500ms"]);
        if self.template == "serial" {
            let script = self.project().join("host-tests/hello.script");
            command.arg("--script").arg(script);
        }
        let report = json(&mut command)?;
        let findings = report["findings"].as_array().map_or(0, Vec::len);
        if findings != 0 || report["stop"] != "limit" {
            return Err(format!("{}: {report:#}", elf.display()));
        }
        let right = match self.template {
            "blink" | "interrupt" => {
                let led = catalogue::boards().find(|known| known.chip.name == self.chip.name);
                let pin = led
                    .and_then(|known| known.board.leds.first())
                    .map(|led| &led.pin);
                pin.is_some_and(|pin| edges(&report, pin) == 5)
            }
            "serial" => {
                let greeting = format!("hello from {}\r\nhello\n", self.name());
                report["console"][0]["text"] == greeting.as_str()
            }
            _ => true,
        };
        if right {
            Ok(())
        } else {
            Err(format!("{} does something else: {report:#}", elf.display()))
        }
    }
}

/// Edges of a pin.
fn edges(report: &Value, pin: &str) -> usize {
    let pins = report["pins"].as_array().into_iter().flatten();
    let found = pins.filter(|found| found["pin"] == pin);
    found
        .filter_map(|found| found["edges"].as_array())
        .map(Vec::len)
        .sum()
}
