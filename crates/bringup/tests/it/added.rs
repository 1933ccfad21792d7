//! Chips that a user adds: by packs and by SVD files.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::firmware::build;
use crate::support::{Ran, finish, scratch, tool};

/// The description of a pack of three chips that do not exist.
const PDSC: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<package schemaVersion="1.7.36">
  <vendor>Acme</vendor>
  <name>TINY_DFP</name>
  <releases>
    <release version="1.10.0" date="2026-01-31">More of them.</release>
    <release version="1.9.0">Fewer of them.</release>
  </releases>
  <devices>
    <family Dfamily="TINY Series" Dvendor="Acme:999">
      <processor Dcore="Cortex-M0+" Dclock="48000000"/>
      <debug svd="svd\TINY1X.svd"/>
      <memory name="SRAM" access="rwx" start="0x20000000" size="0x2000" default="1"/>
      <device Dname="TINY101K6">
        <memory name="Flash" access="rx" start="0x08000000" size="0x8000" default="1" startup="1"/>
        <variant Dvariant="TINY101K6Tx"/>
      </device>
      <device Dname="TINY101K8">
        <memory name="Flash" access="rx" start="0x08000000" size="0x10000" default="1" startup="1"/>
      </device>
      <device Dname="TINY102K8">
        <memory name="Flash" access="rx" start="0x08000000" size="0x10000" default="1" startup="1"/>
        <debug svd="SVD/TINY102.svd"/>
      </device>
    </family>
  </devices>
</package>
"#;

/// An SVD file of one register for the device `name`.
fn svd(name: &str) -> String {
    format!(
        "<device><name>{name}</name><version>1.1</version><cpu><name>CM0</name></cpu><size>32</size><resetValue>0</resetValue>\
         <peripherals><peripheral><name>PORT</name><baseAddress>0x40000000</baseAddress>\
         <addressBlock><offset>0</offset><size>0x400</size><usage>registers</usage></addressBlock>\
         <registers><register><name>OUT</name><addressOffset>0x4</addressOffset></register></registers></peripheral></peripherals></device>\n"
    )
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A folder with a data directory of its own.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Self {
        Self(scratch(name))
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), bytes).unwrap();
    }

    /// Writes the pack, with this version.
    fn pack(&self, name: &str, version: &str) {
        let pdsc = PDSC.replace("1.10.0", version);
        let svd = svd("TINY1x");
        self.write(
            name,
            archive(&[("Acme.TINY_DFP.pdsc", &pdsc), ("SVD/TINY1x.svd", &svd)]),
        );
    }

    fn run(&self, args: &[&str]) -> Ran {
        finish(
            tool()
                .current_dir(&self.0)
                .env("BRINGUP_DATA_DIR", self.data())
                .args(args),
        )
    }

    /// Names of everything in the data directory, folders with what is in them.
    fn kept(&self) -> Vec<String> {
        let mut all = Vec::new();
        walk(&self.data(), &self.data(), &mut all);
        all.sort();
        all
    }
}

fn walk(root: &Path, folder: &Path, all: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            walk(root, &path, all);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            all.push(name.replace('\\', "/"));
        }
    }
}

