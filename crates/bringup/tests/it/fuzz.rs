//! A fixed number of mutated files through loader, checks and generator, on stable Rust and the same in each run.
//! The target for cargo-fuzz in `fuzz/` runs the same function.

#[path = "../../../../fuzz/src/svd.rs"]
#[expect(unreachable_pub, reason = "it is public where it is a crate")]
mod target;

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use crate::support::scratch;

/// Mutated files per run, unless `BRINGUP_FUZZ_ITERATIONS` says otherwise.
const ITERATIONS: u64 = 400;

/// Files beyond this many bytes are no seeds: what goes wrong in a large file does so in a small one.
const MAX_SEED: u64 = 128 * 1024;

/// What changes the meaning of a file most.
const WORDS: &[&str] = &[
    "%s",
    "[%s]",
    "",
    "0",
    "1",
    "-1",
    "0x",
    "#x1x",
    "64",
    "65536",
    "1000000000",
    "18446744073709551615",
    "é",
    "\u{FEFF}",
    "derivedFrom=\"CTRL\"",
    "read-only",
    "write-only",
    "<dim>3</dim><dimIncrement>4</dimIncrement>",
    "<size>8</size>",
    "<name>r#type</name>",
    "<alternateRegister>A</alternateRegister>",
    "]]>",
    "<!--",
    "&a;",
    "\0",
    "self",
    "_",
    "9A",
];

/// Numbers that follow from a seed (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end.max(1)
    }
}

/// The test files of the device model, and small ones of vendors where they are beside the project.
fn seeds() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "../bringup-device/tests/fixtures",
        "../../../shared/svd/ARM_SAMPLE",
    ];
    let mut paths: Vec<_> = folders
        .iter()
        .filter_map(|folder| fs::read_dir(root.join(folder)).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "svd"))
        .filter(|path| path.metadata().is_ok_and(|it| it.len() <= MAX_SEED))
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The ranges between `>` and `<`: values, of which other ones make other devices.
fn values(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut values = Vec::new();
    let mut start = None;
    for (at, &byte) in bytes.iter().enumerate() {
        match (byte, start) {
            (b'>', _) => start = Some(at + 1),
            (b'<', Some(from)) => {
                if bytes[from..at]
                    .iter()
                    .any(|byte| !byte.is_ascii_whitespace())
                {
                    values.push((from, at));
                }
                start = None;
            }
            _ => {}
        }
    }
    values
}

/// A file with one to six changes.
fn mutate(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(8) {
            // Most changes leave the file well-formed, and get further.
            0..=3 => {
                let values = values(&bytes);
                if values.is_empty() {
                    return bytes;
                }
                let (start, end) = values[random.below(values.len())];
                let (from, to) = values[random.below(values.len())];
                let with = match random.below(2) {
                    0 => WORDS[random.below(WORDS.len())].as_bytes().to_vec(),
                    _ => bytes[from..to].to_vec(),
                };
                bytes.splice(start..end, with);
            }
            4 => {
                let word = WORDS[random.below(WORDS.len())].bytes();
                bytes.splice(at..at, word);
            }
            5 => bytes[at] ^= 1 << random.below(8),
            6 => {
                let end = (at + random.below(200)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let end = (at + random.below(400)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

#[test]
fn mutated_files_break_nothing() {
    let iterations = std::env::var("BRINGUP_FUZZ_ITERATIONS");
    let iterations = iterations.map_or(ITERATIONS, |count| count.parse().unwrap());
    let seeds = seeds();
    assert!(seeds.len() >= 4, "the fixtures are gone");
    for iteration in 0..iterations {
        let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ (iteration + 1));
        random.next();
        let seed = &seeds[random.below(seeds.len())];
        let bytes = mutate(seed, &mut random);
        let result = panic::catch_unwind(AssertUnwindSafe(|| target::run(&bytes)));
        if result.is_err() {
            let file = scratch("fuzz").join(format!("{iteration}.svd"));
            fs::write(&file, &bytes).unwrap();
            panic!(
                "iteration {iteration} panics; the file is `{}`",
                file.display()
            );
        }
    }
}
