//! Why a file cannot be audited at all.

use std::fmt;

/// Why a file cannot be audited: it is no ELF file, not a whole one, or not one for this chip.
///
/// The message names what was found; [`Error::hint`] says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Kind);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the file is not an ELF image{}", Seeming(*.0))]
    NotElf(Option<&'static str>),
    #[error("the ELF file is cut off: {what} ends at byte {end}, the file at byte {len}")]
    Truncated { what: String, end: u64, len: u64 },
    #[error("the ELF file is for {found}, but {chip} takes 32-bit little-endian {wants} code")]
    Architecture {
        found: String,
        chip: String,
        wants: &'static str,
        target: &'static str,
    },
    #[error("the ELF file is {0}, not a linked program")]
    NotLinked(&'static str),
    #[error("the ELF file is damaged: {what} ({detail})")]
    Damaged { what: &'static str, detail: String },
}

impl Error {
    /// Whether the file is something other than an ELF file.
    pub fn is_not_elf(&self) -> bool {
        matches!(self.0, Kind::NotElf(_))
    }

    /// Whether the file ends before its own headers say it does.
    pub fn is_truncated(&self) -> bool {
        matches!(self.0, Kind::Truncated { .. })
    }

    /// Whether the file is for another kind of processor.
    pub fn is_wrong_architecture(&self) -> bool {
        matches!(self.0, Kind::Architecture { .. })
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.0 {
            Kind::NotElf(_) => {
                "give the file that the linker wrote, for example \
                 `target/thumbv6m-none-eabi/release/NAME`; raw and hex images have no addresses or sections to audit"
            }
            Kind::Truncated { .. } => {
                "build or copy the file again; a linker that ran out of disk space leaves such files"
            }
            Kind::Architecture { target, .. } => {
                return Some(format!(
                    "build with `--target {target}`, or set `build.target` in `.cargo/config.toml`"
                ));
            }
            Kind::NotLinked(_) => "give the program that was linked from it",
            Kind::Damaged { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

/// What else the file seems to be, as an addition to a sentence.
struct Seeming(Option<&'static str>);

impl fmt::Display for Seeming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(what) => write!(f, " but {what}"),
            None => Ok(()),
        }
    }
}

/// What a file that is not ELF seems to be, from how it begins.
pub(crate) fn seeming(bytes: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: &[(&[u8], &str)] = &[
        (b"MZ", "a Windows executable"),
        (b"\xCF\xFA\xED\xFE", "a Mach-O executable"),
        (b"\xCE\xFA\xED\xFE", "a Mach-O executable"),
        (b"\xCA\xFE\xBA\xBE", "a Mach-O executable"),
        (b"!<arch>\n", "an archive of object files"),
        (b":0", "an Intel HEX image"),
        (b":1", "an Intel HEX image"),
        (b"S0", "a Motorola S-record image"),
        (b"UF2\n", "a UF2 image"),
        (b"<?xml", "an XML file"),
        (b"#!", "a script"),
    ];
    if bytes.is_empty() {
        return Some("empty");
    }
    BEGINNINGS
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|&(_, what)| what)
}
