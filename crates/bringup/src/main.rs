//! `bringup`: from a vendor's SVD file to running, audited, bare-metal Rust, with or without the board.
//!
//! This crate is the only one that touches disk, network, terminal and clock; see `ARCHITECTURE.md`.

mod added;
mod bare;
mod cargo;
mod commands;
mod diagnoses;
mod doctor;
mod error;
mod exit;
mod files;
mod find;
mod firmware;
mod gdb;
mod json;
mod probe;
mod project;
mod rules;
mod serve;
mod snippet;
mod std_path;
mod svd;
mod target;
mod trace;
mod ui;
mod view;

use std::process::ExitCode;

use clap::Parser;

/// From a vendor's SVD file to running, audited, bare-metal Rust, with or without the board
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 fine, 1 findings or a failed audit, 2 usage, bad input or a tool that is missing,\n\
                        3 the firmware failed (fault, panic, non-zero exit), 101 a bug in bringup"
)]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.run() {
        Ok(exit) => exit.into(),
        Err(error) => {
            ui::report(&error);
            exit::Exit::Input.into()
        }
    }
}
