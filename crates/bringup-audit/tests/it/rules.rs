//! Each rule with an image that breaks it; `report.rs` has the one that breaks none.

use bringup_audit::{audit, rules};
use bringup_device::catalogue;
use object::elf;

use crate::image::{Image, Part, chip, vectors};

/// The findings as a person reads them.
fn findings(image: &Image) -> String {
    findings_for(image, "STM32L031K6")
}

/// The same for another chip.
fn findings_for(image: &Image, chip: &str) -> String {
    let chip = catalogue::chip(chip).unwrap();
    let report = audit(&image.build(), chip).unwrap();
    let lines = report.findings.iter().map(|finding| {
        format!(
            "{:?}[{}]: {}\n  hint: {}",
            finding.severity, finding.rule, finding.message, finding.hint
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn armv7em_on_a_cortex_m0plus() {
    let mut image = Image::sound();
    image.cpu_arch = Some(13);
    insta::assert_snapshot!(findings(&image), @r"
    Error[wrong-architecture]: the image is built for ARMv7E-M (`some-core`), but STM32L031K6 has a Cortex-M0+, which is ARMv6-M
      hint: build with `--target thumbv6m-none-eabi`, and every C or assembly part with `-mcpu`
    ");
}

#[test]
fn a_core_runs_the_code_of_those_before_it() {
    for (arch, works) in [(11, true), (12, true), (10, true), (13, true), (17, false)] {
        let mut image = Image::with_vectors(0x2002_0000, 0x0800_00C1);
        image.cpu_arch = Some(arch);
        assert_eq!(
            findings_for(&image, "STM32F407VG").is_empty(),
            works,
            "{arch}"
        );
    }
}

/// A program for RISC-V that begins at `at`.
fn riscv(at: u64) -> Image {
    let mut image = Image::of(vec![Part::loaded(".text", at, vec![0; 16])]);
    image.machine = elf::EM_RISCV;
    image.cpu_arch = None;
    image.entry = at;
    image
}

#[test]
fn a_program_for_riscv_begins_where_the_chip_starts() {
    assert_eq!(findings_for(&riscv(0x2001_0000), "FE310-G002"), "");
    // Flash that appears at two addresses.
    assert_eq!(findings_for(&riscv(0x0800_0000), "GD32VF103CB"), "");
    insta::assert_snapshot!(findings_for(&riscv(0x2000_0000), "FE310-G002"), @r"
    Error[no-program]: nothing is loaded at 0x20010000, where FE310-G002 starts
      hint: pass `-C link-arg=-Tlink.x` to the linker (riscv-rt), and compare `memory.x` with the chip's memories
    ");
    let mut image = riscv(0x2001_0000);
    image.entry += 4;
    insta::assert_snapshot!(findings_for(&image, "FE310-G002"), @r"
    Error[no-program]: the entry point 0x20010004 is not at 0x20010000, where FE310-G002 starts
      hint: let `REGION_TEXT` (or `_stext`) in `memory.x` begin where the chip starts, so that `.init` comes first
    ");
}

#[test]
fn the_second_stage_of_an_rp2040() {
    let program = || {
        let table = vectors(0x2004_2000, 0x1000_0101);
        Part::loaded(".vector_table", 0x1000_0100, table)
    };
    insta::assert_snapshot!(findings_for(&Image::of(vec![program()]), "RP2040"), @r"
    Error[no-second-stage]: the 256 bytes at 0x10000000, which the boot ROM runs first, are not in the image
      hint: link `rp2040_boot2::BOOT_LOADER_…` of the crate `rp2040-boot2` into a section at the start of the flash
    ");
    let stage = |sum: u32| {
        let bytes = [vec![0; 252], sum.to_le_bytes().to_vec()].concat();
        Image::of(vec![Part::loaded(".boot2", 0x1000_0000, bytes), program()])
    };
    insta::assert_snapshot!(findings_for(&stage(0), "RP2040"), @r"
    Error[no-second-stage]: the second stage at 0x10000000 has a wrong checksum: the boot ROM will not run it
      hint: link `rp2040_boot2::BOOT_LOADER_…` of the crate `rp2040-boot2` into a section at the start of the flash
    ");
    // Worked out apart from the rule, from the definition in the datasheet.
    assert_eq!(findings_for(&stage(0x7065_399A), "RP2040"), "");
}

#[test]
fn nothing_is_said_of_an_image_without_attributes() {
    let mut image = Image::sound();
    image.cpu_arch = None;
    assert_eq!(findings(&image), "");
}

#[test]
fn unreadable_attributes() {
    let mut file = Image::sound().build();
    let at = file.windows(5).position(|bytes| bytes == b"aeabi").unwrap();
    file[at - 4] = 0xFF;
    let report = audit(&file, &chip()).unwrap();
    insta::assert_snapshot!(report.findings[0].message, @"the build attributes in `.ARM.attributes` cannot be read: Invalid ELF attributes subsection length");
}

#[test]
fn no_segments_at_all() {
    insta::assert_snapshot!(findings(&Image::of(vec![])), @r"
    Error[no-vector-table]: the image loads nothing at all
      hint: pass `-C link-arg=-Tlink.x` to the linker (cortex-m-rt); without its script everything is discarded as unused
    ");
}

#[test]
fn linked_without_a_script() {
    let image = Image::of(vec![Part::loaded(".text", 0x0001_00D4, vec![0; 16])]);
    insta::assert_snapshot!(findings(&image), @r"
    Error[outside-memory]: segment 0 (16 bytes) is loaded at 0x000100d4, where STM32L031K6 has no memory
      hint: compare `memory.x` with the chip's memories, and check that the linker is given its script (`-C link-arg=-Tlink.x`)
    Error[no-vector-table]: nothing is loaded at 0x08000000, where the core looks for its vector table
      hint: pass `-C link-arg=-Tlink.x` to the linker and let `FLASH` in `memory.x` begin where the chip's flash does
    ");
}

#[test]
fn vector_table_not_first() {
    let image = Image::of(vec![Part::loaded(".text", 0x0800_0004, vec![0; 16])]);
    insta::assert_snapshot!(findings(&image), @r"
    Error[no-vector-table]: nothing is loaded at 0x08000000, where the core looks for its vector table
      hint: pass `-C link-arg=-Tlink.x` to the linker and let `FLASH` in `memory.x` begin where the chip's flash does
    ");
}

#[test]
fn linked_for_20_kib_of_ram() {
    insta::assert_snapshot!(findings(&Image::with_vectors(0x2000_5000, 0x0800_00C1)), @r"
    Error[bad-initial-stack]: the initial stack pointer 0x20005000 is not in the RAM of STM32L031K6
      hint: let `RAM` in `memory.x` be what the chip has: `ORIGIN = 0x20000000, LENGTH = 0x2000`
    ");
}

#[test]
fn odd_stack() {
    insta::assert_snapshot!(findings(&Image::with_vectors(0x2000_1FFC, 0x0800_00C1)), @r"
    Error[bad-initial-stack]: the initial stack pointer 0x20001ffc is not a multiple of 8
      hint: round `_stack_start` down to a multiple of 8
    ");
}

#[test]
fn stack_at_the_bottom_of_ram() {
    insta::assert_snapshot!(findings(&Image::with_vectors(0x2000_0000, 0x0800_00C1)), @r"
    Error[bad-initial-stack]: the initial stack pointer 0x20000000 is not in the RAM of STM32L031K6
      hint: let `RAM` in `memory.x` be what the chip has: `ORIGIN = 0x20000000, LENGTH = 0x2000`
    ");
}

#[test]
fn even_reset_vector() {
    insta::assert_snapshot!(findings(&Image::with_vectors(0x2000_2000, 0x0800_00C0)), @r"
    Error[bad-reset-handler]: the reset vector 0x080000c0 is even, so the core would leave Thumb state and lock up
      hint: mark the handler as a function (`.type Reset, %function` and `.thumb_func` in assembly)
    ");
}

#[test]
fn reset_vector_into_ram() {
    insta::assert_snapshot!(findings(&Image::with_vectors(0x2000_2000, 0x2000_0001)), @r"
    Error[bad-reset-handler]: the reset vector 0x20000001 is not in the flash of STM32L031K6
      hint: put the vector table first in flash and the address of the reset handler into its second word
    ");
}

#[test]
fn reset_vector_into_empty_flash() {
    insta::assert_snapshot!(findings(&Image::with_vectors(0x2000_2000, 0x0800_7001)), @r"
    Error[bad-reset-handler]: the reset vector 0x08007001 points to flash in which the image loads nothing
      hint: look for a section that was discarded, and for `ENTRY(Reset)` in the linker script
    ");
}

#[test]
fn erased_flash_as_vectors() {
    insta::assert_snapshot!(findings(&Image::with_vectors(0xFFFF_FFFF, 0xFFFF_FFFF)), @r"
    Error[bad-initial-stack]: the initial stack pointer 0xffffffff is not in the RAM of STM32L031K6
      hint: let `RAM` in `memory.x` be what the chip has: `ORIGIN = 0x20000000, LENGTH = 0x2000`
    Error[bad-reset-handler]: the reset vector 0xffffffff is not in the flash of STM32L031K6
      hint: put the vector table first in flash and the address of the reset handler into its second word
    ");
}

#[test]
fn code_over_the_end_of_flash() {
    let mut image = Image::sound();
    image.parts[1] = Part::loaded(".text", 0x0800_00C0, vec![0xBF; 0x8000]);
    image.parts.remove(2);
    insta::assert_snapshot!(findings(&image), @r#"
    Error[memory-overflow]: segment 1 at 0x080000c0 overflows the flash of STM32L031K6 by 192 bytes
      hint: the chip has 32768 bytes of flash; correct `memory.x`, then build with `opt-level = "s"`, `lto = true`, `codegen-units = 1`
    "#);
}

#[test]
fn data_over_the_end_of_ram_and_no_stack() {
    let image = Image::of(vec![
        Part::loaded(
            ".vector_table",
            0x0800_0000,
            vectors(0x2000_2000, 0x0800_0009),
        ),
        Part::reserved(".bss", 0x2000_0000, 0x2100),
    ]);
    insta::assert_snapshot!(findings(&image), @r#"
    Error[memory-overflow]: segment 1 at 0x20000000 overflows the RAM of STM32L031K6 by 256 bytes
      hint: the chip has 8192 bytes of RAM; correct `memory.x`, then build with `opt-level = "s"`, `lto = true`, `codegen-units = 1`
    Error[no-stack-space]: 0 bytes are left for the stack below 0x20002000, where static data ends at 0x20002100; an exception alone takes 32
      hint: make static buffers smaller; what takes RAM is listed by section
    "#);
}

#[test]
fn names_are_unique_and_documented() {
    let mut names: Vec<_> = rules::all().iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rules::all().len());
    for rule in rules::all() {
        assert!(
            rule.docs.len() > 80,
            "{} wants more of an explanation",
            rule.name
        );
    }
}
