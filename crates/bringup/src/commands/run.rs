//! `bringup run`: firmware on the virtual board.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bringup_board::report::{HostReport, Report};
use bringup_board::{Board, DEFMT, Level, RunOptions, Script, Stop, checks};
use bringup_debug::{Ended, Server};
use bringup_device::Device;
use clap::ValueEnum;

use crate::commands::explain;
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::firmware::FirmwareArgs;
use crate::gdb::{self, Gate};
use crate::probe::{self, ProbeArgs, Task};
use crate::trace::{self, Recording};
use crate::ui;
use crate::view;

/// Run firmware on the virtual board, or on the one on the desk
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    firmware: FirmwareArgs,

    /// Where to run it
    #[arg(long, value_enum, value_name = "WHERE", default_value_t = Place::Board)]
    on: Place,

    #[command(flatten)]
    probe: ProbeArgs,

    #[command(flatten)]
    time: TimeArgs,

    /// End the run with the next edge of this pin, for example PB3, or as soon as this text is printed
    #[arg(long, value_name = "PIN|TEXT")]
    until: Option<String>,

    /// Make breaches of this rule errors; `bringup explain` lists the rules
    #[arg(long, value_name = "RULE")]
    deny: Vec<String>,

    /// Make breaches of this rule warnings
    #[arg(long, value_name = "RULE")]
    warn: Vec<String>,

    /// Do not report breaches of this rule
    #[arg(long, value_name = "RULE")]
    allow: Vec<String>,

    /// Do what a script says, at its times: drive pins, send to serial ports, press reset; docs/run.md has its form
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// Write every access to a register with its fields, time and source line
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,

    /// Wait for gdb on this address before the run begins, for example `127.0.0.1:3333`, or a port; 0 takes a free one
    #[arg(long, value_name = "ADDR", value_parser = gdb::address)]
    gdb: Option<SocketAddr>,

    /// Write what happened on the pins to a value change dump, for GTKWave
    #[arg(long, value_name = "FILE")]
    vcd: Option<PathBuf>,
}

/// Where firmware runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Place {
    /// The virtual board
    Board,
    /// The chip on the desk, through a debug probe; its console is shown until the firmware ends, or Ctrl-C
    Hardware,
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
    if let Some(option) = args.misplaced() {
        return Err(option);
    }
    if args.on == Place::Hardware {
        let target = args.firmware.target()?;
        return probe::perform(Task::Run, &args.firmware.elf, &target, &args.probe);
    }
    let (mut board, device) = match args.gdb {
        // A debugger wants to see registers by name, and is in no hurry.
        Some(_) => args
            .firmware
            .board()
            .map(|(board, device)| (board, Some(device)))?,
        None => (args.firmware.quick_board()?, None),
    };
    args.set_levels(&mut board)?;
    if let Some(path) = &args.script {
        play(&mut board, path)?;
    }
    let options = args.options(&board);
    let (report, host) = match (&args.trace, args.gdb) {
        (_, Some(address)) => {
            let start = Instant::now();
            board = args.debug(board, device, options, address)?;
            (board.report(), start.elapsed())
        }
        (Some(path), None) => trace::simulate(&mut board, &options, path)?,
        (None, None) => simulate(&mut board, &options)?,
    };
    args.firmware.check(&board)?;
    if let Some(path) = &args.vcd {
        files::write_file(path, &board.vcd())?;
    }
    // A debugger's run has printed as it went.
    if !args.time.json && args.gdb.is_none() {
        print_console(&board, &args.firmware.elf);
    }
    let exit = show(report, host, &args.time, ui::note);
    // With this the process ends: its memory goes at once, and nobody has to walk through it.
    std::mem::forget(board);
    Ok(exit)
}

/// Writes what the firmware printed to standard output, byte for byte.
fn print_console(board: &Board, elf: &Path) {
    let mut stdout = std::io::stdout().lock();
    for port in board.console().ports() {
        if port.name == DEFMT && stdout.is_terminal() {
            ui::note(format_args!(
                "{} bytes of defmt frames are not shown; `bringup run {1} | defmt-print -e {1}` makes text of them",
                port.bytes.len(),
                elf.display()
            ));
        } else {
            let _ = stdout.write_all(&port.bytes);
        }
    }
    let _ = stdout.flush();
}

