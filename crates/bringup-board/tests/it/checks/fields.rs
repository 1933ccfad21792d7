//! `read-of-write-only`, `reserved-bits`, `forbidden-value`.

use super::{RULES, findings, ports};
use crate::asm::Asm;
use crate::fixture::{GPIOB, ODD, RCC_CFGR, RCC_ICSCR};

#[test]
fn a_read_of_a_write_only_register_is_found_each_time() {
    let mut program = ports();
    program.load(1, GPIOB).movs(2, 3).label("turn");
    program.ldr(0, 1, 0x18).op(0x3A01).bne("turn");
    insta::assert_snapshot!(findings(&mut program), @r"
    warning read-of-write-only GPIOB.BSRR +0xa x3: read of `GPIOB.BSRR` gives `0x0` whatever was written: the register is write-only
      write to `GPIOB.BSRR` without reading it first, or read the register that shows the state
    ");
}

#[test]
fn registers_that_can_be_read_in_part_are_none() {
    let mut program = ports();
    // Input, output, a register of flags, one with gaps, and what is no register at all.
    program.load(1, GPIOB).ldr(0, 1, 0x10).ldr(0, 1, 0x14);
    program
        .load(1, ODD)
        .ldr(0, 1, 8)
        .ldr(0, 1, 4)
        .ldr(0, 1, 0x3C);
    // Writing to a write-only register.
    program.load(1, ODD).movs(0, 1).str(0, 1, 0x1C);
    assert_eq!(findings(&mut program), "");
}

#[test]
fn bits_outside_of_all_fields_are_named() {
    let mut program = Asm::new();
    // Too large for its field; a reserved one cleared; a byte of its own.
    program.store(RULES + 4, 0x133).store(ODD + 4, 0x5600_0008);
    program.load(1, RULES).movs(0, 0xFF).strb(0, 1, 5);
    program.movs(0, 0x88).strb(0, 1, 5);
    insta::assert_snapshot!(findings(&mut program), @r"
    warning reserved-bits RULES.NAMED +0x4 x1: write to `RULES.NAMED` sets bit 8: no field there, reserved
      keep reserved bits as they are, for example with `modify`; check the shift and the size of the value
    error forbidden-value RULES.NAMED.MODE +0x4 x1: `RULES.NAMED.MODE` is written with 3, a value that is reserved or not allowed
      the SVD file allows `Off` (0), `On` (2)
    warning reserved-bits ODD.GAPS +0xa x1: write to `ODD.GAPS` clears bits 21 to 20, 18, 6 to 4: no field there, reserved
      keep reserved bits as they are, for example with `modify`; check the shift and the size of the value
    warning reserved-bits RULES.NAMED +0x14 x1: write to `RULES.NAMED` sets bits 15, 11: no field there, reserved
      keep reserved bits as they are, for example with `modify`; check the shift and the size of the value
    ");
}

#[test]
fn reserved_bits_that_stay_as_they_are_are_no_breach() {
    let mut program = Asm::new();
    // Read-modify-write of a register with reserved ones, the reset value, all ones.
    program
        .load(1, ODD)
        .movs(2, 1)
        .ldr(0, 1, 4)
        .op(super::orrs(0, 2))
        .str(0, 1, 4);
    program.store(ODD + 4, 0x1234_5678).store(ODD + 4, u32::MAX);
    // No fields are listed; flags and commands keep nothing; a write-only register; a read-only field.
    program.store(ODD, 0).store(ODD + 0x1C, 0xFF00);
    program
        .store(RULES + 0x10, 0x1234_5678)
        .store(ODD + 4, 0x1234_0078);
    assert_eq!(findings(&mut program), "");
}

#[test]
fn write_constraints_of_the_file_are_heeded() {
    let mut program = Asm::new();
    program.store(RULES, 0xF6).store(RULES + 4, 0b11_0001);
    // A byte is enough to change a field.
    program.load(1, RULES).movs(0, 0x5B).strb(0, 1, 8);
    insta::assert_snapshot!(findings(&mut program), @r"
    error forbidden-value RULES.RANGE.LEVEL +0x4 x1: `RULES.RANGE.LEVEL` is written with 6, a value that is reserved or not allowed
      the SVD file allows the values 1 to 5
    error forbidden-value RULES.NAMED.MODE +0xa x1: `RULES.NAMED.MODE` is written with 1, a value that is reserved or not allowed
      the SVD file allows `Off` (0), `On` (2)
    error forbidden-value RULES.KEEP.TRIM +0x10 x1: `RULES.KEEP.TRIM` is written with 91, a value that is reserved or not allowed
      write back what was read, for example with `modify`
    ");
}

#[test]
fn values_that_the_file_allows_or_does_not_name_are_no_breach() {
    let mut program = Asm::new();
    // Both ends of a range; the reset value, outside of it, kept.
    program.store(RULES, 0x11).store(RULES, 0xF5);
    program
        .store(RULES + 4, 0b10_0010)
        .store(RULES + 4, 0b11_0000);
    program
        .store(RULES + 8, 0x215A)
        .load(1, RULES)
        .movs(0, 0x77)
        .strb(0, 1, 9);
    assert_eq!(findings(&mut program), "");
    let mut program = Asm::new();
    program.store(RULES, 0x20).store(RULES, 0x30);
    assert_eq!(findings(&mut program), "");
}

#[test]
fn models_know_values_that_the_manual_rules_out() {
    let mut program = ports();
    program.store(RCC_ICSCR, 7 << 13 | 0x1000);
    program
        .store(RCC_CFGR, 9 << 18 | 1 << 22)
        .store(RCC_CFGR, 8 << 18);
    program.store(GPIOB + 0x0C, 0b11 << 6 | 0b11 << 8);
    program.store(GPIOB + 0x24, 8 << 4);
    insta::assert_snapshot!(findings(&mut program), @r"
    error forbidden-value RCC.ICSCR.MSIRANGE +0xa x1: `RCC.ICSCR.MSIRANGE` is written with 7, a value that is reserved or not allowed
      the ranges are 0 (65.536 kHz) to 6 (4.194 MHz)
    error forbidden-value RCC.CFGR.PLLMUL +0x10 x1: `RCC.CFGR.PLLMUL` is written with 9, a value that is reserved or not allowed
      the codes are 0 to 8, for 3, 4, 6, 8, 12, 16, 24, 32 and 48
    error forbidden-value RCC.CFGR.PLLDIV +0x16 x1: `RCC.CFGR.PLLDIV` is written with 0, a value that is reserved or not allowed
      the codes are 1, 2 and 3, for a division by 2, 3 and 4
    error forbidden-value GPIOB.PUPDR.PUPD3 +0x1c x1: `GPIOB.PUPDR.PUPD3` is written with 3, a value that is reserved or not allowed
      0 is no resistor, 1 pull-up, 2 pull-down
    error forbidden-value GPIOB.PUPDR.PUPD4 +0x1c x1: `GPIOB.PUPDR.PUPD4` is written with 3, a value that is reserved or not allowed
      0 is no resistor, 1 pull-up, 2 pull-down
    error forbidden-value GPIOB.AFRH.AFSEL1 +0x22 x1: `GPIOB.AFRH.AFSEL1` is written with 8, a value that is reserved or not allowed
      the alternate functions are 0 to 7
    ");
}
