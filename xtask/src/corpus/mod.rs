//! `cargo xtask corpus`: every SVD file of a folder is loaded, made into a crate, and checked by the compiler.

mod check;
mod report;
mod state;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{fs, thread};

use indicatif::{ProgressBar, ProgressStyle};

use self::check::Checker;
use self::report::Row;
use self::state::State;
use crate::root;
use crate::triple::Installer;

/// Files of different vendors that between them have most of what files can have, the largest chip among them.
///
/// `cargo xtask ci` runs these.
const SUBSET: &[&str] = &[
    "ARM_SAMPLE/ARM_Sample.svd",
    "Atmel/ATSAMD21G15B.svd",
    "Espressif/esp32c3.svd",
    "Freescale/MKL02Z4.svd",
    "Nordic/nrf52840.svd",
    "RaspberryPi/rp2040.svd",
    "STMicro/STM32H743x.svd",
    "TexasInstruments/TM4C123GH6PM.svd",
];

/// Options of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder; every `*.svd` below it counts. By default `../shared/svd`, beside the project
    dir: Option<PathBuf>,

    /// Files worked on at a time; by default one for each processor
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,

    /// Skip files that passed before, with the same bytes, generator and compiler
    #[arg(long)]
    resume: bool,

    /// Only a few files of different vendors; no failure if the folder is not there
    #[arg(long)]
    subset: bool,

    /// Generate for edition 2024 in the legacy theme, which names everything in another way
    #[arg(long)]
    legacy: bool,

    /// Only files with this in their path
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<(), Vec<String>> {
    let dir = args
        .dir
        .clone()
        .unwrap_or_else(|| root().join("../shared/svd"));
    if args.subset && !dir.is_dir() {
        println!("skipped: the folder `{}` is not there", dir.display());
        return Ok(());
    }
    let files = select(&dir, args)?;
    let home = root().join("target").join("corpus");
    let state = State::open(&home, args).map_err(|error| vec![error])?;
    let start = Instant::now();
    let rows = work(&dir, &files, args, &home, &state);
    print!("{}", report::render(&rows, start.elapsed()));
    let failed: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(format!("{}: {}", row.file, row.failure.as_deref()?)))
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed)
    }
}

/// The files that are asked for, relative to the folder, sorted.
fn select(dir: &Path, args: &Args) -> Result<Vec<PathBuf>, Vec<String>> {
    let mut files = Vec::new();
    find(dir, dir, &mut files).map_err(|error| vec![format!("{}: {error}", dir.display())])?;
    files.sort();
    if args.subset {
        files.retain(|file| SUBSET.iter().any(|name| file == Path::new(name)));
    }
    if let Some(text) = &args.only {
        files.retain(|file| file.to_string_lossy().contains(text.as_str()));
    }
    if files.is_empty() {
        return Err(vec![format!("no SVD file below `{}`", dir.display())]);
    }
    Ok(files)
}

fn find(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(root, &path, files)?;
        } else if path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("svd"))
        {
            files.push(path.strip_prefix(root).unwrap_or(&path).to_owned());
        }
    }
    Ok(())
}

/// Works through the files on several threads and returns a row for each, in the order of the files.
fn work(dir: &Path, files: &[PathBuf], args: &Args, home: &Path, state: &State) -> Vec<Row> {
    let jobs = args
        .jobs
        .or_else(|| thread::available_parallelism().ok().map(Into::into))
        .unwrap_or(1)
        .clamp(1, files.len());
    let bar = progress_bar(files.len());
    let installer = Installer::default();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(files.len()));
    thread::scope(|scope| {
        for job in 0..jobs {
            let mut checker =
                Checker::new(home.join(format!("job-{job}")), &installer, args.legacy);
            let (next, done, bar) = (&next, &done, &bar);
            scope.spawn(move || {
                while let Some((number, file)) = take(next, files) {
                    bar.set_message(file.display().to_string());
                    let row = row(dir, file, &mut checker, state);
                    if let Some(failure) = &row.failure {
                        bar.suspend(|| eprintln!("{}: {failure}", row.file));
                    }
                    if let Ok(mut done) = done.lock() {
                        done.push((number, row));
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut rows = done.into_inner().unwrap_or_default();
    rows.sort_by_key(|(number, _)| *number);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn take<'a>(next: &AtomicUsize, files: &'a [PathBuf]) -> Option<(usize, &'a PathBuf)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    Some((number, files.get(number)?))
}

fn row(dir: &Path, file: &Path, checker: &mut Checker<'_>, state: &State) -> Row {
    let name = file.display().to_string();
    let bytes = match fs::read(dir.join(file)) {
        Ok(bytes) => bytes,
        Err(error) => return Row::failed(name, error.to_string()),
    };
    if let Some(row) = state.passed(&name, &bytes) {
        return row;
    }
    let row = checker.check(name, &bytes);
    if row.failure.is_none() {
        state.remember(&row, &bytes);
    }
    row
}

/// Shown on a terminal only.
fn progress_bar(files: usize) -> ProgressBar {
    let bar = ProgressBar::new(files as u64);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} (still {eta}) {wide_msg}")
    {
        bar.set_style(style);
    }
    bar
}
