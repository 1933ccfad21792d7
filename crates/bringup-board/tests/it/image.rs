//! Which files are taken as firmware, and what is said about the others.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::asm::Asm;
use crate::fixture::{Elf, board, elf};

fn refusal(file: &[u8]) -> String {
    let error = board()
        .load(file)
        .expect_err("the file is not firmware for the chip");
    assert!(error.is_image());
    let mut text = error.to_string();
    if let Some(hint) = error.hint() {
        write!(text, "\nhint: {hint}").unwrap();
    }
    text
}

#[test]
fn files_that_are_no_executables() {
    insta::assert_snapshot!(refusal(b""), @r"
    the firmware file is empty
    hint: build the firmware first, and check that the build did not fail
    ");
    insta::assert_snapshot!(refusal(b"PK\x03\x04 and so on"), @r"
    not an ELF file: it starts with `50 4b 03 04`, an ELF file with `7f 45 4c 46`
    hint: pass the ELF file that cargo makes under `target/`, not a `.bin` or `.hex` made from it
    ");
    insta::assert_snapshot!(refusal(b"\x7FELF\x01"), @r"
    the ELF file is damaged: the header lies outside the file or is malformed
    hint: build the firmware again: the file was cut off or overwritten
    ");
    insta::assert_snapshot!(refusal(&Elf { kind: 1, ..Elf::default() }.build()), @r"
    this ELF file is a relocatable object, not an executable
    hint: pass the linked program, not an object file or a library
    ");
}

#[test]
fn files_for_other_machines() {
    insta::assert_snapshot!(refusal(&Elf { class: 2, machine: 62, ..Elf::default() }.build()), @r"
    this is a file for 64-bit little-endian x86-64; `TOY32` runs 32-bit little-endian Arm code
    hint: build for the chip, for example with `cargo build --target thumbv6m-none-eabi`
    ");
    insta::assert_snapshot!(refusal(&Elf { machine: 243, ..Elf::default() }.build()), @r"
    this is a file for 32-bit little-endian RISC-V; `TOY32` runs 32-bit little-endian Arm code
    hint: build for the chip, for example with `cargo build --target thumbv6m-none-eabi`
    ");
    insta::assert_snapshot!(refusal(&Elf { architecture: Some(13), ..Elf::default() }.build()), @r"
    this is code for ARMv7E-M; the Cortex-M0+ of `TOY32` runs ARMv6-M code
    hint: build with `--target thumbv6m-none-eabi`, and remove `target-cpu` options for other cores
    ");
}

#[test]
fn files_that_do_not_fit() {
    insta::assert_snapshot!(refusal(&Elf { bytes: Vec::new(), ..Elf::default() }.build()), @r"
    the ELF file has no segment to load: there is no code in it
    hint: link with the script of `cortex-m-rt`: `-C link-arg=-Tlink.x` in `.cargo/config.toml`, and a `memory.x`
    ");
    insta::assert_snapshot!(refusal(&Elf { address: 0x1000_0000, ..Elf::default() }.build()), @r"
    a segment of 16 bytes at 0x10000000 lies outside the memories of `TOY32`: flash of 16384 bytes at 0x08000000, RAM of 4096 bytes at 0x20000000, EEPROM of 1024 bytes at 0x08080000
    hint: check `ORIGIN` and `LENGTH` in `memory.x` against the chip
    ");
    insta::assert_snapshot!(refusal(&Elf { bytes: vec![0; 0x4001], ..Elf::default() }.build()), @r"
    a segment of 16385 bytes at 0x08000000 lies outside the memories of `TOY32`: flash of 16384 bytes at 0x08000000, RAM of 4096 bytes at 0x20000000, EEPROM of 1024 bytes at 0x08080000
    hint: check `ORIGIN` and `LENGTH` in `memory.x` against the chip
    ");
    let whole = Elf {
        bytes: vec![0; 64],
        ..Elf::default()
    }
    .build();
    insta::assert_snapshot!(refusal(&whole[..whole.len() - 1]), @r"
    the ELF file is damaged: a segment lies outside the file or is malformed
    hint: build the firmware again: the file was cut off or overwritten
    ");
}

#[test]
fn code_of_the_core_s_own_architecture_is_taken() {
    for architecture in [None, Some(11), Some(12)] {
        let image = board()
            .load(
                &Elf {
                    architecture,
                    bytes: vec![0; 0x4000],
                    ..Elf::default()
                }
                .build(),
            )
            .unwrap();
        assert_eq!((image.flash, image.ram), (0x4000, 0));
    }
    let image = board()
        .load(
            &Elf {
                address: 0x2000_0000,
                ..Elf::default()
            }
            .build(),
        )
        .unwrap();
    assert_eq!(
        (image.flash, image.ram),
        (0, 16),
        "a program that is loaded into RAM"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_file_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = board().load(&bytes);
        let _ = board().load(&[b"\x7FELF".as_slice(), &bytes].concat());
    }

    #[test]
    fn no_damage_panics(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut file = Elf { architecture: Some(11), ..Elf::default() }.build();
        for (at, byte) in damage {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(image) = board().load(&file) {
            prop_assert!(image.flash + image.ram <= 0x5400 * 2);
        }
    }

    #[test]
    fn no_program_panics(halfwords in prop::collection::vec(any::<u16>(), 1..60)) {
        let mut program = Asm::new();
        for halfword in halfwords {
            program.op(halfword);
        }
        let mut board = board();
        board.load(&elf(&program)).unwrap();
        board.run_for(std::time::Duration::from_millis(5));
        let report = board.report();
        prop_assert!(report.seconds < 0.006 || report.stop.is_some());
    }
}
