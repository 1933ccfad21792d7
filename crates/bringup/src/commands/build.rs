//! `bringup build`: `cargo build`, with explanations under the messages that are known.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Command, ExitStatus, Stdio};

use crate::cargo;
use crate::commands::audit;
use crate::diagnoses::Watch;
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::project::Project;
use crate::ui;

/// Build with cargo, with an explanation under each message that is known, and a look at the image after it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What `cargo build` takes, for example --release
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "CARGO ARGS"
    )]
    args: Vec<OsString>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let start_error = |source| Error::Start {
        program: "cargo".into(),
        source,
    };
    let mut command = build(&args.args);
    if io::stderr().is_terminal() {
        keep_terminal(&mut command);
    }
    let mut child = command
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start_error)?;
    if let Some(stderr) = child.stderr.take() {
        pass_on(stderr).map_err(|source| Error::Read {
            path: "what cargo says".into(),
            source,
        })?;
    }
    let status = child.wait().map_err(start_error)?;
    if status.success() {
        look_at_images(&args.args);
    }
    Ok(Exit::Of(code(status)))
}

/// `cargo build` as the user would have started it: with all that is set for it.
fn build(args: &[OsString]) -> Command {
    let mut command = Command::new(cargo::cargo());
    command.arg("build").args(args);
    command
}

/// Tells cargo what it can no longer see: that what it prints ends on a terminal, and how wide that is.
fn keep_terminal(command: &mut Command) {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    if !is_set("CARGO_TERM_COLOR") && !is_set("NO_COLOR") {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let width = terminal_size::terminal_size_of(io::stderr());
    if let Some((width, _)) = width
        && !is_set("CARGO_TERM_PROGRESS_WHEN")
        && !is_set("CI")
    {
        command.env("CARGO_TERM_PROGRESS_WHEN", "always");
        command.env("CARGO_TERM_PROGRESS_WIDTH", width.0.to_string());
    }
}

/// Passes on what cargo says, byte for byte as it comes, and explanations between its messages.
fn pass_on(mut from: impl io::Read) -> io::Result<()> {
    let mut watch = Watch::default();
    let mut buffer = vec![0; 16 << 10];
    loop {
        let length = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for part in buffer[..length].split_inclusive(|byte| *byte == b'\n') {
            // A closed pipe is no reason to stop the build.
            let mut stderr = io::stderr().lock();
            let _ = stderr.write_all(part).and_then(|()| stderr.flush());
            drop(stderr);
            for explanation in watch.see(part) {
                ui::note(format_args!("{explanation}\n"));
            }
        }
    }
    for explanation in watch.end() {
        ui::note(format_args!("\n{explanation}"));
    }
    Ok(())
}

/// The exit code, as a shell has it.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128_u8.saturating_add(u8::try_from(signal).unwrap_or(u8::MAX));
    }
    status.code().map_or(u8::MAX, |code| code as u8)
}

/// What can be told from the images that were built, if the project names its chip: that they cannot start on it, which
/// neither the compiler nor the linker knows.
fn look_at_images(args: &[OsString]) {
    let Ok(Some(target)) =
        Project::here().and_then(|project| project.map_or(Ok(None), |project| project.target()))
    else {
        return;
    };
    // Cargo says where the images are, and builds nothing again.
    let names_format = |arg: &OsString| arg.to_string_lossy().starts_with("--message-format");
    if args.iter().any(names_format) {
        return;
    }
    let mut command = build(args);
    command
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::null());
    let Ok(output) = command.output() else {
        return;
    };
    for program in cargo::programs(output.stdout.as_slice()) {
        let Ok(elf) = files::read(&program) else {
            continue;
        };
        // What is no image for a chip is none of this command's business.
        let Ok(report) = bringup_audit::audit(&elf, &target.chip) else {
            continue;
        };
        if !report.findings.is_empty() {
            ui::note(format_args!("\n`{}` was built, but:", program.display()));
        }
        for finding in &report.findings {
            ui::note(audit::finding(finding));
        }
    }
}
