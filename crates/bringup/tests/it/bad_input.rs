//! What is wrong is said clearly, with a way out and the documented exit code, and leaves nothing behind.

use std::fs;

use insta::assert_snapshot;

use crate::support::{finish, run_in, scratch, tool, without_durations};

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
    without_durations(&ran.to_string())
}

#[test]
fn a_missing_svd_file() {
    let dir = scratch("missing");
    assert_snapshot!(run_in(&dir, ["demo", "--svd", "chip.svd", "--out", "project"]), @"
    exit code: 2
    ── stdout
    ── stderr
    Blinking an LED on a virtual Nucleo-L031K6, an STM32L031K6

    error: cannot read `chip.svd`
      because: No such file or directory (os error 2)

    hint: is the path right, seen from the current directory?
    ");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
}

#[test]
fn an_empty_svd_file() {
    assert_snapshot!(demo_with_svd("empty", b""), @"
    exit code: 2
    ── stdout
    ── stderr
    Blinking an LED on a virtual Nucleo-L031K6, an STM32L031K6

    error[empty]: the file is empty
     --> chip.svd:1:1
    1 | 
      | ^
      = hint: download the file again, or check that the path is right


    error: `chip.svd` is not a usable SVD file
    ");
}

#[test]
fn a_truncated_svd_file() {
    let text = "<device>\n  <name>X</name>\n  <peripherals>\n    <peripheral>\n      <name>P</na";
    assert_snapshot!(demo_with_svd("truncated", text.as_bytes()), @"
    exit code: 2
    ── stdout
    ── stderr
    Blinking an LED on a virtual Nucleo-L031K6, an STM32L031K6

    error[truncated]: the file ends inside a tag begun at 5:14
     --> chip.svd:5:14
    5 | <name>P</na
      |        ^^^^
      = hint: the file is not complete; download it again


    error: `chip.svd` is not a usable SVD file
    ");
}

#[test]
fn a_page_of_the_web() {
    assert_snapshot!(demo_with_svd("html", b"<!DOCTYPE html>\n<html><body>404</body></html>\n"), @"
    exit code: 2
    ── stdout
    ── stderr
    Blinking an LED on a virtual Nucleo-L031K6, an STM32L031K6

    error[not-svd]: the root element is `<html>`, not `<device>`
     --> chip.svd:2:1
    2 | <html><body>404</body></html>
      | ^^^^^^
      = hint: this is a web page; download the raw file instead


    error: `chip.svd` is not a usable SVD file
    ");
}

#[test]
fn a_file_that_is_no_text() {
    assert_snapshot!(demo_with_svd("binary", b"\x7fELF\x01\x01\x01\xff\xfe\x00"), @"
    exit code: 2
    ── stdout
    ── stderr
    Blinking an LED on a virtual Nucleo-L031K6, an STM32L031K6

    error[encoding]: the file has bytes that are not UTF-8
     --> chip.svd:1:8
    1 | ELF   ��
      |       ^
      = hint: save it as UTF-8; the XML declaration may name its encoding


    error: `chip.svd` is not a usable SVD file
    ");
}

#[test]
fn a_file_for_another_family() {
    let text = "<device><name>OTHER</name><version>1</version><peripherals><peripheral><name>UART</name>\
                <baseAddress>0x40000000</baseAddress></peripheral></peripherals></device>";
    assert_snapshot!(demo_with_svd("other", text.as_bytes()), @r"
    exit code: 2
    ── stdout
    ── stderr
    Blinking an LED on a virtual Nucleo-L031K6, an STM32L031K6

     1 SVD file  OTHER, 161 B, chip.svd
     2 PAC       1 peripheral, 0 registers
    error: the SVD file describes no `GPIOB`, which the program needs

    hint: is it the file of this chip's family?
    ");
}

#[test]
fn a_chip_that_is_not_known() {
    let dir = scratch("chip");
    assert_snapshot!(run_in(&dir, ["demo", "--chip", "STM32L03K6"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: no chip is called `STM32L03K6`

    hint: did you mean `STM32L031K6`?
    ");
    assert_snapshot!(run_in(&dir, ["demo", "--board", "nucleo-l031"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: no board is called `nucleo-l031`

    hint: did you mean `nucleo-l031k6`?
    ");
}

#[test]
fn a_program_for_another_machine() {
    let dir = scratch("foreign");
    // This very test is a program, and not for the chip.
    fs::copy(std::env::current_exe().unwrap(), dir.join("host.elf")).unwrap();
    assert_snapshot!(run_in(&dir, ["run", "host.elf", "--board", "nucleo-l031k6"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `host.elf` is not firmware for this board
      because: this is a file for 64-bit little-endian x86-64; `STM32L031K6` runs 32-bit little-endian Arm code

    hint: build for the chip, for example with `cargo build --target thumbv6m-none-eabi`
    ");
    fs::write(dir.join("text.elf"), "no program at all").unwrap();
    assert_snapshot!(run_in(&dir, ["run", "text.elf", "--board", "nucleo-l031k6"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `text.elf` is not firmware for this board
      because: not an ELF file: it starts with `6e 6f 20 70`, an ELF file with `7f 45 4c 46`

    hint: pass the ELF file that cargo makes under `target/`, not a `.bin` or `.hex` made from it
    ");
    fs::write(dir.join("empty.elf"), "").unwrap();
    assert_snapshot!(run_in(&dir, ["audit", "empty.elf", "--board", "nucleo-l031k6"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `empty.elf` cannot be audited
      because: the file is not an ELF image but empty

    hint: give the file that the linker wrote, for example `target/thumbv6m-none-eabi/release/NAME`; raw and hex images have no addresses or sections to audit
    ");
    assert_snapshot!(run_in(&dir, ["run", "text.elf"]), @r"
    exit code: 2
    ── stdout
    ── stderr
    error: no chip is named, and there is no project here that names one

    hint: name one with `--board` or `--chip`, or run it in a project; `bringup boards` and `bringup chips` list them
    ");
}

#[test]
fn no_cargo_on_the_path() {
    let dir = scratch("no-cargo");
    let mut command = tool();
    command
        .current_dir(&dir)
        .args(["demo", "--out", "project"])
        // Where cargo found a file before is not asked for again.
        .env("BRINGUP_CACHE_DIR", scratch("no-cargo-cache"))
        .env("PATH", &dir)
        .env_remove("CARGO");
    assert_snapshot!(finish(&mut command), @"
    exit code: 2
    ── stdout
    ── stderr
    Blinking an LED on a virtual Nucleo-L031K6, an STM32L031K6

    error: `cargo` cannot be started
      because: No such file or directory (os error 2)

    hint: `cargo` is not on the path; rustup installs cargo, rustc and itself: https://rustup.rs
    ");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
}

#[test]
fn a_folder_that_belongs_to_somebody() {
    let dir = scratch("somebody");
    fs::create_dir(dir.join("project")).unwrap();
    fs::write(dir.join("project/thesis.txt"), "three years").unwrap();
    assert_snapshot!(run_in(&dir, ["demo", "--out", "project"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `project` is not empty, and not a project of `bringup`

    hint: name a new or an empty directory with `--out`
    ");
    let left: Vec<_> = fs::read_dir(dir.join("project"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["thesis.txt"]);
}