#[test]
fn the_chips_of_a_pack_are_known_by_name_everywhere() {
    let desk = Desk::new("pack");
    desk.pack("Acme.TINY_DFP.1.10.0.pack", "1.10.0");
    assert_snapshot!(desk.run(&["svd", "add", "Acme.TINY_DFP.1.10.0.pack"]), @r#"
    exit code: 0
    ── stdout
    ── stderr
    warning[pack]: the pack holds no `SVD/TINY102.svd`
      --> Acme.TINY_DFP.pdsc:23:21
    23 | <debug svd="SVD/TINY102.svd"/>
       |             ^^^^^^^^^^^^^^^


    added Acme.TINY_DFP 1.10.0: 3 chips, 1 SVD file; 1 chip without SVD file
    "#);
    assert_snapshot!(desk.run(&["chips", "tiny"]), @"
    exit code: 0
    ── stdout
    TINY101K6      cortex-m0+     32 KiB flash    8 KiB RAM   Acme, from Acme.TINY_DFP
    TINY101K8      cortex-m0+     64 KiB flash    8 KiB RAM   Acme, from Acme.TINY_DFP
    TINY102K8      cortex-m0+     64 KiB flash    8 KiB RAM   Acme, from Acme.TINY_DFP
    ── stderr
    ");
    assert_snapshot!(desk.run(&["svd", "list"]), @"
    exit code: 0
    ── stdout
    Acme.TINY_DFP  1.10.0      3 chips     1 SVD file  from Acme.TINY_DFP.1.10.0.pack
    ── stderr
    ");
    // By name, by order code, by variant, and by as much of the name as tells.
    for name in [
        "TINY101K6",
        "tiny101k6t6tr",
        "TINY101K6Tx",
        "TINY101K8",
        "tiny101",
    ] {
        let ran = desk.run(&["svd", "get", name]);
        assert_eq!((ran.code, ran.stdout), (Some(0), svd("TINY1x")), "{name}");
    }
    assert_snapshot!(desk.run(&["svd", "show", "TINY101K6", "PORT.OUT"]), @"
    exit code: 0
    ── stdout
    PORT.OUT
    0x40000004, 32 bits, read-write, reset 0x00000000

      31   30   29   28   27   26   25   24   23   22   21   20   19   18   17   16
    ┌───────────────────────────────────────────────────────────────────────────────┐
    │                                    [31:16]                                    │
    │                                      rw                                       │
    │                               0000000000000000                                │
    └───────────────────────────────────────────────────────────────────────────────┘
      15   14   13   12   11   10   9    8    7    6    5    4    3    2    1    0
    ┌───────────────────────────────────────────────────────────────────────────────┐
    │                                    [15:0]                                     │
    │                                      rw                                       │
    │                               0000000000000000                                │
    └───────────────────────────────────────────────────────────────────────────────┘
    ── stderr
    ");
    assert_eq!(desk.run(&["svd", "check", "TINY101K6"]).code, Some(0));
    assert_eq!(
        desk.run(&["pac", "TINY101K8", "--out", "pac"]).code,
        Some(0)
    );
    assert!(desk.0.join("pac/src/port.rs").is_file());
    // Firmware for such a core is audited and runs.
    let elf = build("release").join("hello");
    let elf = elf.to_str().unwrap();
    let audit = desk.run(&["audit", elf, "--chip", "TINY101K6", "--json"]);
    assert_eq!(audit.code, Some(0), "{audit}");
    let run = desk.run(&["run", elf, "--chip", "TINY101K6", "--json"]);
    assert_eq!(
        (run.code, &run.json()["chip"]),
        (Some(0), &"TINY101K6".into()),
        "{run}"
    );
    assert_snapshot!(desk.run(&["svd", "show", "TINY102K8"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: no SVD file for `TINY102K8` is known

    hint: name the vendor's file with `--svd FILE`, or keep it with `bringup svd add FILE`
    ");
    // Two chips of one file are two chips all the same.
    assert_eq!(desk.run(&["audit", elf, "--chip", "TINY101"]).code, Some(2));
    assert_snapshot!(desk.run(&["svd", "show", "TINY10"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `TINY10` stands for several chips: TINY101K6, TINY101K8, TINY102K8

    hint: write more of the name; `bringup chips PATTERN` lists them
    ");
    assert_snapshot!(desk.run(&["svd", "show", "TYNI101K6"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `TYNI101K6` is neither a file nor a chip that is known

    hint: there is `TINY101K6`
    ");
    assert_snapshot!(desk.run(&["run", elf, "--chip", "TYNI101K6"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: no chip is called `TYNI101K6`

    hint: did you mean `TINY101K6`?
    ");
}

#[test]
fn the_newest_version_of_a_pack_stays() {
    let desk = Desk::new("versions");
    desk.pack("old.pack", "1.9.0");
    desk.pack("new.pack", "1.10.0");
    let add = |file| desk.run(&["svd", "add", file]).stderr;
    assert_snapshot!(add("old.pack"), @r#"
    warning[pack]: the pack holds no `SVD/TINY102.svd`
      --> Acme.TINY_DFP.pdsc:23:21
    23 | <debug svd="SVD/TINY102.svd"/>
       |             ^^^^^^^^^^^^^^^


    added Acme.TINY_DFP 1.9.0: 3 chips, 1 SVD file; 1 chip without SVD file
    "#);
    let old = desk.kept();
    assert_eq!(old.len(), 2, "{old:?}");
    assert_snapshot!(add("new.pack"), @r#"
    warning[pack]: the pack holds no `SVD/TINY102.svd`
      --> Acme.TINY_DFP.pdsc:23:21
    23 | <debug svd="SVD/TINY102.svd"/>
       |             ^^^^^^^^^^^^^^^


    added Acme.TINY_DFP 1.10.0 in place of 1.9.0: 3 chips, 1 SVD file; 1 chip without SVD file
    "#);
    let new = desk.kept();
    assert_snapshot!(add("new.pack"), @r#"
    warning[pack]: the pack holds no `SVD/TINY102.svd`
      --> Acme.TINY_DFP.pdsc:23:21
    23 | <debug svd="SVD/TINY102.svd"/>
       |             ^^^^^^^^^^^^^^^


    Acme.TINY_DFP 1.10.0 is there already
    "#);
    assert_snapshot!(add("old.pack"), @r#"
    warning[pack]: the pack holds no `SVD/TINY102.svd`
      --> Acme.TINY_DFP.pdsc:23:21
    23 | <debug svd="SVD/TINY102.svd"/>
       |             ^^^^^^^^^^^^^^^


    1.10.0 of Acme.TINY_DFP is there already and newer than 1.9.0: nothing was changed; `bringup svd remove Acme.TINY_DFP` would make room
    "#);
    assert_eq!(desk.kept(), new);
    // The same version with another file, as vendors do it, replaces what was there.
    let files = archive(&[
        ("Acme.TINY_DFP.pdsc", PDSC),
        ("SVD/TINY1x.svd", &svd("TINY1y")),
    ]);
    desk.write("new.pack", files);
    assert_snapshot!(add("new.pack"), @r#"
    warning[pack]: the pack holds no `SVD/TINY102.svd`
      --> Acme.TINY_DFP.pdsc:23:21
    23 | <debug svd="SVD/TINY102.svd"/>
       |             ^^^^^^^^^^^^^^^


    replaced Acme.TINY_DFP 1.10.0, whose content was another: 3 chips, 1 SVD file; 1 chip without SVD file
    "#);
    assert!(
        desk.run(&["svd", "get", "TINY101K6"])
            .stdout
            .contains("TINY1y")
    );
    assert_eq!(desk.kept().len(), 2);
    assert_snapshot!(desk.run(&["svd", "remove", "acme.tiny"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: what was added has no pack or chip `acme.tiny`

    hint: there is `Acme.TINY_DFP`
    ");
    assert_snapshot!(desk.run(&["svd", "remove", "acme.tiny_dfp"]), @"
    exit code: 0
    ── stdout
    ── stderr
    removed Acme.TINY_DFP
    ");
    assert_eq!(desk.kept(), [""; 0]);
    assert_snapshot!(desk.run(&["svd", "list"]), @"
    exit code: 0
    ── stdout
    ── stderr
    nothing was added; `bringup svd add FILE` does it
    ");
}

#[test]
fn an_svd_file_serves_the_chips_of_its_family() {
    let desk = Desk::new("family");
    let without = desk.run(&["svd", "get", "STM32F042K6"]);
    assert_eq!(without.code, Some(2), "{without}");
    desk.write("STM32F0x2.svd", svd("STM32F0x2"));
    assert_snapshot!(desk.run(&["svd", "add", "STM32F0x2.svd"]), @"
    exit code: 0
    ── stdout
    ── stderr
    added STM32F0x2 1.1: 1 peripheral of STM32F0x2
      it has the SVD file of STM32F042K6
    ");
    assert_eq!(
        desk.run(&["svd", "get", "nucleo-f042k6"]).stdout,
        svd("STM32F0x2")
    );
    // One that is added for just this chip comes first, and what is named on the command line before all.
    desk.write("own.svd", svd("MINE"));
    assert_snapshot!(desk.run(&["svd", "add", "own.svd", "--chip", "stm32f042k6t6"]), @"
    exit code: 0
    ── stdout
    ── stderr
    added STM32F042K6 1.1: 1 peripheral of MINE
    ");
    assert_eq!(desk.run(&["svd", "get", "STM32F042K6"]).stdout, svd("MINE"));
    desk.write("given.svd", svd("GIVEN"));
    let elf = build("release").join("hello");
    let elf = elf.to_str().unwrap();
    let run = |args: &[&str]| {
        let all = [&["run", elf, "--chip", "STM32F042K6", "--json"], args].concat();
        desk.run(&all).json()["stop"].clone()
    };
    assert_eq!(run(&[]), "exit");
    assert_eq!(run(&["--svd", "given.svd"]), "exit");
}

#[test]
fn an_svd_file_is_a_chip_by_its_own_name() {
    let desk = Desk::new("own-name");
    desk.write("chip.svd", svd("NOBODYS"));
    assert_snapshot!(desk.run(&["svd", "add", "chip.svd"]), @"
    exit code: 0
    ── stdout
    ── stderr
    added NOBODYS 1.1: 1 peripheral of NOBODYS
      `NOBODYS` has no memory of kind `flash`: `run`, `audit` and `new` need it; `--core`, `--flash` and `--ram` say it
    ");
    assert_eq!(desk.run(&["svd", "get", "nobodys"]).stdout, svd("NOBODYS"));
    let elf = build("release").join("hello");
    let elf = elf.to_str().unwrap();
    assert_snapshot!(desk.run(&["audit", elf, "--chip", "NOBODYS"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `NOBODYS` has no memory of kind `flash`

    hint: add its SVD file again with what is missing, as in `bringup svd add FILE --core cortex-m0+ --flash 0x08000000:32K --ram 0x20000000:8K`
    ");
    let add = desk.run(&[
        "svd",
        "add",
        "chip.svd",
        "--core",
        "cortex-m0+",
        "--flash",
        "0x08000000:32K",
        "--ram",
        "0x20000000:8K",
    ]);
    assert_eq!(add.code, Some(0), "{add}");
    let run = desk.run(&["run", elf, "--chip", "NOBODYS", "--json"]);
    assert_eq!(
        (run.code, &run.json()["stop"]),
        (Some(0), &"exit".into()),
        "{run}"
    );
    // Archives in which vendors publish SVD files, without a description.
    desk.write(
        "svd.zip",
        archive(&[
            ("a/ONE.svd", &svd("ONE")),
            ("b/TWO.svd", &svd("TWO")),
            ("readme.txt", ""),
        ]),
    );
    assert_snapshot!(desk.run(&["svd", "add", "svd.zip"]), @"
    exit code: 0
    ── stdout
    ── stderr
    added ONE 1.1: 1 peripheral of ONE
      `ONE` has no memory of kind `flash`: `run`, `audit` and `new` need it; `--core`, `--flash` and `--ram` say it
    added TWO 1.1: 1 peripheral of TWO
      `TWO` has no memory of kind `flash`: `run`, `audit` and `new` need it; `--core`, `--flash` and `--ram` say it
    ");
    assert_eq!(desk.run(&["svd", "get", "TWO"]).stdout, svd("TWO"));
}

#[test]
fn what_cannot_be_added_leaves_nothing() {
    let desk = Desk::new("refused");
    let add = |name: &str, bytes: Vec<u8>, args: &[&str]| {
        desk.write(name, bytes);
        let ran = desk.run(&[&["svd", "add", name], args].concat());
        assert_eq!((ran.code, desk.kept().len()), (Some(2), 0), "{ran}");
        ran.stderr
    };
    let pdsc = |text: &str| archive(&[("Acme.TINY_DFP.pdsc", text), ("SVD/TINY1x.svd", &svd("T"))]);
    assert_snapshot!(add("cut.pack", pdsc(PDSC)[..300].to_vec(), &[]), @"
    error: `cut.pack` cannot be added
      because: this is not a ZIP archive that can be read: Could not find EOCD

    hint: is the file complete? download it again
    ");
    assert_snapshot!(add("empty.pack", archive(&[("readme.txt", "")]), &[]), @"
    error: `empty.pack` cannot be added
      because: the archive holds no `.pdsc` file, so it is not a CMSIS-Pack

    hint: a CMSIS-Pack holds a file `VENDOR.NAME.pdsc` beside what it describes
    ");
    assert_snapshot!(add("broken.pack", pdsc(&PDSC.replace("</device>", "")), &[]), @"
    error[pack]: `</family>` closes `<device>` opened at 21:7
      --> Acme.TINY_DFP.pdsc:25:5
    25 | </family>
       | ^^^^^^^^^


    error: `broken.pack` cannot be added
      because: `Acme.TINY_DFP.pdsc` does not describe a pack
    ");
    assert_snapshot!(add("name.pack", pdsc(PDSC), &["--chip", "TINY101K6"]), @"
    error: `name.pack` is a pack, which names its chips itself

    hint: `--chip`, `--core`, `--flash` and `--ram` are for one SVD file
    ");
    assert_snapshot!(add("page.svd", b"<html></html>".to_vec(), &[]), @"
    error[not-svd]: the root element is `<html>`, not `<device>`
     --> page.svd:1:1
    1 | <html></html>
      | ^^^^^^
      = hint: this is a web page; download the raw file instead


    error: `page.svd` is not a usable SVD file
    ");
    assert_snapshot!(add("odd.svd", svd("S 1").into_bytes(), &[]), @"
    error: `S 1`, of `odd.svd`, is no name for a chip

    hint: give it one with `--chip NAME`: letters, digits, `-`, `_` and `/`
    ");
    assert_snapshot!(desk.run(&["svd", "add", "missing.pack"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: cannot read `missing.pack`
      because: No such file or directory (os error 2)

    hint: is the path right, seen from the current directory?
    ");
}

#[test]
fn what_others_wrote_into_the_data_directory_is_said() {
    let desk = Desk::new("spoilt");
    desk.pack("tiny.pack", "1.10.0");
    assert_eq!(desk.run(&["svd", "add", "tiny.pack"]).code, Some(0));
    let manifest = desk.data().join("svd/acme.tiny_dfp.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, &text[..text.len() / 2]).unwrap();
    let said = desk.run(&["svd", "get", "TINY101K6"]);
    assert_eq!(said.code, Some(2));
    let stable = said.stderr.replace(desk.data().to_str().unwrap(), "DATA");
    assert_snapshot!(stable, @"
    error: `DATA/svd/acme.tiny_dfp.json` does not say what was added
      because: EOF while parsing a value at line 45 column 3

    hint: remove that file, and add the pack or SVD file again
    ");
    // What the catalogue knows needs none of it, and adding the pack again mends it.
    assert_eq!(desk.run(&["svd", "get", "STM32L031K6"]).code, Some(0));
    assert_eq!(desk.run(&["svd", "add", "tiny.pack"]).code, Some(0));
    assert_eq!(fs::read_to_string(&manifest).unwrap(), text);
}
