//! `cargo xtask bench board`: what running firmware costs, with every check on, beside QEMU and Unicorn.
//!
//! The programs are those of `firmware/bench`. Runs of all take turns; what counts is the median of their processor time,
//! less what a program takes that ends at once. Unicorn is a core without devices, and runs what needs none. Last come runs that
//! leave a trace, a value change dump, or JSON, beside one that does not: their wall time, for a trace is written by another thread.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::tools;
use crate::differential::install;
use crate::measure;
use crate::table::{Align, Table};
use crate::{cargo, root};

/// What is measured, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Runs of each program
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// Turns of the loops in `firmware/bench`.
const TURNS: f64 = 8e6;
/// Runs in a row of the program that ends at once.
const STARTS: usize = 20;
const QEMU: &str = "qemu-system-arm";
/// Runs an ELF file with Unicorn until it asks for semihosting.
const UNICORN: &str = include_str!("unicorn.py");

/// The programs, and what of them is told.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "start",
        "CPU time of the process for a program that ends at once",
    ),
    ("compute", "million instructions per second of CPU"),
    ("empty", "ns a turn, loading from RAM"),
    ("read", "ns a turn, reading a device"),
    ("write", "ns a turn, writing a device"),
    ("port", "ns a turn, setting and clearing a pin"),
    ("timer", "ns a turn, writing a timer"),
    ("flags", "ns a turn, clearing flags of a timer"),
];

/// Programs that use no device.
const PLAIN: &[&str] = &["start", "compute", "empty"];

/// What a run leaves, by its option; where it names a file, that is put in.
const OUTPUTS: &[&str] = &["--trace", "--vcd", "--json"];

/// Where everything is.
struct Setup {
    bringup: PathBuf,
    svd: PathBuf,
    ours: PathBuf,
    microbit: PathBuf,
    qemu: bool,
    /// The Python that has Unicorn.
    unicorn: Option<PathBuf>,
    work: PathBuf,
}

/// The emulators, in the order of the table.
const NAMES: [&str; 3] = ["bringup", "QEMU", "Unicorn"];

/// Processor times of the runs of one program by emulator.
type Costs = [Vec<Duration>; NAMES.len()];

pub(super) fn run(args: &Args) -> Result<(), String> {
    let setup = Setup::prepare()?;
    let mut costs: Vec<Costs> = vec![Costs::default(); PROGRAMS.len()];
    for _ in 0..args.runs.max(1) {
        for ((program, _), costs) in PROGRAMS.iter().zip(&mut costs) {
            for (emulator, costs) in costs.iter_mut().enumerate() {
                // One run of a few milliseconds says more of what ran before it.
                for _ in 0..if *program == "start" { STARTS } else { 1 } {
                    if let Some(mut command) = setup.command(emulator, program) {
                        costs.push(cost(&mut command)?);
                    }
                }
            }
        }
    }
    let instructions = setup.instructions("compute")?;
    let mut table = Table::new(&[
        ("what", Align::Left),
        (NAMES[0], Align::Right),
        (NAMES[1], Align::Right),
        (NAMES[2], Align::Right),
    ]);
    let start = costs.first().cloned().unwrap_or_default();
    for ((program, what), costs) in PROGRAMS.iter().zip(&costs) {
        let cells =
            costs
                .iter()
                .zip(&start)
                .map(|(costs, starts)| match (median(costs), median(starts)) {
                    (Some(all), Some(start)) => figure(program, all, start, instructions),
                    (None, Some(_)) => "no devices".to_owned(),
                    _ => "not there".to_owned(),
                });
        table.row(std::iter::once((*what).to_owned()).chain(cells).collect());
    }
    println!("{}", table.render());
    println!(
        "compute: {instructions} instructions; medians of {} runs",
        args.runs.max(1)
    );
    setup.outputs(args.runs.max(1))
}

fn figure(program: &str, all: Duration, start: Duration, instructions: u64) -> String {
    let seconds = all.saturating_sub(start).as_secs_f64().max(1e-9);
    match program {
        "start" => format!("{:.1} ms", all.as_secs_f64() * 1e3),
        "compute" => format!("{:.0}", instructions as f64 / seconds / 1e6),
        _ => format!("{:.1}", seconds / TURNS * 1e9),
    }
}

fn median(of: &[Duration]) -> Option<Duration> {
    let mut sorted = of.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// The processor time of a program that has to succeed.
fn cost(command: &mut Command) -> Result<Duration, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let ran =
        measure::run(command).map_err(|error| format!("`{name}` cannot be started: {error}"))?;
    if ran.success {
        Ok(ran.cost.cpu)
    } else {
        Err(format!("`{name}` failed: {}", ran.first_error()))
    }
}

