//! What is wrong is said clearly, with a way out and the documented exit code, and leaves nothing behind.

use std::fs;

use insta::assert_snapshot;

use crate::support::{finish, run_in, scratch, tool};

/// Writes `text` as an SVD file, feeds it to the demo, and makes sure that no project appears.
fn demo_with_svd(name: &str, bytes: &[u8]) -> String {
    let dir = scratch(name);
    fs::write(dir.join("chip.svd"), bytes).unwrap();
    let ran = run_in(&dir, ["demo", "--svd", "chip.svd", "--out", "project"]);
    let left: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["chip.svd"]);
    ran.to_string()
}

#[test]
fn a_missing_svd_file() {
    let dir = scratch("missing");
    assert_snapshot!(run_in(&dir, ["demo", "--svd", "chip.svd", "--out", "project"]), @"");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
}

#[test]
fn an_empty_svd_file() {
    assert_snapshot!(demo_with_svd("empty", b""), @"");
}

#[test]
fn a_truncated_svd_file() {
    let text = "<device>\n  <name>X</name>\n  <peripherals>\n    <peripheral>\n      <name>P</na";
    assert_snapshot!(demo_with_svd("truncated", text.as_bytes()), @"");
}

#[test]
fn a_page_of_the_web() {
    assert_snapshot!(demo_with_svd("html", b"<!DOCTYPE html>\n<html><body>404</body></html>\n"), @"");
}

#[test]
fn a_file_that_is_no_text() {
    assert_snapshot!(demo_with_svd("binary", b"\x7fELF\x01\x01\x01\xff\xfe\x00"), @"");
}

#[test]
fn a_file_for_another_family() {
    let text = "<device><name>OTHER</name><version>1</version><peripherals><peripheral><name>UART</name>\
                <baseAddress>0x40000000</baseAddress></peripheral></peripherals></device>";
    assert_snapshot!(demo_with_svd("other", text.as_bytes()), @"");
}

#[test]
fn a_chip_that_is_not_known() {
    let dir = scratch("chip");
    assert_snapshot!(run_in(&dir, ["demo", "--chip", "STM32L03K6"]), @"");
    assert_snapshot!(run_in(&dir, ["demo", "--board", "nucleo-l031"]), @"");
}

#[test]
fn a_program_for_another_machine() {
    let dir = scratch("foreign");
    // This very test is a program, and not for the chip.
    fs::copy(std::env::current_exe().unwrap(), dir.join("host.elf")).unwrap();
    assert_snapshot!(run_in(&dir, ["run", "host.elf", "--board", "nucleo-l031k6"]), @"");
    fs::write(dir.join("text.elf"), "no program at all").unwrap();
    assert_snapshot!(run_in(&dir, ["run", "text.elf", "--board", "nucleo-l031k6"]), @"");
    fs::write(dir.join("empty.elf"), "").unwrap();
    assert_snapshot!(run_in(&dir, ["audit", "empty.elf", "--board", "nucleo-l031k6"]), @"");
    assert_snapshot!(run_in(&dir, ["run", "text.elf"]), @"");
}

#[test]
fn no_cargo_on_the_path() {
    let dir = scratch("no-cargo");
    let mut command = tool();
    command
        .current_dir(&dir)
        .args(["demo", "--out", "project"])
        .env("PATH", &dir)
        .env_remove("CARGO");
    assert_snapshot!(finish(&mut command), @"");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
}

#[test]
fn a_folder_that_belongs_to_somebody() {
    let dir = scratch("somebody");
    fs::create_dir(dir.join("project")).unwrap();
    fs::write(dir.join("project/thesis.txt"), "three years").unwrap();
    assert_snapshot!(run_in(&dir, ["demo", "--out", "project"]), @"");
    let left: Vec<_> = fs::read_dir(dir.join("project"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["thesis.txt"]);
}
