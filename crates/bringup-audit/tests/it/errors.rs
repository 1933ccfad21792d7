//! What cannot be audited: the message and the hint.

use bringup_audit::audit;
use object::{Endianness, elf};

use crate::image::{Image, chip};

/// Message and hint as a person reads them.
fn refusal(bytes: &[u8]) -> String {
    let error = audit(bytes, &chip()).unwrap_err();
    let hint = error
        .hint()
        .map(|hint| format!("\n\nhint: {hint}"))
        .unwrap_or_default();
    format!("{error}{hint}")
}

fn sound(change: impl FnOnce(&mut Image)) -> Vec<u8> {
    let mut image = Image::sound();
    change(&mut image);
    image.build()
}

#[test]
fn empty() {
    insta::assert_snapshot!(refusal(b""), @r"
    the file is not an ELF image but empty

    hint: give the file that the linker wrote, for example `target/thumbv6m-none-eabi/release/NAME`; raw and hex images have no addresses or sections to audit
    ");
}

#[test]
fn xml() {
    insta::assert_snapshot!(refusal(b"<?xml version=\"1.0\"?><device>"), @r"
    the file is not an ELF image but an XML file

    hint: give the file that the linker wrote, for example `target/thumbv6m-none-eabi/release/NAME`; raw and hex images have no addresses or sections to audit
    ");
}

#[test]
fn raw_binary() {
    insta::assert_snapshot!(refusal(&[0x00, 0x20, 0x00, 0x20]), @r"
    the file is not an ELF image

    hint: give the file that the linker wrote, for example `target/thumbv6m-none-eabi/release/NAME`; raw and hex images have no addresses or sections to audit
    ");
}

#[test]
fn for_the_host() {
    insta::assert_snapshot!(refusal(&sound(|image| {
        image.machine = elf::EM_X86_64;
        image.is_64 = true;
    })), @r"
    the ELF file is for x86-64 (64-bit, little-endian), but STM32L031K6 takes 32-bit little-endian ARM code

    hint: build with `--target thumbv6m-none-eabi`, or set `build.target` in `.cargo/config.toml`
    ");
}

#[test]
fn for_riscv() {
    insta::assert_snapshot!(refusal(&sound(|image| image.machine = elf::EM_RISCV)), @r"
    the ELF file is for RISC-V (32-bit, little-endian), but STM32L031K6 takes 32-bit little-endian ARM code

    hint: build with `--target thumbv6m-none-eabi`, or set `build.target` in `.cargo/config.toml`
    ");
}

#[test]
fn big_endian() {
    insta::assert_snapshot!(refusal(&sound(|image| image.endian = Endianness::Big)), @r"
    the ELF file is for ARM (32-bit, big-endian), but STM32L031K6 takes 32-bit little-endian ARM code

    hint: build with `--target thumbv6m-none-eabi`, or set `build.target` in `.cargo/config.toml`
    ");
}

#[test]
fn an_object_file() {
    insta::assert_snapshot!(refusal(&sound(|image| image.kind = elf::ET_REL)), @r"
    the ELF file is an object file, not a linked program

    hint: give the program that was linked from it
    ");
}

#[test]
fn only_the_magic() {
    insta::assert_snapshot!(refusal(b"\x7FELF"), @r"
    the ELF file is cut off: the identification ends at byte 16, the file at byte 4

    hint: build or copy the file again; a linker that ran out of disk space leaves such files
    ");
}

#[test]
fn half_of_the_file_header() {
    insta::assert_snapshot!(refusal(&Image::sound().build()[..40]), @r"
    the ELF file is cut off: the file header ends at byte 52, the file at byte 40

    hint: build or copy the file again; a linker that ran out of disk space leaves such files
    ");
}

#[test]
fn cut_in_the_middle() {
    let file = Image::sound().build();
    insta::assert_snapshot!(refusal(&file[..file.len() / 2]), @r"
    the ELF file is cut off: the section header table ends at byte 1844, the file at byte 922

    hint: build or copy the file again; a linker that ran out of disk space leaves such files
    ");
}

#[test]
fn cut_in_a_segment_without_section_headers() {
    let file = sound(|image| image.section_headers = false);
    insta::assert_snapshot!(refusal(&file[..500]), @r"
    the ELF file is cut off: segment 1 ends at byte 1404, the file at byte 500

    hint: build or copy the file again; a linker that ran out of disk space leaves such files
    ");
}

#[test]
fn section_headers_of_the_wrong_size() {
    let mut file = Image::sound().build();
    file[46] = 1;
    insta::assert_snapshot!(refusal(&file), @"the ELF file is damaged: section headers (Invalid ELF section header entry size)");
}

#[test]
fn predicates_tell_the_kinds_apart() {
    let kinds = |bytes: &[u8]| {
        let error = audit(bytes, &chip()).unwrap_err();
        (
            error.is_not_elf(),
            error.is_truncated(),
            error.is_wrong_architecture(),
        )
    };
    assert_eq!(kinds(b"hello"), (true, false, false));
    assert_eq!(kinds(&Image::sound().build()[..40]), (false, true, false));
    assert_eq!(
        kinds(&sound(|image| image.machine = elf::EM_RISCV)),
        (false, false, true)
    );
}
