//! What `doctor --fix` does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bringup_device::catalogue::{Chip, MemoryKind};

use crate::cargo;
use crate::error::Error;
use crate::files;

/// A change that is safe: nothing is lost by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fix {
    /// `rustup target add`.
    AddTarget { dir: PathBuf, target: String },
    /// Renames a file.
    Rename { from: PathBuf, to: PathBuf },
    /// Replaces a text in a file.
    Replace {
        path: PathBuf,
        old: String,
        new: String,
    },
    /// Writes `memory.x`; one that is there is kept beside it.
    WriteMemory { path: PathBuf, text: String },
    /// Sets `build.target`, and gives the table of the old target to the new one.
    SetTarget {
        path: PathBuf,
        old: Option<String>,
        new: String,
    },
}

impl Fix {
    /// Makes the change and says what was done.
    pub(crate) fn apply(&self) -> Result<String, Error> {
        match self {
            Self::AddTarget { dir, target } => {
                cargo::add_target(dir, target)?;
                Ok(format!("added the target `{target}` to the toolchain"))
            }
            Self::Rename { from, to } => {
                rename(from, to)?;
                Ok(format!(
                    "renamed `{}` to `{}`",
                    from.display(),
                    to.display()
                ))
            }
            Self::Replace { path, old, new } => {
                let text = read(path)?;
                files::write_file(path, text.replace(old.as_str(), new).as_bytes())?;
                Ok(format!(
                    "wrote `{new}` in place of `{old}` in `{}`",
                    path.display()
                ))
            }
            Self::WriteMemory { path, text } => write_memory(path, text),
            Self::SetTarget { path, old, new } => set_target(path, old.as_deref(), new),
        }
    }
}

fn read(path: &Path) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(&files::read(path)?).into_owned())
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    std::fs::rename(from, to).map_err(|source| Error::Write {
        path: to.into(),
        source,
    })
}

fn write_memory(path: &Path, text: &str) -> Result<String, Error> {
    let mut said = format!("wrote `{}` for the chip", path.display());
    if path.exists() {
        let old = (0..).map(|number| match number {
            0 => path.with_extension("x.old"),
            number => path.with_extension(format!("x.old{number}")),
        });
        if let Some(old) = old.into_iter().find(|old| !old.exists()) {
            rename(path, &old)?;
            let _ = write!(said, "; the old one is `{}`", old.display());
        }
    }
    files::write_file(path, text.as_bytes())?;
    Ok(said)
}

fn set_target(path: &Path, old: Option<&str>, new: &str) -> Result<String, Error> {
    let text = if path.exists() {
        read(path)?
    } else {
        String::new()
    };
    let error = |source| Error::ConfigFile {
        path: path.into(),
        source: Box::new(source),
    };
    let mut document: toml_edit::DocumentMut = text.parse().map_err(error)?;
    document["build"].or_insert(toml_edit::table())["target"] = toml_edit::value(new);
    // What is set for the old target (runner, flags) is meant for this program.
    if let Some(old) = old
        && let Some(targets) = document
            .get_mut("target")
            .and_then(|targets| targets.as_table_mut())
        && !targets.contains_key(new)
        && let Some(table) = targets.remove(old)
    {
        targets.insert(new, table);
    }
    files::write_file(path, document.to_string().as_bytes())?;
    Ok(format!(
        "set `build.target` to `{new}` in `{}`",
        path.display()
    ))
}

/// The `memory.x` of a chip; `None` if it has no flash or no RAM, or where something else is in front of the program and the file has more to say.
pub(super) fn memory_x(chip: &Chip) -> Option<String> {
    let main = |kind| chip.memories.iter().find(|memory| memory.kind == kind);
    let (flash, ram) = (main(MemoryKind::Flash)?, main(MemoryKind::Ram)?);
    if chip
        .program_origin
        .is_some_and(|origin| origin != flash.origin)
    {
        return None;
    }
    Some(format!(
        "/* Memories of the {}, for the linker script of the run-time crate. */\nMEMORY\n{{\n  FLASH : ORIGIN = {:#010x}, LENGTH = {}\n  \
         RAM   : ORIGIN = {:#010x}, LENGTH = {}\n}}\n",
        chip.name,
        flash.origin,
        size(u64::from(flash.length)),
        ram.origin,
        size(u64::from(ram.length)),
    ))
}

/// `32K`, `0x100`.
pub(super) fn size(bytes: u64) -> String {
    if bytes.is_multiple_of(1024) {
        format!("{}K", bytes / 1024)
    } else {
        format!("{bytes:#x}")
    }
}
