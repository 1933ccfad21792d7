//! Why a file cannot be audited at all.

use std::fmt;

use crate::report::Format;

/// Why a file cannot be audited: it is no program, not a whole one, or not one for this chip.
///
/// The message names what was found; [`Error::hint`] says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Kind);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the file is not an ELF image{}", Seeming(*.0))]
    NotElf(Option<&'static str>),
    #[error("the file is not a program in the form of ELF, PE or Mach-O{}", Seeming(*.0))]
    NotProgram(Option<&'static str>),
    #[error("the ELF file is for a machine that is not known: {0}")]
    UnknownElf(String),
    #[error("the {format} file is cut off: {what} ends at byte {end}, the file at byte {len}")]
    Truncated {
        format: Format,
        what: String,
        end: u64,
        len: u64,
    },
    #[error("the ELF file is for {found}, but {chip} takes 32-bit little-endian {wants} code")]
    Architecture {
        found: String,
        chip: String,
        wants: &'static str,
        target: &'static str,
    },
    #[error("the {0} file is {1}, not a linked program")]
    NotLinked(Format, Unlinked),
    #[error("code for {what} is not disassembled")]
    NoDisassembler { what: String },
    #[error("no function is called `{symbol}`")]
    NoSymbol { symbol: String, names: Vec<String> },
    #[error("the {format} file is damaged: {what} ({detail})")]
    Damaged {
        format: Format,
        what: &'static str,
        detail: String,
    },
}

/// What a file is that has the format of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unlinked {
    Object,
    KernelModule,
    Library,
    Unfixed,
    Dump,
    DebugInformation,
    Unknown,
}

impl fmt::Display for Unlinked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "an object file",
            Self::KernelModule => "a module of a kernel, which links it into itself",
            Self::Library => "a shared library",
            Self::Unfixed => "a shared object, or a program without fixed addresses",
            Self::Dump => "a memory dump",
            Self::DebugInformation => "the debug information of a program",
            Self::Unknown => "of an unknown type",
        })
    }
}

impl Error {
    /// Whether the file is something other than an ELF file, or than a program of any format where each will do.
    pub fn is_not_elf(&self) -> bool {
        matches!(self.0, Kind::NotElf(_) | Kind::NotProgram(_))
    }

    /// The name that no function has, and the names there are.
    pub fn unknown_symbol(&self) -> Option<(&str, &[String])> {
        match &self.0 {
            Kind::NoSymbol { symbol, names } => Some((symbol, names)),
            _ => None,
        }
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
            Kind::NotProgram(_) => {
                "give the file that the linker wrote, for example `target/release/NAME`; scripts, archives, and raw and hex images \
                 have nothing to audit"
            }
            Kind::Truncated { .. } => {
                "build or copy the file again; a linker that ran out of disk space leaves such files"
            }
            Kind::Architecture { target, .. } => {
                return Some(format!(
                    "build with `--target {target}`, or set `build.target` in `.cargo/config.toml`"
                ));
            }
            Kind::NotLinked(_, Unlinked::KernelModule) => {
                "what it needs is the kernel's to give: there is nothing to audit before it is loaded"
            }
            Kind::NotLinked(_, Unlinked::Library) => "give the program that loads it",
            Kind::NotLinked(..) => "give the program that was linked from it",
            Kind::NoDisassembler { .. } => {
                "Thumb of Arm's M profile, RISC-V and x86-64 are; `objdump -d` of the target's binutils knows others"
            }
            Kind::Damaged { .. } | Kind::UnknownElf(_) | Kind::NoSymbol { .. } => return None,
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

/// What a file that is not what is wanted seems to be, from how it begins.
pub(crate) fn seeming(bytes: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: &[(&[u8], &str)] = &[
        (b"\xCF\xFA\xED\xFE", "a Mach-O executable"),
        (b"\xCE\xFA\xED\xFE", "a Mach-O executable"),
        (b"!<arch>\n", "an archive of object files"),
        (b"!<thin>\n", "an archive of object files"),
        (b"\0asm", "a WebAssembly module"),
        (b"BC\xC0\xDE", "bitcode of LLVM"),
        (b"\x1F\x8B", "compressed with gzip"),
        (b"\xFD7zXZ", "compressed with xz"),
        (b"\x28\xB5\x2F\xFD", "compressed with zstd"),
        (b"PK\x03\x04", "a ZIP archive"),
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
    let known = BEGINNINGS
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|&(_, what)| what);
    known.or_else(|| by_header(bytes))
}

/// What it seems to be by more than its first bytes.
fn by_header(bytes: &[u8]) -> Option<&'static str> {
    // A universal file counts its programs where a class file of Java has its version, 45 or more.
    if bytes.starts_with(b"\xCA\xFE\xBA\xBE") {
        let count = bytes.get(4..)?.first_chunk().copied();
        let is_java = count.is_some_and(|count| u32::from_be_bytes(count) >= 45);
        return Some(if is_java {
            "a class file of Java"
        } else {
            "a Mach-O executable"
        });
    }
    if bytes.starts_with(b"MZ") {
        let is_windows = crate::image::is_pe(bytes);
        return Some(if is_windows {
            "a Windows executable"
        } else {
            "a DOS executable, or a Windows executable that is cut off"
        });
    }
    // Object files of Windows begin with the machine, and have no optional header.
    let is_object = matches!(bytes, [0x64, 0x86 | 0xAA, ..] | [0x4C, 0x01, ..])
        && bytes.get(16..18) == Some(&[0, 0]);
    is_object.then_some("an object file of Windows")
}
