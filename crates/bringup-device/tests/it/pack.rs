//! CMSIS-Packs: what is in them, what is wrong with them, and what they must not do.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use bringup_device::LineIndex;
use bringup_device::catalogue::{Core, MemoryKind};
use bringup_device::pack::{self, Archive, Chip, Error, Pack};
use insta::assert_snapshot;
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const PDSC: &str = include_str!("../fixtures/Acme.TINY_DFP.pdsc");

/// An archive of files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The fixture as a pack.
fn tiny() -> Vec<u8> {
    archive(&[
        ("Acme.TINY_DFP.pdsc", PDSC.as_bytes()),
        ("CMSIS/SVD/TINY1x.svd", b"<device/>"),
        (
            r"CMSIS\SVD\Tiny2xx.SVD",
            b"<device><name>TINY2xx</name></device>",
        ),
        ("CMSIS/SVD/TWIN_CM7.svd", b"<device/>"),
        ("CMSIS/Flash/TINY_32.FLM", b"\x7fELF"),
    ])
}

type InMemory<'a> = Archive<Cursor<&'a [u8]>>;

fn open(bytes: &[u8]) -> Result<(InMemory<'_>, Pack), Error> {
    let mut archive = Archive::open(Cursor::new(bytes))?;
    let pack = archive.pack()?;
    Ok((archive, pack))
}

/// An error with its causes and the problems of the text.
fn say(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let _ = write!(text, ": {inner}");
        cause = inner.source();
    }
    if let Error::Description { diagnostics, .. } = error {
        for diagnostic in diagnostics {
            let _ = write!(text, "\n{diagnostic}");
        }
    }
    text
}

fn show(chip: &Chip) -> String {
    let mut text = format!(
        "{} {:?} {} {}{} {:?} {:?}",
        chip.name,
        chip.other_names,
        chip.vendor,
        chip.core,
        if chip.has_fpu { " fpu" } else { "" },
        chip.clock_hz,
        chip.svd
    );
    for memory in &chip.memories {
        let (kind, origin, length) = (memory.kind.word(), memory.origin, memory.length);
        let _ = write!(
            text,
            "\n  {kind} {} {origin:#x}+{length:#x} {:x?}",
            memory.name, memory.aliases
        );
    }
    text
}

fn chips(chips: &[Chip]) -> String {
    chips.iter().map(show).collect::<Vec<_>>().join("\n")
}

