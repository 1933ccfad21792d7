//! Programs for macOS, which cannot run here: what the loader of macOS looks at is as it should be.

use std::ops::Range;
use std::path::Path;

use bringup_gen::project::freestanding::Target;
use object::macho::{self, MachHeader64};
use object::read::macho::{LoadCommandVariant, MachHeader as _, MachOFile64};
use object::{Endianness, Object as _, ObjectSection as _, ObjectSymbol as _};
use sha2::{Digest as _, Sha256};

/// macOS 11.0, as a load command has it.
const MACOS_11: u32 = 0x000b_0000;

/// Looks at a program, and at the names that its project has for the linker.
pub(super) fn check(file: &Path, target: &Target, project: &Path) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let stub = project.join("sdk/usr/lib/libSystem.tbd");
    let stub = std::fs::read_to_string(stub).map_err(|error| error.to_string())?;
    let names = stub
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "));
    let names: Vec<_> = names.collect();
    let wrong = |what: String| format!("{}: {what}", file.display());
    let program = Program::read(&bytes).map_err(|error| wrong(error.to_string()))?;
    program.check(&names).map_err(wrong)?;
    match program.signature {
        Some(place) => check_signature(&bytes, place).map_err(wrong),
        None if target.triple.starts_with("aarch64") => Err(wrong("it is not signed".to_owned())),
        None => Ok(()),
    }
}

/// What the loader looks at.
#[derive(Debug, Default)]
struct Program {
    /// Where the entry is in the file.
    entry: Option<u64>,
    /// Platform and oldest version of the system.
    version: Option<(u32, u32)>,
    /// The program that loads it.
    loader: Option<String>,
    libraries: Vec<String>,
    /// Names that the libraries have to have.
    undefined: Vec<String>,
    /// Where the signature is in the file.
    signature: Option<Range<usize>>,
    /// Where the code is in the file.
    code: Range<u64>,
}

impl Program {
    fn read(bytes: &[u8]) -> object::Result<Self> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let file = MachOFile64::<Endianness>::parse(bytes)?;
        let mut program = Self::default();
        if let Some((offset, size)) = file
            .section_by_name("__text")
            .and_then(|code| code.file_range())
        {
            program.code = offset..offset + size;
        }
        let undefined = file.symbols().filter(object::ObjectSymbol::is_undefined);
        for symbol in undefined {
            program.undefined.push(text(symbol.name_bytes()?));
        }
        let header = MachHeader64::<Endianness>::parse(bytes, 0)?;
        let endian = header.endian()?;
        let mut commands = header.load_commands(endian, bytes, 0)?;
        while let Some(command) = commands.next()? {
            match command.variant()? {
                LoadCommandVariant::EntryPoint(entry) => {
                    program.entry = Some(entry.entryoff.get(endian));
                }
                LoadCommandVariant::BuildVersion(version, _) => {
                    let platform = version.platform.get(endian);
                    program.version = Some((platform.0, version.minos.get(endian).0));
                }
                LoadCommandVariant::LoadDylinker(loader) => {
                    program.loader = Some(text(command.string(endian, loader.name)?));
                }
                LoadCommandVariant::Dylib(library) => {
                    let name = command.string(endian, library.dylib.name)?;
                    program.libraries.push(text(name));
                }
                LoadCommandVariant::LinkeditData(place)
                    if command.cmd() == macho::LC_CODE_SIGNATURE =>
                {
                    let offset = place.dataoff.get(endian) as usize;
                    program.signature = Some(offset..offset + place.datasize.get(endian) as usize);
                }
                _ => {}
            }
        }
        Ok(program)
    }

    fn check(&self, names: &[&str]) -> Result<(), String> {
        match self.entry {
            Some(entry) if self.code.contains(&entry) => {}
            entry => {
                return Err(format!(
                    "the entry {entry:?} is not in the code {:?}",
                    self.code
                ));
            }
        }
        if self.version != Some((macho::PLATFORM_MACOS.0, MACOS_11)) {
            return Err(format!(
                "it is not for macOS from 11.0 on: {:?}",
                self.version
            ));
        }
        if self.loader.as_deref() != Some("/usr/lib/dyld") {
            return Err(format!("its loader is {:?}", self.loader));
        }
        if self.libraries != ["/usr/lib/libSystem.B.dylib"] {
            return Err(format!("its libraries are {:?}", self.libraries));
        }
        let is_known = |name: &&String| names.contains(&name.as_str());
        match self.undefined.iter().find(|name| !is_known(name)) {
            Some(name) => Err(format!("it asks for `{name}`")),
            None if self.undefined.is_empty() => Err("it asks the system for nothing".to_owned()),
            None => Ok(()),
        }
    }
}

