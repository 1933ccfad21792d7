//! `bringup new --freestanding`: a project for a target of the compiler, and not for a chip.

use bringup_gen::project::freestanding::{self, System, TARGETS, Target};

use super::{Args, choose};
use crate::cargo;
use crate::error::Error;
use crate::files;
use crate::find::similar;
use crate::ui;

/// The target of that name.
pub(super) fn target(triple: &str) -> Result<&'static Target, Error> {
    freestanding::target(triple).ok_or_else(|| Error::NoFreestanding {
        triple: triple.to_owned(),
        similar: similar(triple, names()),
    })
}

/// The names of the targets.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().map(|target| target.triple)
}

/// The target that the user chooses.
pub(super) fn ask() -> Result<&'static Target, Error> {
    let width = names().map(str::len).max().unwrap_or(0);
    let texts: Vec<_> = TARGETS
        .iter()
        .map(|target| format!("{:<width$}  {}", target.triple, target.title))
        .collect();
    Ok(&TARGETS[choose("For which target?", &texts)?])
}

/// Writes the project.
pub(super) fn write(args: &Args, name: &str, target: &Target) -> Result<(), Error> {
    let tree = freestanding::generate(name, target)?;
    files::write_new(&args.path, &tree)
}

/// What was made, and what comes next.
pub(super) fn say(args: &Args, target: &Target) {
    ui::note(format_args!(
        "{} `{}`, a freestanding program: {}",
        ui::paint(ui::GOOD, "created"),
        args.path.display(),
        target.title
    ));
    let (command, what) = next(target);
    ui::note(format_args!(
        "\n   cd {} && {command}   {}",
        args.path.display(),
        ui::paint(ui::DIM, format_args!("# {what}"))
    ));
    // Without a compiler there is more to say than this, and `doctor` does.
    let here = std::path::Path::new(".");
    if matches!(cargo::target_is_installed(here, target.triple), Ok(false)) {
        ui::note("");
        ui::warn(format_args!(
            "`{0}` is not installed: `rustup target add {0}`, or `bringup doctor --fix` in the project",
            target.triple
        ));
    }
}

/// The command that comes next, and what it does.
fn next(target: &Target) -> (&'static str, &'static str) {
    let is_here = match target.system {
        System::Linux => cfg!(target_os = "linux"),
        System::Windows => cfg!(windows),
        System::Macos => cfg!(target_os = "macos"),
        _ => false,
    } && target.triple.starts_with(std::env::consts::ARCH);
    let what = match target.system {
        _ if is_here => "builds it, and runs it",
        System::Linux => "builds it, and runs it with `qemu-aarch64`",
        System::Windows => "builds it, and runs it with `wine`",
        System::Macos => return ("cargo build --release", "runs on a Mac"),
        System::CortexM => "builds it, and runs it with `qemu-system-arm`",
        System::Riscv => "builds it, and runs it with `qemu-system-riscv32`",
        System::Kernel => "builds it, and boots it with `qemu-system-x86_64`",
    };
    ("cargo run --release", what)
}
