//! What is read, written and said.

use std::fs;
use std::time::{Duration, SystemTime};

use bringup_build::Pac;
use insta::assert_snapshot;

use crate::{TINY, folder, generate};

#[test]
fn only_what_is_asked_for_is_generated() {
    let dir = folder("asked");
    let svd = dir.join("tiny.svd");
    fs::write(&svd, TINY).unwrap();
    let lines = generate(Pac::new(&svd).peripherals(["tim"]), &dir).unwrap();
    assert_eq!(
        lines,
        [format!("cargo::rerun-if-changed={}", svd.display())]
    );
    let text = fs::read_to_string(dir.join("pac.rs")).unwrap();
    assert!(text.starts_with("pub mod pac {\n") && text.contains("pub mod tim {"));
    for absent in ["pub mod port", "crate::", "feature = ", "no_std"] {
        assert!(!text.contains(absent), "{absent}");
    }
    assert!(!dir.join("device.x").exists());
}

#[test]
fn names_of_handlers_are_written_for_the_linker() {
    let dir = folder("handlers");
    let svd = dir.join("tiny.svd");
    fs::write(&svd, TINY).unwrap();
    let lines = generate(Pac::new(&svd).module("tiny").feature("rt"), &dir).unwrap();
    assert_eq!(
        lines[1..],
        [format!("cargo::rustc-link-search={}", dir.display())]
    );
    assert!(dir.join("tiny.rs").exists());
    let script = fs::read_to_string(dir.join("device.x")).unwrap();
    assert_eq!(script, "PROVIDE(PORT = DefaultHandler);\n");
}

#[test]
fn a_file_is_written_only_if_its_text_changed() {
    let dir = folder("changed");
    let svd = dir.join("tiny.svd");
    fs::write(&svd, TINY).unwrap();
    let pac = || Pac::new(&svd).peripherals(["TIM"]);
    generate(pac(), &dir).unwrap();
    let out = dir.join("pac.rs");
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let modified = || fs::metadata(&out).unwrap().modified().unwrap();
    fs::File::options()
        .write(true)
        .open(&out)
        .and_then(|file| file.set_modified(old))
        .unwrap();
    // Another peripheral changed: not what is generated.
    fs::write(&svd, TINY.replace("[1:0]", "[2:0]")).unwrap();
    generate(pac(), &dir).unwrap();
    assert_eq!(modified(), old);
    fs::write(&svd, TINY.replace("CNT", "COUNT")).unwrap();
    generate(pac(), &dir).unwrap();
    assert!(modified() > old);
}

/// What a build script prints that ends with the error.
fn error(pac: Pac) -> String {
    let dir = folder("error");
    fs::write(dir.join("tiny.svd"), TINY).unwrap();
    let wrong = TINY.replace("[1:0]", "[1:").replace("0x40001000", "there");
    fs::write(dir.join("wrong.svd"), wrong).unwrap();
    fs::write(dir.join("no.svd"), "<html></html>").unwrap();
    let error = generate(pac, &dir).unwrap_err();
    let shown = dir.display().to_string();
    format!("Error: {error:?}").replace(&format!("{shown}/"), "")
}

#[test]
fn errors_say_where_and_what_to_do() {
    let dir = folder("error");
    let tiny = || Pac::new(dir.join("tiny.svd"));
    assert_snapshot!(error(tiny().peripherals(["PORT", "RCC"])), @"
    Error: the device has no peripheral `RCC`

    hint: there are `PORT`, `PORT2`, `TIM`
    ");
    assert_snapshot!(error(tiny().feature("vectors")), @"
    Error: generated crates have no feature `vectors`

    hint: there are `atomics`, `critical-section`, `debug`, `defmt`, `rt`
    ");
    assert_snapshot!(error(tiny().module("super")), @"Error: `super` cannot be the name of a module: letters, digits and `_`, no digit first, no keyword");
    assert_snapshot!(error(Pac::new(dir.join("wrong.svd"))), @"
    Error: `wrong.svd` is not a usable SVD file

    error[bit-range]: `[1:` is not a bit range; the field was left out
      --> wrong.svd:32:25
    32 | <bitRange>[1:</bitRange>
       |           ^^^
       = in field EN in register MODE in peripheral PORT
       = hint: a bit range is written `[7:4]`

    error[number]: `there` is not a number
      --> wrong.svd:50:20
    50 | <baseAddress>there</baseAddress>
       |              ^^^^^
       = in peripheral TIM
       = hint: the `<peripheral>` it belongs to was left out
    ");
    assert_snapshot!(error(Pac::new(dir.join("no.svd"))), @"
    Error: `no.svd` is not a usable SVD file

    error[not-svd]: the root element is `<html>`, not `<device>`
     --> no.svd:1:1
    1 | <html></html>
      | ^^^^^^
      = hint: this is a web page; download the raw file instead
    ");
    assert_snapshot!(error(Pac::new(dir.join("missing.svd"))), @"
    Error: cannot read `missing.svd`
      caused by: No such file or directory (os error 2)

    hint: paths in a build script are seen from the folder of its package
    ");
}
