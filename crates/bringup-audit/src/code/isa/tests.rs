//! The disassemblers against LLVM's, instruction by instruction, on the standard library's own code for the targets.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Decoder, Isa};

/// The standard output of a program; `None` if it is not there.
fn output(program: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// LLVM's disassembly of the libraries of a target, without aliases that other disassemblers write otherwise; `None` where rustup has not
/// installed both.
fn objdump(target: &str, libraries: &[&str]) -> Option<String> {
    let sysroot = output(Path::new("rustc"), &["--print", "sysroot"])?;
    let host = output(Path::new("rustc"), &["--print", "host-tuple"])?;
    let rustlib = Path::new(sysroot.trim()).join("lib/rustlib");
    let objdump = rustlib.join(host.trim()).join("bin/llvm-objdump");
    let folder = rustlib.join(target).join("lib");
    let files: Vec<PathBuf> = folder
        .read_dir()
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    let of = |library: &&str| {
        let prefix = format!("lib{library}-");
        files.iter().find(|file| {
            file.file_name().is_some_and(|name| {
                name.to_string_lossy().starts_with(&prefix)
                    && name.to_string_lossy().ends_with(".rlib")
            })
        })
    };
    let libraries: Vec<_> = libraries
        .iter()
        .filter_map(of)
        .map(|file| file.to_string_lossy().into_owned())
        .collect();
    let args: Vec<&str> = ["-d"]
        .into_iter()
        .chain(libraries.iter().map(String::as_str))
        .collect();
    let found = output(&objdump, &args);
    if found.is_none() {
        eprintln!(
            "not compared with LLVM for {target}: `rustup component add llvm-tools` and the target are needed"
        );
    }
    found
}

/// An instruction of a listing: address, bytes, text. `None` where the line is none, or data.
fn parse(line: &str, halfwords: bool) -> Option<(u64, Vec<u8>, String)> {
    let (address, rest) = line.split_once(": ")?;
    let address = u64::from_str_radix(address.trim(), 16).ok()?;
    let (digits, text) = rest.split_once('\t')?;
    let units: Vec<u32> = digits
        .split_whitespace()
        .map(|unit| u32::from_str_radix(unit, 16).ok())
        .collect::<Option<_>>()?;
    let bytes = units.iter().flat_map(|unit| {
        let size = if halfwords || digits.trim().len() == 4 {
            2
        } else {
            4
        };
        unit.to_le_bytes().into_iter().take(size)
    });
    if text.starts_with(['.', '<']) {
        return None;
    }
    Some((address, bytes.collect(), text.to_owned()))
}

/// The text of an instruction with all numbers in one form, and without names of targets.
fn normal(text: &str) -> String {
    let text = text.replace('\t', " ");
    let text = text.split(['<', '@']).next().unwrap_or_default();
    let words =
        text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    let words = words.map(|word| {
        let (number, separator) = match word.char_indices().last() {
            Some((at, last)) if !last.is_ascii_alphanumeric() && last != '.' => word.split_at(at),
            _ => (word, ""),
        };
        let value = match number.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => None,
        };
        match value {
            Some(value) => format!("{value}{separator}"),
            None => word.to_owned(),
        }
    });
    let text: String = words.collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Numbers of floating point are written in several ways, too.
    match text.split_once(", #") {
        Some((before, number)) if text.starts_with('v') => match number.parse::<f64>() {
            Ok(number) => format!("{before}, #{number}"),
            Err(_) => text,
        },
        _ => text,
    }
}

/// Compares everything that LLVM finds in the libraries; how much that was.
fn compare(isa: Isa, target: &str, libraries: &[&str], same: impl Fn(&str, &str) -> bool) {
    let Some(listing) = objdump(target, libraries) else {
        return;
    };
    let mut decoder = Decoder::new(isa);
    let (mut compared, mut different) = (0, Vec::new());
    for line in listing.lines() {
        let Some((address, bytes, text)) = parse(line, isa == Isa::Thumb) else {
            decoder = Decoder::new(isa);
            continue;
        };
        let expected = normal(&text);
        let found = decoder.decode(address, &bytes);
        let length = found.as_ref().map_or(0, |found| usize::from(found.length));
        let found = found.map_or("nothing".to_owned(), |found| normal(&found.text));
        compared += 1;
        if length != bytes.len() || !same(&expected, &found) {
            different.push(format!("{bytes:02x?}: `{expected}`, not `{found}`"));
        }
    }
    assert!(compared > 10_000, "{target}: only {compared} instructions");
    assert!(
        different.is_empty(),
        "{target}: {} of {compared} differ: {:#?}",
        different.len(),
        different.get(..20.min(different.len()))
    );
}

#[test]
fn thumb_of_armv6m_is_what_llvm_says() {
    compare(
        Isa::Thumb,
        "thumbv6m-none-eabi",
        &["compiler_builtins"],
        |expected, found| expected == found,
    );
}

#[test]
fn thumb_of_armv7em_with_floating_point_is_what_llvm_says() {
    compare(
        Isa::Thumb,
        "thumbv7em-none-eabihf",
        &["compiler_builtins", "core"],
        |expected, found| expected == found,
    );
}

#[test]
fn riscv_is_what_llvm_says() {
    // The two name a few instructions by other aliases, and LLVM writes the offset of `jalr` as an address.
    let mnemonic = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
    compare(
        Isa::RiscV32,
        "riscv32imac-unknown-none-elf",
        &["compiler_builtins"],
        |expected, found| mnemonic(expected) == mnemonic(found),
    );
}

#[test]
fn x86_instructions_are_as_long_as_llvm_says() {
    let Some(listing) = objdump("x86_64-unknown-none", &["compiler_builtins"]) else {
        return;
    };
    let mut decoder = Decoder::new(Isa::X86_64);
    let mut compared = 0;
    for line in listing.lines() {
        let Some((address, rest)) = line.split_once(": ") else {
            continue;
        };
        let Ok(address) = u64::from_str_radix(address.trim(), 16) else {
            continue;
        };
        let Some((digits, text)) = rest.split_once('\t') else {
            continue;
        };
        let bytes: Option<Vec<u8>> = digits
            .split_whitespace()
            .map(|byte| u8::from_str_radix(byte, 16).ok())
            .collect();
        let Some(bytes) = bytes.filter(|_| !text.starts_with(['.', '<'])) else {
            continue;
        };
        let found = decoder.decode(address, &bytes);
        let length = found.map(|found| usize::from(found.length));
        assert_eq!(length, Some(bytes.len()), "{line}");
        compared += 1;
    }
    assert!(compared > 5_000, "{compared}");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_an_instruction_or_none(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
        for isa in [Isa::Thumb, Isa::RiscV32, Isa::RiscV64, Isa::X86_64] {
            let mut decoder = Decoder::new(isa);
            for at in 0..bytes.len() {
                if let Some(found) = decoder.decode(0xFFFF_FFF0 + at as u64, &bytes[at..]) {
                    assert!(found.length > 0 && usize::from(found.length) <= bytes.len() - at);
                }
            }
        }
    }
}
