//! The subcommands: a file each, and a line each in this list.

mod asm;
pub(crate) mod audit;
mod boards;
mod build;
mod chips;
mod debug;
mod demo;
mod doctor;
mod explain;
mod flash;
mod new;
mod pac;
mod probe;
mod run;
mod svd;

use clap::Subcommand;

use crate::error::Error;
use crate::exit::Exit;

/// What the tool can be told to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(demo::Args),
    New(new::Args),
    Pac(pac::Args),
    Build(build::Args),
    Run(run::Args),
    Flash(flash::Args),
    Audit(audit::Args),
    Asm(asm::Args),
    Debug(debug::Args),
    Probe(probe::Args),
    Svd(svd::Args),
    Chips(chips::Args),
    Boards(boards::Args),
    Doctor(doctor::Args),
    Explain(explain::Args),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self) -> Result<Exit, Error> {
        match self {
            Self::Demo(args) => demo::run(&args),
            Self::New(args) => new::run(&args),
            Self::Pac(args) => pac::run(&args),
            Self::Build(args) => build::run(&args),
            Self::Run(args) => run::run(&args),
            Self::Flash(args) => flash::run(&args),
            Self::Audit(args) => audit::run(&args),
            Self::Asm(args) => asm::run(&args),
            Self::Debug(args) => debug::run(&args),
            Self::Probe(args) => probe::run(&args),
            Self::Svd(args) => svd::run(&args),
            Self::Chips(args) => chips::run(&args),
            Self::Boards(args) => boards::run(&args),
            Self::Doctor(args) => doctor::run(&args),
            Self::Explain(args) => explain::run(&args),
        }
    }
}
