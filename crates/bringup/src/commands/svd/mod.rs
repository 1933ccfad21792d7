//! `bringup svd`: looking into SVD files. A file for each of its subcommands, and a line in this list.

mod add;
mod bits;
mod check;
mod diff;
mod find;
mod get;
mod list;
mod patch;
mod remove;
mod show;

use std::path::Path;

use bringup_device::{Access, Device, Diagnostic, ModifiedWriteValues, ReadAction};
use clap::Subcommand;

use crate::error::Error;
use crate::exit::Exit;
use crate::svd::patch::PatchArgs;
use crate::svd::{self, Show};

/// Check, show, compare, patch, fetch and keep SVD files
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Show(show::Args),
    Diff(diff::Args),
    Patch(patch::Args),
    Get(get::Args),
    Add(add::Args),
    List(list::Args),
    Remove(remove::Args),
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    match &args.command {
        Command::Check(args) => check::run(args),
        Command::Show(args) => show::run(args),
        Command::Diff(args) => diff::run(args),
        Command::Patch(args) => patch::run(args),
        Command::Get(args) => get::run(args),
        Command::Add(args) => add::run(args),
        Command::List(args) => list::run(args),
        Command::Remove(args) => remove::run(args),
    }
}

/// A device to look at: what is wrong with the file is shown if something is missing because of it.
fn device(path: &Path, patches: &PatchArgs) -> Result<Device, Error> {
    Ok(svd::load(&svd::locate(path)?, patches, Show::Errors)?.device)
}

/// Everything that is wrong with a file: what the loader says about its text, and the checks about what
/// it describes.
fn diagnose(bytes: &[u8]) -> (Option<Device>, Vec<Diagnostic>) {
    let loaded = bringup_device::svd::load_bytes(bytes);
    let mut diagnostics = loaded.diagnostics;
    if let Some(device) = &loaded.device {
        diagnostics.extend(bringup_device::check::check(device));
        diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.rule));
    }
    (loaded.device, diagnostics)
}

/// Access rights with side effects in the letters of reference manuals: `rw`, `rc_w1`.
fn letters(
    access: Access,
    write: Option<ModifiedWriteValues>,
    read: Option<ReadAction>,
) -> &'static str {
    use ModifiedWriteValues as Write;
    match (access, write, read) {
        (Access::ReadWrite, Some(Write::OneToClear), _) => "rc_w1",
        (Access::ReadWrite, Some(Write::ZeroToClear), _) => "rc_w0",
        (Access::ReadWrite, Some(Write::OneToSet), _) => "rs",
        (Access::ReadWrite, Some(Write::OneToToggle), _) => "t",
        (Access::ReadWrite, Some(Write::Clear), _) => "rc_w",
        (Access::ReadWrite | Access::ReadOnly, _, Some(ReadAction::Clear)) => "rc_r",
        (Access::ReadWrite | Access::ReadOnly, _, Some(ReadAction::Set)) => "rs_r",
        (Access::ReadOnly, ..) => "r",
        (Access::WriteOnly, Some(Write::OneToClear), _) => "c_w1",
        (Access::WriteOnly, Some(Write::OneToSet), _) => "s_w1",
        (Access::WriteOnly, ..) => "w",
        (Access::ReadWrite, ..) => "rw",
        (Access::WriteOnce, ..) => "wo",
        (Access::ReadWriteOnce, ..) => "rwo",
    }
}
