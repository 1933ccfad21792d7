//! Adding an SVD file.

use bringup_device::catalogue::{self, MemoryKind};
use bringup_device::pack::{Chip, Memory, is_name};
use bringup_device::{Diagnostic, Source};

use super::{ChipArgs, file_name, keep};
use crate::added::{Content, Kind, SvdFile};
use crate::bare::Region;
use crate::error::Error;
use crate::snippet;
use crate::ui;

/// Adds a file that was read from `path`.
pub(super) fn add(path: &str, bytes: Vec<u8>, args: &ChipArgs) -> Result<(), Error> {
    let loaded = bringup_device::svd::load_bytes(&bytes);
    let Some(device) = loaded.device else {
        let source = Source::new(path, bytes);
        for diagnostic in &loaded.diagnostics {
            ui::note(snippet::show(&source, diagnostic));
        }
        return Err(Error::Svd { path: path.into() });
    };
    let errors = loaded
        .diagnostics
        .iter()
        .filter(|it| Diagnostic::is_error(it));
    let errors = errors.count();
    let file = format!("{}.svd", plain(&device.name));
    let mut chip = Chip::of_device(&device);
    chip.svd = Some(file.clone());
    describe(&mut chip, args);
    if !is_name(&chip.name) {
        return Err(Error::ChipName {
            path: path.into(),
            name: chip.name,
        });
    }
    let summary = format!(
        "{} of {}",
        ui::count(device.peripherals.len(), "peripheral"),
        device.name
    );
    let incomplete = chip.to_catalogue().err();
    let is_known = catalogue::chip(&chip.name).is_ok();
    let name = chip.name.clone();
    let serves = keep(
        Content {
            name: name.clone(),
            kind: Kind::Svd,
            version: device.version.clone(),
            from: file_name(path),
            files: vec![SvdFile {
                file: file.clone(),
                device: device.name,
            }],
            contents: vec![(file, bytes)],
            chips: vec![chip],
        },
        &summary,
    )?;
    if errors > 0 {
        ui::warn(format_args!(
            "the file has {}; `bringup svd check {name}` shows what is missing because of that",
            ui::count(errors, "error")
        ));
    }
    if let Some(incomplete) = incomplete.filter(|_| !is_known && !serves) {
        ui::note(format_args!(
            "  {incomplete}: `run`, `audit` and `new` need it; `--core`, `--flash` and `--ram` say it"
        ));
    }
    Ok(())
}

/// What the command line says of the chip.
fn describe(chip: &mut Chip, args: &ChipArgs) {
    if let Some(name) = &args.chip {
        // What the catalogue knows is called as it is there, whatever package it is in.
        let known = catalogue::chip(name).map(|known| known.name.as_str());
        known.unwrap_or(name.trim()).clone_into(&mut chip.name);
    }
    if let Some(core) = args.core {
        core.name().clone_into(&mut chip.core);
        chip.has_fpu = false;
    }
    let memory = |kind: MemoryKind, region: Region| Memory {
        name: kind.word().to_owned(),
        kind,
        origin: region.origin,
        length: region.length,
        aliases: Vec::new(),
    };
    let (flash, ram) = (args.flash, args.ram);
    let memories = flash.map(|region| memory(MemoryKind::Flash, region));
    chip.memories = memories
        .into_iter()
        .chain(ram.map(|region| memory(MemoryKind::Ram, region)))
        .collect();
}

/// Letters that every system takes in the name of a file.
pub(super) fn plain(name: &str) -> String {
    let letters = name.chars().map(|c| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '+' => c,
        _ => '_',
    });
    letters.take(64).collect()
}
