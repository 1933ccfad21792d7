//! What cannot be audited: the message and the hint.

use bringup_audit::{Options, audit, examine};
use object::{Endianness, elf, macho, pe};

use crate::image::{Image, chip};
use crate::program::{self, elf::Program};

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

/// Message and hint about a file that any program would have done for.
fn no_program(bytes: &[u8]) -> String {
    let error = examine(bytes, &Options::default()).unwrap_err();
    let hint = error
        .hint()
        .map(|hint| format!("\n\nhint: {hint}"))
        .unwrap_or_default();
    format!("{error}{hint}")
}

#[test]
fn what_is_no_program_is_called_by_its_name() {
    insta::assert_snapshot!(no_program(b"!<arch>\nlib.o/"), @r"
    the file is not a program in the form of ELF, PE or Mach-O but an archive of object files

    hint: give the file that the linker wrote, for example `target/release/NAME`; scripts, archives, and raw and hex images have nothing to audit
    ");
    for (bytes, what) in [
        (&b""[..], " but empty"),
        (b"#!/bin/sh\n", " but a script"),
        (b"\0asm\x01\0\0\0", " but a WebAssembly module"),
        (b"\xFD7zXZ\0", " but compressed with xz"),
        (b"\xCA\xFE\xBA\xBE\0\0\0\x41", " but a class file of Java"),
        (
            b"MZ\x90\0",
            " but a DOS executable, or a Windows executable that is cut off",
        ),
        (
            b"\x64\x86\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            " but an object file of Windows",
        ),
        (b"hello, world", ""),
    ] {
        let error = examine(bytes, &Options::default()).unwrap_err();
        assert!(error.is_not_elf());
        assert_eq!(
            error.to_string(),
            format!("the file is not a program in the form of ELF, PE or Mach-O{what}")
        );
    }
}

#[test]
fn an_object_file_and_a_kernel_module() {
    let mut program = Program::linux();
    program.kind = elf::ET_REL;
    insta::assert_snapshot!(no_program(&program.build()), @r"
    the ELF file is an object file, not a linked program

    hint: give the program that was linked from it
    ");
    let mut module = Program::with(".gnu.linkonce.this_module", &[0; 64]);
    module.kind = elf::ET_REL;
    insta::assert_snapshot!(no_program(&module.build()), @r"
    the ELF file is a module of a kernel, which links it into itself, not a linked program

    hint: what it needs is the kernel's to give: there is nothing to audit before it is loaded
    ");
}

#[test]
fn libraries() {
    let mut library = Program::dynamic(&[(elf::DT_NEEDED, 1)], b"\0libc.so.6\0");
    library.kind = elf::ET_DYN;
    library.entry = 0;
    insta::assert_snapshot!(no_program(&library.build()), @r"
    the ELF file is a shared library, not a linked program

    hint: give the program that loads it
    ");
    let mut library = program::pe::Program::windows();
    library.characteristics = pe::IMAGE_FILE_EXECUTABLE_IMAGE | pe::IMAGE_FILE_DLL;
    insta::assert_snapshot!(no_program(&library.build()), @r"
    the PE file is a shared library, not a linked program

    hint: give the program that loads it
    ");
    for (kind, what) in [
        (macho::MH_DYLIB, "a shared library"),
        (macho::MH_OBJECT, "an object file"),
        (macho::MH_DSYM, "the debug information of a program"),
        (
            macho::MH_KEXT_BUNDLE,
            "a module of a kernel, which links it into itself",
        ),
    ] {
        let mut file = program::macho::Program::macos();
        file.kind = kind;
        let error = examine(&file.build(), &Options::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the Mach-O file is {what}, not a linked program")
        );
    }
}

#[test]
fn programs_that_are_cut_off() {
    let file = program::pe::Program::windows().build();
    insta::assert_snapshot!(no_program(&file[..0x500]), @r"
    the PE file is cut off: the section `.text` ends at byte 1536, the file at byte 1280

    hint: build or copy the file again; a linker that ran out of disk space leaves such files
    ");
    let file = program::macho::Program::macos().build();
    insta::assert_snapshot!(no_program(&file[..0x80]), @r"
    the Mach-O file is cut off: the table of load commands ends at byte 392, the file at byte 128

    hint: build or copy the file again; a linker that ran out of disk space leaves such files
    ");
    insta::assert_snapshot!(no_program(&file[..0x602]), @r"
    the Mach-O file is cut off: the segment `__TEXT` ends at byte 1546, the file at byte 1538

    hint: build or copy the file again; a linker that ran out of disk space leaves such files
    ");
}

#[test]
fn an_elf_file_of_an_unknown_width() {
    let mut file = Program::linux().build();
    file[4] = 9;
    insta::assert_snapshot!(no_program(&file), @"the ELF file is for a machine that is not known: x86-64 (of unknown width, little-endian)");
}
