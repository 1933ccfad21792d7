//! `bringup svd diff`: what changed between two revisions of a file.

use std::fmt::Write as _;
use std::path::PathBuf;

use bringup_device::diff::{Difference, PropertyChange, What};
use serde_json::{Value, json};

use crate::error::Error;
use crate::exit::Exit;
use crate::svd::patch::PatchArgs;
use crate::ui::{BAD, DIM, GOOD, STRONG, WARN, paint};
use crate::view;

/// Names of elements with one difference that are shown.
const NAMES: usize = 12;

/// Say what changed from one SVD file to another
///
/// Exits with 0 if both describe the same, and with 1 if not.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file as it was
    old: PathBuf,

    /// The file as it is
    new: PathBuf,

    /// Patches apply to both files
    #[command(flatten)]
    patches: PatchArgs,

    /// Compare descriptions as well
    #[arg(long)]
    descriptions: bool,

    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let old = super::device(&args.old, &args.patches)?;
    let new = super::device(&args.new, &args.patches)?;
    let differences = bringup_device::diff::diff(&old, &new, args.descriptions);
    if args.json {
        let list: Vec<Value> = differences.iter().map(to_json).collect();
        view::print_json(&json!({
            "old": args.old.display().to_string(),
            "new": args.new.display().to_string(),
            "differences": list,
        }));
    } else {
        view::print(show(&differences).trim_end());
    }
    Ok(if differences.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn to_json(difference: &Difference) -> Value {
    let properties = difference.properties.iter().map(|change| {
        let PropertyChange { property, old, new } = change;
        json!({ "property": property, "old": old, "new": new })
    });
    json!({
        "kind": difference.kind.word(),
        "what": word(difference.what),
        "names": difference.names,
        "places": difference.places,
        "properties": properties.collect::<Vec<_>>(),
        "inside": difference.inside.iter().map(to_json).collect::<Vec<_>>(),
    })
}

fn word(what: What) -> &'static str {
    match what {
        What::Added => "added",
        What::Removed => "removed",
        What::Changed => "changed",
    }
}

fn show(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return "both describe the same".into();
    }
    let mut text = String::new();
    for (index, difference) in differences.iter().enumerate() {
        // What has something in it stands apart.
        if index > 0 && difference.what == What::Changed {
            text.push('\n');
        }
        one(&mut text, difference, 0);
    }
    text
}

/// `+ register CR2 at 0x4`, `~ register CR1: reset value 0x0 → 0x1`, and what changed in it.
fn one(text: &mut String, difference: &Difference, depth: usize) {
    let indent = "  ".repeat(depth);
    let (style, sign) = match difference.what {
        What::Added => (GOOD, '+'),
        What::Removed => (BAD, '-'),
        What::Changed => (WARN, '~'),
    };
    let plural = if difference.names.len() == 1 { "" } else { "s" };
    let _ = write!(
        text,
        "{indent}{} {}{plural} {}",
        paint(style, sign),
        difference.kind.word(),
        paint(STRONG, names(difference))
    );
    let mut properties = difference.properties.iter();
    if let [only] = difference.properties.as_slice()
        && difference.inside.is_empty()
    {
        properties.next();
        let _ = write!(text, ": {}", property(only));
    }
    text.push('\n');
    for change in properties {
        let _ = writeln!(text, "{indent}    {}", property(change));
    }
    for inner in &difference.inside {
        one(text, inner, depth + 1);
    }
}

fn property(PropertyChange { property, old, new }: &PropertyChange) -> String {
    format!("{property} {old} {} {new}", paint(DIM, "→"))
}

/// The names with their places: of many the first ones.
fn names(difference: &Difference) -> String {
    let all = difference.names.iter().zip(&difference.places);
    let mut shown: Vec<String> = all
        .take(NAMES)
        .map(|(name, place)| {
            if place.is_empty() || difference.what == What::Changed {
                name.clone()
            } else {
                format!("{name} ({place})")
            }
        })
        .collect();
    if let Some(more) = difference.names.len().checked_sub(NAMES + 1) {
        shown.push(format!("and {} more", more + 1));
    }
    shown.join(", ")
}