impl Setup {
    /// Builds `bringup` and the programs.
    fn prepare() -> Result<Self, String> {
        let work = root().join("target").join("bench-board");
        let build = |folder: &Path, more: &[&str], target: &Path| {
            let mut build = Command::new(cargo());
            build
                .current_dir(folder)
                .args(["build", "--release", "--locked"])
                .args(more)
                .arg("--target-dir")
                .arg(target);
            cost(&mut build)
        };
        let firmware = root().join("firmware").join("bench");
        let (ours, microbit) = (work.join("ours"), work.join("microbit"));
        build(root(), &["--package", "bringup"], &work.join("tool"))?;
        build(&firmware, &[], &ours)?;
        build(&firmware, &["--features", "microbit"], &microbit)?;
        let programs = |folder: &Path| folder.join("thumbv6m-none-eabi").join("release");
        let name = format!("bringup{}", std::env::consts::EXE_SUFFIX);
        let svd = "resources/STM32L0x1.svd";
        Ok(Self {
            bringup: work.join("tool").join("release").join(name),
            svd: tools::package_file(&work, "stm32l0x1", "0.13.2", svd)?,
            ours: programs(&ours),
            microbit: programs(&microbit),
            qemu: Command::new(QEMU).arg("--version").output().is_ok(),
            unicorn: install::unicorn()
                .inspect_err(|error| eprintln!("{error}"))
                .ok(),
            work,
        })
    }

    /// Runs a program on an emulator, if that is there and can.
    fn command(&self, emulator: usize, program: &str) -> Option<Command> {
        match emulator {
            0 => Some(self.silent(program)),
            1 => self.qemu.then(|| self.qemu(program)),
            _ => {
                let python = self.unicorn.as_ref()?;
                let mut command = Command::new(python);
                command.args(["-c", UNICORN]).arg(self.ours.join(program));
                PLAIN.contains(&program).then_some(command)
            }
        }
    }

    fn ours(&self, program: &str) -> Command {
        let mut command = self.silent(program);
        command.arg("--json");
        command
    }

    fn silent(&self, program: &str) -> Command {
        let mut command = Command::new(&self.bringup);
        command
            .args(["run", "--board", "nucleo-l031k6"])
            .args(["--for", "1000s", "--svd"])
            .arg(&self.svd)
            .arg(self.ours.join(program));
        command
    }

    fn qemu(&self, program: &str) -> Command {
        let mut command = Command::new(QEMU);
        command
            .args(["-M", "microbit", "-nographic", "-semihosting", "-kernel"])
            .arg(self.microbit.join(program));
        command
    }

    /// What it costs to leave a trace and the like, as a factor of the wall time.
    fn outputs(&self, runs: usize) -> Result<(), String> {
        let mut table = Table::new(&[
            ("program", Align::Left),
            (OUTPUTS[0], Align::Right),
            (OUTPUTS[1], Align::Right),
            (OUTPUTS[2], Align::Right),
        ]);
        for program in ["compute", "read", "write"] {
            let mut walls = vec![Vec::new(); OUTPUTS.len() + 1];
            for _ in 0..runs {
                for (index, walls) in walls.iter_mut().enumerate() {
                    let mut command = self.silent(program);
                    match index.checked_sub(1).map(|index| OUTPUTS[index]) {
                        Some("--json") => drop(command.arg("--json")),
                        Some(option) => drop(command.arg(option).arg(self.work.join("output"))),
                        None => {}
                    }
                    let start = Instant::now();
                    cost(&mut command)?;
                    walls.push(start.elapsed());
                    // Else the next run would pay for emptying the file of this one.
                    let _ = std::fs::remove_file(self.work.join("output"));
                }
            }
            let plain = median(&walls[0]).unwrap_or_default().as_secs_f64();
            let factors = walls[1..].iter().map(|walls| {
                let wall = median(walls).unwrap_or_default().as_secs_f64();
                format!("{:.2}", wall / plain.max(1e-9))
            });
            table.row(std::iter::once(program.to_owned()).chain(factors).collect());
        }
        println!(
            "\nwall time with an output, as a factor:\n\n{}",
            table.render()
        );
        Ok(())
    }

    /// Instructions that a program executes.
    fn instructions(&self, program: &str) -> Result<u64, String> {
        #[derive(Deserialize)]
        struct Report {
            instructions: u64,
        }
        let output = self
            .ours(program)
            .output()
            .map_err(|error| error.to_string())?;
        let report: Report =
            serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        Ok(report.instructions)
    }
}

#[cfg(test)]
#[path = "../../../firmware/src/compute.rs"]
mod compute;

#[cfg(test)]
mod tests {
    use super::compute;

    /// The program of `firmware/` prints what the same source computes here.
    #[test]
    fn the_board_computes_what_the_host_does() {
        let expected: String = [1, 2, 10]
            .map(|turns| format!("{turns} turns: {:#06x}\n", compute::work(turns)))
            .concat();
        let file = include_str!("../../../firmware/src/bin/compute.out");
        let console = file.split_once("\n\n").map(|(_, console)| console);
        assert_eq!(console, Some(expected.as_str()));
    }
}
