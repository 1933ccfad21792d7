//! Finding chips and SVD files among what was added.

use std::path::PathBuf;

use bringup_device::catalogue::{self, MemoryKind, stands_for};
use bringup_device::pack;

use super::{Collection, Kind, all, named};
use crate::error::Error;
use crate::find::similar;

/// How many chips are named where a name stands for too many.
const NAMED: usize = 6;

/// A chip and what it came with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) collection: &'a Collection,
    pub(crate) chip: &'a pack::Chip,
}

impl Found<'_> {
    /// Its SVD file, if it has one.
    pub(crate) fn svd(&self) -> Result<Option<PathBuf>, Error> {
        let file = self.chip.svd.as_deref();
        file.map(|file| self.collection.path(file)).transpose()
    }

    /// Whether the name is one of the chip's own.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        names(self.chip).any(|own| own.eq_ignore_ascii_case(name.trim()))
    }

    fn is_like(&self, other: &Self) -> bool {
        let of = |it: &Self| (&it.chip.core, &it.chip.memories, &it.chip.svd);
        self.collection == other.collection && of(self) == of(other)
    }
}

fn names(chip: &pack::Chip) -> impl Iterator<Item = &str> {
    let others = chip.other_names.iter().map(String::as_str);
    std::iter::once(chip.name.as_str()).chain(others)
}

/// A chip that is known by name.
#[derive(Debug)]
pub(crate) enum Known {
    /// It is in the catalogue.
    Catalogue(&'static catalogue::Chip),
    /// It was added, perhaps with an SVD file.
    Added {
        chip: Box<pack::Chip>,
        svd: Option<PathBuf>,
    },
}

/// The chip of that name, of the catalogue or added. The catalogue knows more of a chip and comes first, but not where
/// an order code names a chip that was added and has other memories than the catalogue's.
pub(crate) fn known(name: &str) -> Result<Known, Error> {
    let in_catalogue = catalogue::chip(name);
    if let Ok(chip) = in_catalogue
        && chip.name.eq_ignore_ascii_case(name.trim())
    {
        return Ok(Known::Catalogue(chip));
    }
    let collections = all()?;
    let found = match (in_catalogue, find(&collections, name)) {
        (Ok(chip), Ok(Some(found))) if found.is_called(name) && differ(found.chip, chip) => found,
        (Ok(chip), _) => return Ok(Known::Catalogue(chip)),
        (Err(_), Ok(Some(found))) => found,
        (Err(_), Err(several)) => return Err(several),
        (Err(mut unknown), Ok(None)) => {
            let added = collections.iter().flat_map(|it| &it.chips);
            let near = similar(name, added.flat_map(names));
            unknown.nearest = unknown.nearest.or(near);
            return Err(unknown.into());
        }
    };
    Ok(Known::Added {
        chip: Box::new(found.chip.clone()),
        svd: found.svd()?,
    })
}

/// Whether two chips have memories of other sizes; of a chip whose memories are not known nobody can tell.
fn differ(added: &pack::Chip, known: &catalogue::Chip) -> bool {
    let of_kind = |kind: MemoryKind| {
        let added = added.memories.iter().filter(|it| it.kind == kind);
        let added: u64 = added.map(|it| u64::from(it.length)).sum();
        let known = known.memories.iter().filter(|it| it.kind == kind);
        let known: u64 = known.map(|it| u64::from(it.length)).sum();
        added != 0 && added != known
    };
    of_kind(MemoryKind::Flash) || of_kind(MemoryKind::Ram)
}

/// Finds a chip by its name in any case; by an order code, which begins with the name; or by as much of the name as
/// says which one is meant.
pub(crate) fn find<'a>(
    collections: &'a [Collection],
    name: &str,
) -> Result<Option<Found<'a>>, Error> {
    let name = name.trim();
    let chips = || chips(collections);
    if let Some(found) = chips().find(|found| found.is_called(name)) {
        return Ok(Some(found));
    }
    let length = |found: &Found<'a>| {
        let fitting = names(found.chip).filter(|own| stands_for(own, name));
        fitting.map(str::len).max()
    };
    let mut longest: Option<(usize, Found<'a>)> = None;
    for (length, found) in chips().filter_map(|found| Some((length(&found)?, found))) {
        // Of two that fit as well, the first counts.
        if longest.is_none_or(|(best, _)| length > best) {
            longest = Some((length, found));
        }
    }
    if let Some((_, found)) = longest {
        return Ok(Some(found));
    }
    let begun = begun_with(collections, name);
    let Some(first) = begun.first() else {
        return Ok(None);
    };
    if begun.iter().all(|other| other.is_like(first)) {
        return Ok(Some(*first));
    }
    let mut chips: Vec<String> = begun.iter().map(|it| it.chip.name.clone()).collect();
    if chips.len() > NAMED {
        let more = chips.len() - NAMED;
        chips.truncate(NAMED);
        chips.push(format!("and {more} more"));
    }
    Err(Error::SeveralChips {
        name: name.into(),
        chips,
    })
}

