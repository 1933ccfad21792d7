//! `bringup asm`: what the compiler made of firmware, with the chip's names beside loads and stores.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use bringup_audit::code::{FunctionListing, Line, Listing, disassemble};
use bringup_board::Location;

use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::find::similar;
use crate::firmware::FirmwareArgs;
use crate::project::Project;
use crate::ui::{self, DIM, GOOD, STRONG, paint};
use crate::view;

/// Disassemble firmware, with registers and fields of the chip beside each load and store, and source lines
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    firmware: FirmwareArgs,

    /// A function by its path (`blink::toggle`), by the end of it (`toggle`), or as in the symbol table; all without it
    symbol: Option<String>,

    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let path = &args.firmware.elf;
    let elf = files::read(path)?;
    let names = args.firmware.names()?;
    let listing = disassemble(&elf, names.as_ref(), args.symbol.as_deref());
    let listing = listing.map_err(|source| match source.unknown_symbol() {
        Some((symbol, names)) => Error::NoFunction {
            path: path.clone(),
            symbol: symbol.to_owned(),
            similar: alike(symbol, names),
        },
        None => Error::Disassemble {
            path: path.clone(),
            source,
        },
    })?;
    if args.json {
        view::print_json(&listing);
        return Ok(Exit::Fine);
    }
    show(&listing, &mut Sources::around(path));
    for missing in &listing.missing {
        ui::warn(missing);
    }
    if names.is_none() {
        ui::warn(
            "no chip is named, so its registers have no names here: `--chip`, `--board` or `--svd` does",
        );
    }
    if args.symbol.is_some() && listing.functions.len() > 1 {
        let count = ui::count(listing.functions.len(), "function");
        ui::note(format_args!(
            "{count} of that name; a longer path or the symbol picks one"
        ));
    }
    Ok(Exit::Fine)
}

/// The function whose name, or its last part, is most like a name that none has.
fn alike(symbol: &str, names: &[String]) -> Option<String> {
    fn last(name: &str) -> &str {
        name.rsplit("::").next().unwrap_or(name)
    }
    similar(symbol, names.iter().map(String::as_str)).or_else(|| {
        let ends = similar(last(symbol), names.iter().map(|name| last(name)))?;
        names.iter().find(|name| last(name) == ends).cloned()
    })
}

/// The column in which comments stand.
const COMMENTS: usize = 32;

fn show(listing: &Listing, sources: &mut Sources) {
    for (at, function) in listing.functions.iter().enumerate() {
        if at > 0 {
            view::print("");
        }
        show_function(function, sources);
    }
}

fn show_function(function: &FunctionListing, sources: &mut Sources) {
    let size = ui::bytes(function.size);
    let name = paint(STRONG, &function.name);
    view::print(format_args!(
        "{name}  {}",
        paint(DIM, format_args!("{size} at {:#010x}", function.address))
    ));
    for alias in &function.aliases {
        view::print(paint(DIM, format_args!("  also {alias}")));
    }
    let mut place: Option<&Location> = None;
    for line in &function.lines {
        if let Some(location) = &line.location
            && place
                .is_none_or(|place| (&place.file, place.line) != (&location.file, location.line))
        {
            let text = sources.line(location).unwrap_or_default();
            let at = format!("{}:{}", location.file, location.line);
            let line = format!("  {}  {}", paint(DIM, at), text.trim());
            view::print(line.trim_end());
            place = Some(location);
        }
        show_line(line);
    }
}

fn show_line(line: &Line) {
    let head = format!("    {:08x}  {:<9}  ", line.address, line.encoding);
    let text = match &line.comment {
        Some(comment) => format!(
            "{:<COMMENTS$} {}",
            line.text,
            paint(GOOD, format_args!("; {comment}"))
        ),
        None => line.text.clone(),
    };
    view::print(format_args!("{}{text}", paint(DIM, head)));
}

/// Source files, as far as they are still where they were compiled from.
struct Sources {
    /// Folders that the compiler may have run in.
    roots: Vec<PathBuf>,
    lines: HashMap<String, Vec<String>>,
}

impl Sources {
    /// Those of the project here, and of the one whose `target` folder a program is in.
    fn around(program: &Path) -> Self {
        let project = Project::here().ok().flatten().map(|project| project.dir);
        let above = program
            .ancestors()
            .skip(1)
            .filter(|folder| folder.join("Cargo.toml").is_file());
        let roots = project
            .into_iter()
            .chain(above.map(Path::to_path_buf))
            .chain([PathBuf::new()]);
        Self {
            roots: roots.collect(),
            lines: HashMap::new(),
        }
    }

    /// The text of a line.
    fn line(&mut self, location: &Location) -> Option<&str> {
        let roots = &self.roots;
        let lines = self.lines.entry(location.file.clone()).or_insert_with(|| {
            let texts = roots
                .iter()
                .filter_map(|root| fs::read_to_string(root.join(&location.file)).ok());
            let text = texts.into_iter().next().unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        });
        let index = (location.line as usize).checked_sub(1)?;
        lines.get(index).map(String::as_str)
    }
}
