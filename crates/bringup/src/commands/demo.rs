//! `bringup demo`: from the vendor's SVD file to an LED blinking on a virtual board.

use std::path::{Path, PathBuf};
use std::time::Instant;

use bringup_board::RunOptions;
use bringup_gen::{FileTree, pac, project};

use crate::cargo;
use crate::commands::run::{self, TimeArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::firmware;
use crate::svd::{self, Svd, SvdArgs};
use crate::target::{Target, TargetArgs};
use crate::ui::{self, DIM, STRONG, Steps, paint};
use crate::view;

/// The board that is blinked where none is named.
const BOARD: &str = "nucleo-l031k6";

/// SysTick's reload value: about a second at the 2.1 MHz the datasheet gives as typical.
const RELOAD: u32 = 2_100_000;

/// From the vendor's SVD file to an LED blinking on a virtual board, step by step
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    svd: SvdArgs,

    /// Where to write the firmware project; by default in the cache
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    time: TimeArgs,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let target = args
        .target
        .named()?
        .map_or_else(|| Target::of_board(BOARD), Ok)?;
    let board = target.board.ok_or_else(|| Error::NoBoardForChip {
        chip: target.chip.name.clone(),
    })?;
    let out = match &args.out {
        Some(out) => out.clone(),
        None => files::cache_dir()?
            .join(concat!("demo-", env!("CARGO_PKG_VERSION")))
            .join(&board.name),
    };
    files::check_out_dir(&out)?;

    let start = Instant::now();
    ui::note(format_args!(
        "{} on a virtual {}, an {}\n",
        paint(STRONG, "Blinking an LED"),
        board.title,
        target.chip.name
    ));
    let mut steps = Steps::new();
    let svd = get_svd(&mut steps, args, &target)?;
    let pac = generate_pac(&mut steps, &svd)?;
    write_project(&mut steps, &out, &target, &svd, &pac)?;
    let program = build(&mut steps, &out, &target)?;
    let elf = files::read(&program)?;
    audit(&mut steps, &elf, &program, &target)?;
    let (report, host) = steps.step("run", |_| {
        let mut board = firmware::board(&elf, &program, &target.chip, target.board, &svd.device)?;
        let ran = run::simulate(&mut board, &RunOptions::limited(args.time.limit))?;
        Ok((
            ran,
            format!(
                "{} of virtual time",
                humantime::format_duration(args.time.limit)
            ),
        ))
    })?;
    ui::note(format_args!(
        "   {}\n",
        paint(DIM, format_args!("all in {}", ui::seconds(start.elapsed())))
    ));
    Ok(run::show(report, host, &args.time, view::print))
}

fn get_svd(steps: &mut Steps, args: &Args, target: &Target) -> Result<Svd, Error> {
    steps.step("SVD file", |progress| {
        let package = target.chip.svd.as_ref();
        if let Some(source) = package {
            progress.say(format!("asking cargo for the package {}", source.package));
        }
        let svd = args.svd.load(target)?;
        let from = match (&args.svd.svd, package) {
            (Some(path), _) => path.display().to_string(),
            (None, Some(source)) => {
                format!("from {} {} on crates.io", source.package, source.version)
            }
            (None, None) => String::new(),
        };
        let warnings = if svd.warnings == 0 {
            String::new()
        } else {
            format!(", {}", ui::count(svd.warnings, "warning"))
        };
        let summary = format!(
            "{}, {}, {from}{warnings}",
            svd.device.name,
            ui::bytes(svd.len as u64)
        );
        Ok((svd, summary))
    })
}

fn generate_pac(steps: &mut Steps, svd: &Svd) -> Result<(String, FileTree), Error> {
    steps.step("PAC", |_| {
        let name = svd::package_name(&svd.device);
        let tree = pac::generate(&svd.device, &pac::Options::new(name.clone()))?;
        let peripherals = svd.device.peripherals_expanded().count();
        let registers: usize = svd
            .device
            .peripherals_expanded()
            .map(|p| p.peripheral.registers_expanded().count())
            .sum();
        let size = ui::bytes(tree.total_bytes() as u64);
        Ok((
            (name, tree),
            format!(
                "{}, {}, {size} of Rust",
                ui::count(peripherals, "peripheral"),
                ui::count(registers, "register")
            ),
        ))
    })
}

fn write_project(
    steps: &mut Steps,
    out: &Path,
    target: &Target,
    svd: &Svd,
    (name, pac): &(String, FileTree),
) -> Result<(), Error> {
    let board = target.board.ok_or_else(|| Error::NoBoardForChip {
        chip: target.chip.name.clone(),
    })?;
    let kept = steps.step("project", |_| {
        let tree = project::generate(&project::Options {
            name: "blink",
            template: project::Template::Blink,
            pac: project::Pac::Crate(name),
            chip: &target.chip,
            described: false,
            board: Some(board),
            device: Some(&svd.device),
            svd: None,
            probe: project::Probe::Openocd,
            reload: Some(RELOAD),
            lock: true,
        })?;
        let mut whole = tree;
        for (path, text) in pac.iter() {
            whole.insert(format!("pac/{path}"), text.to_owned());
        }
        let kept = files::write_tree(out, &whole, "pac")?;
        Ok((kept, out.display().to_string()))
    })?;
    for path in kept {
        ui::note(format_args!(
            "             kept your `{}`; without the file the next run writes ours",
            path.display()
        ));
    }
    Ok(())
}

fn build(steps: &mut Steps, out: &Path, target: &Target) -> Result<PathBuf, Error> {
    let triple = target.chip.core.target();
    if !cargo::target_is_installed(out, triple)? {
        steps.step("target", |progress| {
            progress.say(format!("rustup target add {triple}"));
            cargo::add_target(out, triple)?;
            Ok((
                (),
                format!("{triple} was missing: `rustup target add {triple}`"),
            ))
        })?;
    }
    steps.step("build", |progress| {
        let program = cargo::build(out, |line| progress.say(line))?;
        Ok((program, format!("cargo build --release, for {triple}")))
    })
}

fn audit(steps: &mut Steps, elf: &[u8], program: &Path, target: &Target) -> Result<(), Error> {
    let report = steps.step("audit", |_| {
        let report = bringup_audit::audit(elf, &target.chip).map_err(|source| Error::Audit {
            path: program.into(),
            source,
        })?;
        let part =
            |(used, size), what| format!("{} of {} {what}", ui::bytes(used), ui::bytes(size));
        let summary = format!(
            "{}, {}",
            part(report.flash(), "flash"),
            part(report.ram(), "RAM")
        );
        Ok((report, summary))
    })?;
    for finding in &report.findings {
        ui::warn(format_args!("{}: {}", finding.rule, finding.message));
    }
    Ok(())
}