/// The signature is made ad hoc, and the hash of every page is right: without that macOS ends the program before it begins.
///
/// Layout and numbers are those of `cs_blobs.h` of XNU.
fn check_signature(bytes: &[u8], place: Range<usize>) -> Result<(), String> {
    const EMBEDDED_SIGNATURE: u32 = 0xfade_0cc0;
    const CODE_DIRECTORY: u32 = 0xfade_0c02;
    const ADHOC: u32 = 2;
    const SHA256: u8 = 2;

    let broken = || "its signature is cut off".to_owned();
    let signature = bytes.get(place).ok_or_else(broken)?;
    let word = |at: usize| {
        let word = signature.get(at..)?.first_chunk()?;
        Some(u32::from_be_bytes(*word))
    };
    let number = |at: usize| word(at).map(|word| word as usize).ok_or_else(broken);
    if word(0) != Some(EMBEDDED_SIGNATURE) {
        return Err("its signature is none".to_owned());
    }
    // The first blob is the directory of the code: the index has its type, and where it is.
    let directory = number(16)?;
    let (flags, first, count, limit) = (
        word(directory + 12),
        number(directory + 16)?,
        number(directory + 28)?,
        number(directory + 32)?,
    );
    let kind = signature.get(directory + 36..directory + 40);
    let &[32, SHA256, _, page] = kind.ok_or_else(broken)? else {
        return Err("its pages are not hashed with SHA-256".to_owned());
    };
    if word(directory) != Some(CODE_DIRECTORY) || flags.is_none_or(|flags| flags & ADHOC == 0) {
        return Err("its signature is not ad hoc".to_owned());
    }
    let code = bytes.get(..limit).ok_or_else(broken)?;
    let hashes = directory + first..directory + first + 32 * count;
    let hashes = signature.get(hashes).ok_or_else(broken)?;
    let mut pages = code.chunks(1 << page).zip(hashes.chunks(32));
    let is_right = pages.all(|(page, hash)| Sha256::digest(page).as_slice() == hash);
    if is_right && code.len().div_ceil(1 << page) == count {
        Ok(())
    } else {
        Err("its signature is that of another program".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pages and a bit of code, and its signature.
    fn signed() -> (Vec<u8>, Range<usize>) {
        let code: Vec<u8> = (0..9000_u32).map(|at| at as u8).collect();
        let words = |words: &[u32]| -> Vec<u8> {
            words.iter().flat_map(|word| word.to_be_bytes()).collect()
        };
        let hashes = code.chunks(4096).flat_map(Sha256::digest);
        let directory = [
            // Magic number, length, version, flags, where the hashes are, where the name is, special hashes, hashes, length.
            words(&[0xfade_0c02, 0, 0x2_0400, 2, 44, 0, 0, 3, 9000]),
            vec![32, 2, 0, 12, 0, 0, 0, 0],
            hashes.collect(),
        ]
        .concat();
        let signature = [words(&[0xfade_0cc0, 0, 1, 0, 20]), directory].concat();
        let place = code.len()..code.len() + signature.len();
        ([code, signature].concat(), place)
    }

    #[test]
    fn a_signature_is_that_of_its_program() {
        let (bytes, place) = signed();
        assert_eq!(check_signature(&bytes, place.clone()), Ok(()));
        for at in [0, 4095, 4096, 8999] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let wrong = Err("its signature is that of another program".to_owned());
            assert_eq!(check_signature(&changed, place.clone()), wrong, "{at}");
        }
        for end in place.start..place.end {
            let cut = check_signature(&bytes[..end], place.start..end);
            assert!(cut.is_err(), "{end}");
        }
    }
}