impl Args {
    /// The error for an option that means nothing where the firmware is to run.
    fn misplaced(&self) -> Option<Error> {
        let of_board = [
            ("--json", self.time.json),
            ("--until", self.until.is_some()),
            ("--deny", !self.deny.is_empty()),
            ("--warn", !self.warn.is_empty()),
            ("--allow", !self.allow.is_empty()),
            ("--script", self.script.is_some()),
            ("--trace", self.trace.is_some()),
            ("--vcd", self.vcd.is_some()),
            ("--gdb", self.gdb.is_some()),
        ];
        let of_hardware = [
            ("--probe", self.probe.probe.is_some()),
            ("--virtual", self.probe.virtual_board.is_some()),
            ("--dry-run", self.probe.dry_run),
            ("--force", self.probe.force),
        ];
        let (options, place) = match self.on {
            Place::Board => (&of_hardware[..], "hardware"),
            Place::Hardware => (&of_board[..], "board"),
        };
        let (option, _) = options.iter().find(|(_, given)| *given)?;
        Some(Error::Misplaced { option, place })
    }

    /// Lets a debugger run the board; when it has gone, the run goes on to its end.
    fn debug(
        &self,
        board: Board,
        device: Option<Device>,
        options: RunOptions,
        address: SocketAddr,
    ) -> Result<Board, Error> {
        let recording = self.trace.as_deref();
        let recording = recording.map(|path| Recording::start(path, &board));
        let recording = recording.transpose()?;
        let gate = Gate::open(address, &self.firmware.elf)?;
        let mut server = Server::new(board).with_options(RunOptions {
            // The time counts from power-on, however often the debugger stops the board.
            deadline: options.limit,
            limit: None,
            ..options
        });
        if let Some(device) = device {
            server = server.with_device(device);
        }
        if let Some(recording) = &recording {
            server = server.with_trace(Box::new(recording.sink()));
        }
        if !self.time.json {
            server = server.with_console(gdb::to_stdout());
        }
        let ended = gate.serve(&mut server)?;
        let board = match ended {
            Some(Ended::Killed | Ended::Exited(_)) => server.into_board(),
            Some(Ended::Detached) | None => server.finish(),
        };
        if let Some(recording) = recording {
            recording.finish()?;
        }
        Ok(board)
    }

    /// When the run ends.
    fn options(&self, board: &Board) -> RunOptions {
        let mut options = RunOptions::limited(self.time.limit);
        wait_for(self.until.as_deref(), board, &mut options);
        options
    }

    /// Sets what becomes of breaches of the rules that are named; what is denied is denied.
    fn set_levels(&self, board: &mut Board) -> Result<(), Error> {
        let levels = [
            (&self.allow, Level::Allow),
            (&self.warn, Level::Warn),
            (&self.deny, Level::Deny),
        ];
        for (names, level) in levels {
            for name in names {
                let rule = checks::RULES.iter().find(|rule| rule.name == name);
                let rule = rule.ok_or_else(|| {
                    explain::unknown(name, checks::RULES.iter().map(|rule| rule.name))
                })?;
                board.set_level(rule, level);
            }
        }
        Ok(())
    }
}

/// Ends a run with the edge of a pin of that name, or with that text.
pub(crate) fn wait_for(until: Option<&str>, board: &Board, options: &mut RunOptions) {
    match until {
        Some(name) if board.pin(name).is_ok() => options.until_pin = Some(name.to_owned()),
        text => options.until_text = text.map(str::to_owned),
    }
}

/// Lets a board play the script in a file.
fn play(board: &mut Board, path: &Path) -> Result<(), Error> {
    let error = |problems| Error::Script {
        path: path.into(),
        problems,
    };
    let bytes = files::read(path)?;
    let script = Script::parse(&String::from_utf8_lossy(&bytes)).map_err(error)?;
    board.play(script).map_err(error)
}

/// Runs a board; returns what happened and how long that took here.
pub(crate) fn simulate(
    board: &mut Board,
    options: &RunOptions,
) -> Result<(Report, Duration), Error> {
    let start = Instant::now();
    board
        .run(options)
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
pub(crate) fn exit_of(report: &Report) -> Exit {
    match report.stop {
        Some(Stop::Fault | Stop::Lockup) => Exit::Firmware,
        _ if report.panic.is_some() => Exit::Firmware,
        Some(Stop::Exit) if report.exit_code.is_some_and(|code| code != 0) => Exit::Firmware,
        _ if !report.findings.is_empty() => Exit::Findings,
        _ => Exit::Fine,
    }
}
