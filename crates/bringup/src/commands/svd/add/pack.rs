//! Adding a CMSIS-Pack, or an archive of SVD files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use bringup_device::pack::{self, Archive, MAX_SVD, Pack};
use bringup_device::{Diagnostic, Source};

use super::single::{self, plain};
use super::{ChipArgs, file_name, keep};
use crate::added::{Content, Kind, SvdFile};
use crate::error::Error;
use crate::snippet;
use crate::ui;

/// Bytes of all SVD files of an archive beyond which it is refused.
const MAX_BYTES: usize = 1 << 31;

/// Warnings about a pack that are shown.
const SHOWN: usize = 5;

/// Adds what the archive `file`, called `path`, holds.
pub(super) fn add(path: &Path, file: File) -> Result<(), Error> {
    let error = |source| Error::Pack {
        path: path.into(),
        source,
    };
    let mut archive = Archive::open(BufReader::new(file)).map_err(error)?;
    if archive.description().is_none() && archive.svd_files().next().is_some() {
        return add_files(path, &mut archive);
    }
    let pack = archive.pack().map_err(|source| {
        if let pack::Error::Description { text, diagnostics } = &source {
            show(text, diagnostics);
        }
        error(source)
    })?;
    show(&pack.source, &pack.warnings);
    let content = content(path, &mut archive, pack)?;
    let mut summary = format!(
        "{}, {}",
        ui::count(content.chips.len(), "chip"),
        ui::count(content.files.len(), "SVD file")
    );
    let without = content
        .chips
        .iter()
        .filter(|chip| chip.svd.is_none())
        .count();
    if without > 0 {
        summary = format!("{summary}; {} without SVD file", ui::count(without, "chip"));
    }
    keep(content, &summary).map(drop)
}

fn show(source: &Source, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics.iter().take(SHOWN) {
        ui::note(snippet::show(source, diagnostic));
    }
    if diagnostics.len() > SHOWN {
        ui::note(format_args!("… and {} more\n", diagnostics.len() - SHOWN));
    }
}

/// What a pack is kept as. Its SVD files get names of their own, for what the pack calls them may be no name here.
fn content(
    path: &Path,
    archive: &mut Archive<BufReader<File>>,
    pack: Pack,
) -> Result<Content, Error> {
    let error = |source| Error::Pack {
        path: path.into(),
        source,
    };
    let description = pack.description;
    let mut chips = description.chips;
    let wanted: BTreeSet<String> = chips.iter().filter_map(|chip| chip.svd.clone()).collect();
    let mut names = BTreeMap::new();
    let (mut files, mut contents) = (Vec::new(), Vec::new());
    let mut bytes_left = MAX_BYTES;
    for svd in wanted {
        let limit = MAX_SVD.min(bytes_left as u64);
        let bytes = archive.read(&svd, limit).map_err(error)?;
        bytes_left -= bytes.len();
        let Some(device) = bringup_device::svd::load_bytes(&bytes).device else {
            ui::warn(format_args!(
                "`{svd}` in the pack is no usable SVD file; its chips are added without it"
            ));
            continue;
        };
        let name = unused(&svd, &contents);
        files.push(SvdFile {
            file: name.clone(),
            device: device.name,
        });
        contents.push((name.clone(), bytes));
        names.insert(svd, name);
    }
    for chip in &mut chips {
        chip.svd = chip.svd.take().and_then(|svd| names.get(&svd).cloned());
    }
    Ok(Content {
        name: plain_name(&description.vendor, &description.name),
        kind: Kind::Pack,
        version: description.version,
        from: file_name(&path.display().to_string()),
        files,
        contents,
        chips,
    })
}

/// `VENDOR.NAME`, the name of a pack.
fn plain_name(vendor: &str, name: &str) -> String {
    format!("{}.{}", plain(vendor), plain(name))
}

/// A name for an SVD file that none before it has, in any case.
fn unused(path: &str, taken: &[(String, Vec<u8>)]) -> String {
    let name = file_name(path);
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem);
    let stem = plain(stem);
    let is_taken = |name: &str| {
        taken
            .iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
    };
    let numbered = (2..).map(|number| format!("{stem}-{number}.svd"));
    let mut names = std::iter::once(format!("{stem}.svd")).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

/// Adds each SVD file of an archive as if it had been given by itself.
fn add_files(path: &Path, archive: &mut Archive<BufReader<File>>) -> Result<(), Error> {
    let files: Vec<String> = archive.svd_files().map(str::to_owned).collect();
    let mut bytes_left = MAX_BYTES;
    for file in files {
        let limit = MAX_SVD.min(bytes_left as u64);
        let bytes = archive.read(&file, limit).map_err(|source| Error::Pack {
            path: path.into(),
            source,
        })?;
        bytes_left -= bytes.len();
        let nothing = ChipArgs {
            chip: None,
            core: None,
            flash: None,
            ram: None,
        };
        single::add(&file, bytes, &nothing)?;
    }
    Ok(())
}
