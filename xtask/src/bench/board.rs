//! `cargo xtask bench board`: what running firmware costs, with every check on, beside QEMU.
//!
//! The programs are those of `firmware/bench`. Runs of the two take turns; what counts is the median of their processor time,
//! less what a program takes that ends at once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use super::tools;
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
const QEMU: &str = "qemu-system-arm";

/// The programs, and what of them is told.
const PROGRAMS: &[(&str, &str)] = &[
    ("start", "CPU time of a program that ends at once"),
    ("compute", "million instructions per second of CPU"),
    ("empty", "ns a turn, loading from RAM"),
    ("read", "ns a turn, reading a device"),
    ("write", "ns a turn, writing a device"),
];

/// Where everything is.
struct Setup {
    bringup: PathBuf,
    svd: PathBuf,
    ours: PathBuf,
    microbit: PathBuf,
    qemu: bool,
}

/// Processor times of the runs of one program: ours, QEMU's.
type Pair = (Vec<Duration>, Vec<Duration>);

pub(super) fn run(args: &Args) -> Result<(), String> {
    let setup = Setup::prepare()?;
    let mut costs: Vec<Pair> = vec![Pair::default(); PROGRAMS.len()];
    for _ in 0..args.runs.max(1) {
        for ((program, _), (ours, qemu)) in PROGRAMS.iter().zip(&mut costs) {
            ours.push(cost(&mut setup.ours(program))?);
            if setup.qemu {
                qemu.push(cost(&mut setup.qemu(program))?);
            }
        }
    }
    let instructions = setup.instructions("compute")?;
    let mut table = Table::new(&[
        ("what", Align::Left),
        ("bringup", Align::Right),
        ("QEMU", Align::Right),
    ]);
    let start = costs.first().cloned().unwrap_or_default();
    for ((program, what), pair) in PROGRAMS.iter().zip(&costs) {
        let cell = |of: fn(&Pair) -> &Vec<Duration>| {
            let (all, starts) = (median(of(pair)), median(of(&start)));
            match (all, starts) {
                (Some(all), Some(start)) => figure(program, all, start, instructions),
                _ => "not there".to_owned(),
            }
        };
        table.row(vec![
            (*what).to_owned(),
            cell(|pair| &pair.0),
            cell(|pair| &pair.1),
        ]);
    }
    println!("{}", table.render());
    println!(
        "compute: {instructions} instructions; medians of {} runs",
        args.runs.max(1)
    );
    Ok(())
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
        })
    }

    fn ours(&self, program: &str) -> Command {
        let mut command = Command::new(&self.bringup);
        command
            .args(["run", "--json", "--board", "nucleo-l031k6"])
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
