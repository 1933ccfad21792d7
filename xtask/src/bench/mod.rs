//! `cargo xtask bench`: what things cost, measured beside what they are compared with.

mod audit;
mod board;
mod chips;
mod compile;
mod generate;
mod pac;
mod pairs;
mod tools;

use clap::Subcommand;

/// What is measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Generating peripheral access crates and compiling them, compared with svd2rust, form and rustfmt
    Pac(pac::Args),
    /// Auditing programs of 100 MB
    Audit(audit::Args),
    /// Running firmware on the virtual board, compared with QEMU
    Board(board::Args),
}

/// Runs one of the benches.
pub(crate) fn run(bench: &Bench) -> Result<(), Vec<String>> {
    match bench {
        Bench::Audit(args) => audit::run(args).map_err(|error| vec![error]),
        Bench::Board(args) => board::run(args).map_err(|error| vec![error]),
        Bench::Pac(args) => pac::run(args).map_err(|error| vec![error]),
    }
}
