//! Reaching a chip on the desk: through a debug probe, by `openocd` or `probe-rs`.

mod openocd;
mod probe_rs;
mod process;
mod shell;

use std::path::{Path, PathBuf};

use bringup_device::catalogue::{Board, Chip};

use crate::commands::audit;
use crate::diagnoses::{Recognised, What, clean, recognise, show};
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::project::{ProbeTool, Project};
use crate::target::Target;
use crate::ui::{self, DIM, HINT, paint};
use crate::view;

/// Options of commands that use a debug probe.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ProbeArgs {
    /// The program that drives the debug probe; by default the project's, or one that is installed
    #[arg(long, value_enum, value_name = "PROGRAM")]
    pub(crate) probe: Option<ProbeTool>,

    /// Reach the virtual board of `bringup probe --serve` in place of the one on the desk, at this port if it is not 7184
    #[arg(long = "virtual", value_name = "PORT", num_args = 0..=1, require_equals = true, default_missing_value = "7184")]
    pub(crate) virtual_board: Option<u16>,

    /// Print the command and do not run it
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Flash an image even if it cannot start on the chip
    #[arg(long)]
    pub(crate) force: bool,
}

/// What is to be done with an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Write it to the flash, verify it and start it.
    Flash,
    /// The same, and show what it prints until it ends.
    Run,
}

/// What there is to build a command line from.
#[derive(Debug)]
struct Setup<'a> {
    elf: &'a Path,
    chip: &'a Chip,
    board: Option<&'a Board>,
    project: Option<&'a Project>,
    /// Port of the virtual probe, if that is to be used.
    virtual_board: Option<u16>,
}

impl Setup<'_> {
    /// The configuration of OpenOCD that the project has.
    fn openocd_cfg(&self) -> Option<PathBuf> {
        let dir = &self.project?.dir;
        let path = dir.join("openocd.cfg");
        // Shown as short as it can be: most are run in the project's folder.
        let here = std::env::current_dir().ok();
        let is_here = here.is_some_and(|here| here == *dir);
        let shown = if is_here {
            "openocd.cfg".into()
        } else {
            path.clone()
        };
        path.is_file().then_some(shown)
    }
}

/// A command line of another program.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    program: &'static str,
    args: Vec<String>,
}

/// Does something with the image `elf` on the chip of `target`, through the debug probe.
pub(crate) fn perform(
    task: Task,
    elf: &Path,
    target: &Target,
    args: &ProbeArgs,
) -> Result<Exit, Error> {
    if refuses(elf, &target.chip, args.force)? {
        return Ok(Exit::Findings);
    }
    let project = Project::here()?;
    let setup = Setup {
        elf,
        chip: &target.chip,
        board: target.board,
        project: project.as_ref(),
        virtual_board: args.virtual_board,
    };
    let tool = choose(&setup, args)?;
    let lines = match tool {
        ProbeTool::Openocd => openocd::lines(&setup, task)?,
        ProbeTool::ProbeRs => probe_rs::lines(&setup, task),
    };
    if args.dry_run {
        for line in &lines {
            view::print(line);
        }
        return Ok(Exit::Fine);
    }
    for line in &lines {
        ui::note(paint(DIM, line));
        let ended = process::run(line, task)?;
        match ended.exit {
            Exit::Fine => {}
            Exit::Firmware => return Ok(Exit::Firmware),
            _ => return Err(failed(line, &ended.said)),
        }
    }
    Ok(Exit::Fine)
}

/// The error for a program that failed, after what is known about what it said.
fn failed(line: &Line, said: &str) -> Error {
    let is_diagnosis = |it: &Recognised| matches!(it.what, What::Diagnosis(_));
    let mut known = recognise(&clean(said.as_bytes())).into_iter();
    if let Some(recognised) = known.find(is_diagnosis) {
        ui::note(format_args!("\n{}\n", show(&recognised.into())));
    }
    Error::Command {
        command: line.program.to_owned(),
        // It was shown as it came, with the whole command before it.
        stderr: String::new(),
        hint: None,
    }
}

/// The program that drives the probe: the one that is asked for, the project's, or one that is installed.
fn choose(setup: &Setup<'_>, args: &ProbeArgs) -> Result<ProbeTool, Error> {
    let of_project = setup.project.and_then(|project| project.metadata.probe);
    let is_there = |tool: ProbeTool| files::on_path(tool.name()).is_some();
    // The virtual probe is one for OpenOCD.
    let of_virtual = args.virtual_board.map(|_| ProbeTool::Openocd);
    if let Some(tool) = of_virtual.or(args.probe).or(of_project) {
        return if args.dry_run || is_there(tool) {
            Ok(tool)
        } else {
            Err(Error::NoTool { tool: Some(tool) })
        };
    }
    match (is_there(ProbeTool::Openocd), is_there(ProbeTool::ProbeRs)) {
        (true, false) => Ok(ProbeTool::Openocd),
        (false, true) => Ok(ProbeTool::ProbeRs),
        (false, false) if !args.dry_run => Err(Error::NoTool { tool: None }),
        // Of both the one that more is known for.
        _ if setup.openocd_cfg().is_some() || setup.chip.debug.probe_rs.is_none() => {
            Ok(ProbeTool::Openocd)
        }
        _ => Ok(ProbeTool::ProbeRs),
    }
}

/// Whether an image is not to be flashed, for it cannot start on the chip; what is wrong with it has been said.
fn refuses(elf: &Path, chip: &Chip, force: bool) -> Result<bool, Error> {
    let bytes = files::read(elf)?;
    let report = bringup_audit::audit(&bytes, chip).map_err(|source| Error::Audit {
        path: elf.into(),
        source,
    })?;
    for finding in &report.findings {
        ui::note(audit::finding(finding));
    }
    // That firmware unwinds, or the like, is told; it starts all the same.
    let refused = !force && report.cannot_start();
    if refused {
        ui::note(format_args!(
            "\nnothing was flashed: the image cannot start on `{}`\n\n{} `--force` flashes it anyway",
            chip.name,
            paint(HINT, "hint:")
        ));
    }
    Ok(refused)
}