#[test]
fn levels_hand_down_what_they_say() {
    let bytes = tiny();
    let (mut archive, pack) = open(&bytes).unwrap();
    let description = &pack.description;
    assert_eq!(
        (
            description.vendor.as_str(),
            description.name.as_str(),
            description.version.as_str()
        ),
        ("Acme", "TINY_DFP", "1.10.0")
    );
    assert_snapshot!(chips(&description.chips), @r#"
    TINY101C6 ["TINY101C6Tx", "TINY101C6Ux"] Acme & Sons Cortex-M0 Some(48000000) Some("CMSIS/SVD/TINY1x.svd")
      flash Flash 0x8000000+0x8000 []
      ram SRAM 0x20000000+0x1000 []
    TINY101C8 [] Acme & Sons Cortex-M0 Some(48000000) None
      flash Flash 0x8000000+0x10000 [18000000]
      ram SRAM 0x20000000+0x1000 []
      system BootROM 0x1ffff000+0x800 []
      eeprom DataEEPROM 0x8080000+0x400 []
      ram CCM 0x10000000+0x2000 []
    TINY101C8X [] Acme & Sons Cortex-M0 Some(48000000) None
      flash Flash 0x8000000+0x10000 [18000000]
      ram SRAM 0x20000000+0x2000 []
      system BootROM 0x1ffff000+0x800 []
      eeprom DataEEPROM 0x8080000+0x400 []
      ram CCM 0x10000000+0x2000 []
    TINY200 [] Acme & Sons Cortex-M0 Some(24000000) Some("CMSIS/SVD/Tiny2xx.SVD")
      flash IROM1 0x0+0x4000 []
      ram IRAM1 0x20000000+0x400 []
    TWIN745/A-CM7 ["TWIN745/A"] Acme Cortex-M7 fpu Some(480000000) Some("CMSIS/SVD/TWIN_CM7.svd")
      flash Flash 0x8000000+0x100000 []
      ram DTCM 0x20000000+0x20000 []
    TWIN745/A-CM4 [] Acme Cortex-M4 fpu Some(240000000) None
      flash Flash 0x8000000+0x100000 []
      ram SRAM1 0x10000000+0x20000 []
    "#);
    let lines = LineIndex::new(PDSC);
    let warnings = pack
        .warnings
        .iter()
        .map(|warning| warning.display(&lines).to_string());
    assert_snapshot!(warnings.collect::<Vec<_>>().join("\n"), @"
    warning[pack] at 47:23: the pack holds no `CMSIS/SVD/TINY1x8.svd`
    warning[pack] at 67:31: the pack holds no `CMSIS/SVD/TWIN_CM4.svd`
    ");
    // Case and slashes of paths are the vendor's.
    let svd = description
        .chips
        .iter()
        .find(|chip| chip.name == "TINY200")
        .unwrap();
    let text = archive.read(svd.svd.as_ref().unwrap(), 1000).unwrap();
    assert_eq!(text, b"<device><name>TINY2xx</name></device>");
}

#[test]
fn chips_become_those_of_the_catalogue() {
    let bytes = tiny();
    let chips = open(&bytes).unwrap().1.description.chips;
    let chip = chips[0].to_catalogue().unwrap();
    assert_eq!(
        (chip.name.as_str(), chip.core),
        ("TINY101C6", Core::CortexM0)
    );
    let flash = chip.memory(MemoryKind::Flash).unwrap();
    assert_eq!((flash.origin, &flash.aliases[..]), (0x0800_0000, &[0][..]));
    assert_eq!(chip.memory(MemoryKind::Ram).unwrap().length, 0x1000);
    // Flash that is at address 0 anyway is there once.
    let old = chips.iter().find(|chip| chip.name == "TINY200").unwrap();
    assert_eq!(old.to_catalogue().unwrap().memories[0].aliases, []);
    let without = |change: fn(&mut Chip)| {
        let mut chip = chips[0].clone();
        change(&mut chip);
        chip.to_catalogue().unwrap_err().to_string()
    };
    assert_snapshot!(without(|chip| chip.core = "Cortex-A5".into()), @"the core of `TINY101C6` is `Cortex-A5`, for which nothing is built");
    assert_snapshot!(without(|chip| chip.core.clear()), @"the core of `TINY101C6` is not known");
    assert_snapshot!(without(|chip| chip.memories.retain(|it| it.kind != MemoryKind::Ram)), @"`TINY101C6` has no memory of kind `ram`");
}

/// What is said about a pack whose description is `pdsc`.
fn refused(pdsc: &str) -> String {
    let bytes = archive(&[("A.B.pdsc", pdsc.as_bytes())]);
    // A whole pack in a message helps nobody.
    say(&open(&bytes).err().unwrap())
}

/// The fixture with one thing changed.
fn changed(from: &str, to: &str) -> String {
    assert!(PDSC.contains(from), "{from}");
    PDSC.replacen(from, to, 1)
}

#[test]
fn what_is_no_pack_is_said() {
    let error = |bytes: &[u8]| say(&open(bytes).err().unwrap());
    assert_snapshot!(error(b""), @"this is not a ZIP archive that can be read: Could not find EOCD");
    assert_snapshot!(error(b"<html><body>404</body></html>"), @"this is not a ZIP archive that can be read: Could not find EOCD");
    assert_snapshot!(error(&archive(&[("readme.txt", b"hello")])), @"the archive holds no `.pdsc` file, so it is not a CMSIS-Pack");
    assert_snapshot!(refused(""), @"
    `A.B.pdsc` does not describe a pack
    error[pack] at byte 0: the file has no root element
    ");
    assert_snapshot!(refused("PK"), @"
    `A.B.pdsc` does not describe a pack
    error[pack] at byte 2: the file has no root element
    ");
    assert_snapshot!(refused("<html><body>404</body></html>"), @"
    `A.B.pdsc` does not describe a pack
    error[pack] at byte 0: the root element is `<html>`, not `<package>`
    ");
    assert_snapshot!(refused("<package></package>"), @"
    `A.B.pdsc` does not describe a pack
    error[pack] at byte 0: the pack has no `<vendor>`
    ");
    assert_snapshot!(refused("<package><vendor>A</vendor><name>B</name></package>"), @"the pack `A.B` describes no chips");
    assert_snapshot!(refused("<package><vendor>A</vendor></package>"), @"
    `A.B.pdsc` does not describe a pack
    error[pack] at byte 0: the pack has no `<name>`
    ");
    assert_snapshot!(refused(&changed("</subFamily>", "</family>")), @"
    `A.B.pdsc` does not describe a pack
    error[pack] at byte 2896: `</family>` closes `<subFamily>` opened at 26:7
    ");
    assert_snapshot!(refused(&PDSC[..PDSC.len() / 2]), @"
    `A.B.pdsc` does not describe a pack
    error[pack] at byte 1970: the file ends inside this tag
    ");
    assert_snapshot!(refused(&changed(r#"Dname="TINY200""#, "")), @"
    `A.B.pdsc` does not describe a pack
    error[pack] at byte 2980: this device has no `Dname`
    ");
    assert_snapshot!(refused(&"<package>".repeat(1000)), @"
    `A.B.pdsc` does not describe a pack
    error[pack] at byte 576: `<package>` is inside 64 other elements
    ");
}

#[test]
fn what_is_wrong_with_a_description_is_said_with_its_place() {
    let warnings = |from: &str, to: &str| {
        let text = changed(from, to);
        let described = pack::describe(&text);
        assert!(described.description.is_some());
        let lines = LineIndex::new(&text);
        let warnings = described.diagnostics.iter();
        let lines = warnings.map(|warning| warning.display(&lines).to_string());
        lines.collect::<Vec<_>>().join("\n")
    };
    let svd = r"cmsis\SVD\TINY1x.svd";
    assert_snapshot!(warnings(svd, "../../etc/passwd"), @"warning[pack] at 29:21: `../../etc/passwd` is not a path inside a pack");
    assert_snapshot!(warnings(svd, r"C:\SVD\TINY1x.svd"), @r"warning[pack] at 29:21: `C:\\SVD\\TINY1x.svd` is not a path inside a pack");
    assert_snapshot!(warnings(r#"Dname="TINY200""#, "Dname=\"TINY\n200\""), @r"warning[pack] at 55:7: `TINY\n200` is not the name of a chip");
    assert_snapshot!(warnings(r#"size="8k""#, r#"size="a lot""#), @"
    warning[pack] at 43:11: `CCM` has no start or no size
    warning[pack] at 43:67: `a lot` is not a number
    ");
    assert_snapshot!(warnings(r#"start="0x10000000" size="8k""#, r#"start="0xFFFFF000" size="8k""#), @"warning[pack] at 43:11: `CCM` ends beyond 32 bits and was left out");
    assert_snapshot!(warnings(r#"start="0x10000000" size="8k""#, r#"start="0x08000100" size="8k""#), @"warning[pack] at 43:11: `CCM` overlaps `Flash` at 0x08000000 and was left out");
    assert_snapshot!(warnings(r#"<processor Dcore="Cortex-M0""#, r#"<processed Dcore="Cortex-M0""#), @"
    warning[pack] at 32:9: no core is given for `TINY101C6`
    warning[pack] at 37:11: no core is given for `TINY101C6Tx`
    warning[pack] at 38:11: no core is given for `TINY101C6Ux`
    warning[pack] at 40:9: no core is given for `TINY101C8`
    warning[pack] at 48:11: no core is given for `TINY101C8X`
    warning[pack] at 55:7: no core is given for `TINY200`
    ");
}

#[test]
fn bytes_of_other_encodings_change_no_place() {
    let mut latin = changed("Small ones.", "K?eine.").into_bytes();
    let at = latin.windows(7).position(|it| it == b"K?eine.").unwrap();
    latin[at + 1] = 0xFC;
    let bytes = archive(&[("A.B.pdsc", &latin)]);
    let pack = open(&bytes).unwrap().1;
    let text = changed("Small ones.", "K?eine.");
    assert_eq!(
        pack.description.chips.len(),
        pack::describe(&text).description.unwrap().chips.len()
    );
    assert!(!pack.warnings.is_empty());
    assert_eq!(pack.source.position(&pack.warnings[0]).line, 29);
}

#[test]
fn archives_that_mean_harm_are_refused_early() {
    // A file that grows a thousandfold is not unpacked beyond the limit, whatever size it states.
    let zeros = vec![0; 1 << 20];
    let bomb = archive(&[("A.B.pdsc", PDSC.as_bytes()), ("SVD/BOMB.svd", &zeros)]);
    assert!(bomb.len() < 20_000);
    let mut archive_of_bomb = Archive::open(Cursor::new(&bomb)).unwrap();
    assert_snapshot!(say(&archive_of_bomb.read("svd/bomb.svd", 1000).unwrap_err()), @"`svd/bomb.svd` has more than the 1000 bytes that are read");
    assert_eq!(
        archive_of_bomb.read("svd/bomb.svd", 1 << 20).unwrap(),
        zeros
    );
    // Files that lie outside of the archive are not in it.
    let traversal = archive(&[
        ("A.B.pdsc", PDSC.as_bytes()),
        ("../../evil.svd", b"<device/>"),
    ]);
    let mut outside = Archive::open(Cursor::new(&traversal)).unwrap();
    assert_eq!(outside.svd_files().count(), 0);
    assert_snapshot!(say(&outside.read("../../evil.svd", 1000).unwrap_err()), @"the archive holds no `../../evil.svd`");
    // A damaged file is noticed by its checksum.
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("A.svd", stored).unwrap();
    zip.write_all(b"<device/>").unwrap();
    let mut damaged = zip.finish().unwrap().into_inner();
    let at = damaged
        .windows(9)
        .position(|it| it == b"<device/>")
        .unwrap();
    damaged[at] ^= 1;
    let mut damaged = Archive::open(Cursor::new(damaged)).unwrap();
    assert_snapshot!(say(&damaged.read("A.svd", 1000).unwrap_err()), @"`A.svd` cannot be taken out of the archive: Invalid checksum");
}

#[test]
fn descriptions_that_mean_harm_are_refused_early() {
    let of = |inner: &str| {
        format!(
            "<package><vendor>A</vendor><name>B</name><devices><family Dfamily=\"F\"><processor Dcore=\"Cortex-M0\"/>{inner}</family></devices></package>"
        )
    };
    let device = |index: usize| format!("<device Dname=\"D{index}\"/>");
    let many: String = (0..30_000).map(device).collect();
    assert_snapshot!(last_line(&refused(&of(&many))), @"error[limit] at byte 468990: with this there are more than 20000 chips");
    // Each of many devices inherits all of many memories.
    let memory = |index: usize| {
        format!(
            "<memory name=\"M{index}\" start=\"{}\" size=\"1\"/>",
            index * 2
        )
    };
    let memories: String = (0..1000).map(memory).collect();
    let devices: String = (0..2000).map(device).collect();
    assert_snapshot!(last_line(&refused(&of(&format!("{memories}{devices}")))), @"error[limit] at byte 64303: with this there are more than 1000000 memories");
    // Entities that a document defines are not replaced, so they cannot grow.
    let laugh = "<!DOCTYPE package [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let text = format!("{laugh}{}", of("<device Dname=\"D&b;\"/>"));
    let described = pack::describe(&text);
    assert_eq!(described.description.unwrap().chips.len(), 0);
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

/// Whatever is read from bytes keeps what it promises.
fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Ok((mut archive, pack)) = open(bytes) else {
        return Ok(());
    };
    for chip in &pack.description.chips {
        if let Some(svd) = &chip.svd {
            prop_assert!(archive.find(svd).is_some());
            let _ = archive.read(svd, 1000);
        }
        for memory in &chip.memories {
            prop_assert!(memory.length > 0);
            prop_assert!(u64::from(memory.origin) + u64::from(memory.length) <= 1 << 32);
        }
        let _ = chip.to_catalogue();
    }
    for warning in &pack.warnings {
        pack.source.show(warning);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_archives_do_no_harm(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>(), whole in any::<bool>()) {
        let mut bytes = tiny();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        check(&bytes)?;
    }

    #[test]
    fn damaged_descriptions_do_no_harm(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_usize..200), 1..6)) {
        let mut text = PDSC.as_bytes().to_vec();
        for (from, to, length) in changes {
            // A piece of the text in the place of another one, which breaks numbers, names and nesting.
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            let piece = text[from..(from + length).min(text.len())].to_vec();
            let end = (to + length / 2).min(text.len());
            text.splice(to..end, piece);
        }
        check(&archive(&[("A.B.pdsc", &text), ("CMSIS/SVD/TINY1x.svd", b"<device/>")]))?;
    }
}
