//! `bringup svd remove`: forgets what was added.

use crate::added;
use crate::error::Error;
use crate::exit::Exit;
use crate::find::similar;
use crate::ui::{self, GOOD, STRONG, paint};

/// Remove packs and SVD files that were added
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// As `bringup svd list` has them
    #[arg(required = true)]
    names: Vec<String>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let all = added::all()?;
    // All names are looked up before anything is removed.
    let mut found = Vec::new();
    for name in &args.names {
        let named = all.iter().find(|it| it.name.eq_ignore_ascii_case(name));
        found.push(named.ok_or_else(|| Error::NoElement {
            what: "what was added".into(),
            kind: "pack or chip",
            name: name.clone(),
            similar: similar(name, all.iter().map(|it| it.name.as_str())),
        })?);
    }
    for collection in found {
        added::remove(collection)?;
        let name = paint(STRONG, &collection.name);
        ui::note(format_args!("{} {name}", paint(GOOD, "removed")));
    }
    Ok(Exit::Fine)
}
