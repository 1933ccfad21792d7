//! `bringup run`: firmware on the virtual board.

use std::io::Write as _;
use std::time::{Duration, Instant};

use bringup_board::report::{HostReport, Report};
use bringup_board::{Board, RunOptions, Stop};

use crate::error::Error;
use crate::exit::Exit;
use crate::firmware::FirmwareArgs;
use crate::ui;
use crate::view;

/// Run firmware on the virtual board
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    firmware: FirmwareArgs,

    #[command(flatten)]
    time: TimeArgs,
}

/// How long to run and how to say what happened.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct TimeArgs {
    /// Virtual time to run, for example 500ms, 10s, 1h
    #[arg(long = "for", value_name = "TIME", default_value = "10s", value_parser = humantime::parse_duration)]
    pub(crate) limit: Duration,

    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,

    /// Add the time of the host to the JSON, which then differs from run to run
    #[arg(long, requires = "json")]
    timing: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let mut board = args.firmware.board()?;
    let (report, host) = simulate(&mut board, args.time.limit)?;
    if !args.time.json {
        let mut stdout = std::io::stdout().lock();
        for console in &report.console {
            let _ = stdout.write_all(console.text.as_bytes());
        }
        let _ = stdout.flush();
    }
    Ok(show(report, host, &args.time, ui::note))
}

/// Runs a board for `limit` of virtual time; returns what happened and how long that took here.
pub(crate) fn simulate(board: &mut Board, limit: Duration) -> Result<(Report, Duration), Error> {
    let start = Instant::now();
    board
        .run(&RunOptions::limited(limit))
        .map_err(|source| Error::Board { source })?;
    let host = start.elapsed();
    Ok((board.report(), host))
}

/// Shows a report as asked and turns it into the exit code.
pub(crate) fn show(
    mut report: Report,
    host: Duration,
    args: &TimeArgs,
    out: impl FnOnce(String),
) -> Exit {
    let exit = exit_of(&report);
    if args.json {
        if args.timing {
            let seconds = host.as_secs_f64();
            report.host = Some(HostReport {
                seconds,
                mips: report.instructions as f64 / seconds / 1e6,
            });
        }
        view::print_json(&report);
    } else {
        out(view::run(&report, host).trim_end().to_owned());
    }
    exit
}

/// A firmware that failed weighs more than findings about it.
fn exit_of(report: &Report) -> Exit {
    match report.stop {
        Some(Stop::Fault | Stop::Lockup) => Exit::Firmware,
        Some(Stop::Exit) if report.exit_code.is_some_and(|code| code != 0) => Exit::Firmware,
        _ if !report.findings.is_empty() => Exit::Findings,
        _ => Exit::Fine,
    }
}