fn chips(collections: &[Collection]) -> impl Iterator<Item = Found<'_>> {
    collections.iter().flat_map(|collection| {
        let chips = collection.chips.iter();
        chips.map(move |chip| Found { collection, chip })
    })
}

/// The chips whose names begin so, in any case.
fn begun_with<'a>(collections: &'a [Collection], name: &str) -> Vec<Found<'a>> {
    let begins = |own: &str| {
        let start = own.get(..name.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let begun = chips(collections).filter(|found| names(found.chip).any(begins));
    begun.filter(|_| !name.is_empty()).collect()
}

/// The one SVD file of all chips whose names begin so.
pub(crate) fn common_svd(name: &str) -> Result<Option<PathBuf>, Error> {
    let collections = all()?;
    let begun = begun_with(&collections, name.trim());
    let Some((first, others)) = begun.split_first() else {
        return Ok(None);
    };
    let same = |other: &Found<'_>| {
        other.collection == first.collection && other.chip.svd == first.chip.svd
    };
    if others.iter().all(same) {
        first.svd()
    } else {
        Ok(None)
    }
}

/// The SVD file that was added for just this chip.
pub(crate) fn assigned_svd(chip: &str) -> Result<Option<PathBuf>, Error> {
    let Some(collection) = named(chip)?.filter(|it| it.kind == Kind::Svd) else {
        return Ok(None);
    };
    let file = collection.files.first().map(|file| &file.file);
    file.map(|file| collection.path(file)).transpose()
}

/// The SVD file for a chip of the catalogue: the one that a pack names for it, or else one for its family.
pub(crate) fn svd_of(chip: &catalogue::Chip) -> Result<Option<PathBuf>, Error> {
    let collections = all()?;
    // A name that stands for several chips is no reason not to look for a file of the family.
    let named = find(&collections, &chip.name).ok().flatten();
    if let Some(path) = named.map(|found| found.svd()).transpose()?.flatten() {
        return Ok(Some(path));
    }
    let mut best: Option<(usize, PathBuf)> = None;
    for collection in &collections {
        for file in &collection.files {
            if let Some(fit) = fit(&file.device, chip)
                && best.as_ref().is_none_or(|(best, _)| fit > *best)
            {
                best = Some((fit, collection.path(&file.file)?));
            }
        }
    }
    Ok(best.map(|(_, path)| path))
}

/// How well a file for `device` is one for the chip: by the letters of its name that are the chip's. Best is one that is
/// called like the file that the catalogue tells people to get.
fn fit(device: &str, chip: &catalogue::Chip) -> Option<usize> {
    let published = chip.published.as_ref().map(|it| it.file.as_str());
    let stem = published.and_then(|file| file.split('.').next());
    if stem.is_some_and(|stem| stem.eq_ignore_ascii_case(device)) {
        return Some(usize::MAX);
    }
    stands_for(device, &chip.name).then(|| device.chars().filter(|c| *c != 'x').count())
}
