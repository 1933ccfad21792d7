//! `bringup svd list`: what was added.

use serde_json::json;

use crate::added::{self, Collection};
use crate::error::Error;
use crate::exit::Exit;
use crate::ui::{self, DIM, paint};
use crate::view;

/// List the packs and SVD files that were added
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let all = added::all()?;
    if args.json {
        let added: Vec<_> = all.iter().map(object).collect();
        view::print_json(&json!({ "added": added }));
        return Ok(Exit::Fine);
    }
    if all.is_empty() {
        ui::note("nothing was added; `bringup svd add FILE` does it");
    }
    let width = all.iter().map(|it| it.name.len()).max().unwrap_or(0);
    for collection in &all {
        view::print(format_args!(
            "{:<width$}  {:<8} {:>10}  {:>13}  {}",
            collection.name,
            collection.version,
            ui::count(collection.chips.len(), "chip"),
            ui::count(collection.files.len(), "SVD file"),
            paint(DIM, format_args!("from {}", collection.from))
        ));
    }
    Ok(Exit::Fine)
}

fn object(collection: &Collection) -> serde_json::Value {
    let files = collection.files.iter().map(|file| &file.file);
    let chips = collection.chips.iter().map(|chip| &chip.name);
    json!({
        "name": collection.name,
        "kind": collection.kind,
        "version": collection.version,
        "from": collection.from,
        "files": files.collect::<Vec<_>>(),
        "chips": chips.collect::<Vec<_>>(),
    })
}
