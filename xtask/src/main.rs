//! Automation of the workspace: `cargo xtask ci` is the gate, `cargo xtask tidy` checks what no compiler sees,
//! `cargo xtask corpus` tries the generator on a folder of vendors' files, `cargo xtask differential` compares the
//! core with others, `cargo xtask templates` and `cargo xtask freestanding` try the projects that `bringup new` writes,
//! `cargo xtask probe-rs` debugs the virtual board with probe-rs, `cargo xtask bench` measures.

mod bench;
mod ci;
mod corpus;
mod differential;
mod freestanding;
mod measure;
mod probe_rs;
mod process;
mod table;
mod templates;
mod tidy;
mod triple;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(about = "Automation of the workspace")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything that has to pass before a change lands; the last step is the tests
    Ci,
    /// Check documents against the workspace, layering, and house rules
    Tidy,
    /// Generate and compile a crate for every SVD file of a folder
    Corpus(corpus::Args),
    /// Execute random instructions on our core and on others, and compare
    Differential(differential::Args),
    /// Write, build, audit and run a project of every template for every chip
    Templates(templates::Args),
    /// Write, build, audit and run a freestanding program for every target
    Freestanding(freestanding::Args),
    /// Flash and debug the virtual board with probe-rs
    ProbeRs(probe_rs::Args),
    /// Measure what things cost, beside what they are compared with
    #[command(subcommand)]
    Bench(bench::Bench),
}

/// The folder of the workspace.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The `cargo` that started us, or the one on the path.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Ci => ci::run(),
        Command::Tidy => tidy::run(),
        Command::Corpus(args) => corpus::run(&args),
        Command::Differential(args) => differential::run(&args),
        Command::Templates(args) => templates::run(&args),
        Command::Freestanding(args) => freestanding::run(&args),
        Command::ProbeRs(args) => probe_rs::run(&args),
        Command::Bench(bench) => bench::run(&bench),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in &problems {
                eprintln!("error: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}
