//! `w1c-read-modify-write`: flags F1 to F3 of `RULES.STATUS` are set after reset, F0 is not.

use super::{RULES, bics, findings, orrs};
use crate::asm::Asm;

const STATUS: u16 = 0x0C;

/// Reads the register into R0, R1 being the peripheral.
fn read() -> Asm {
    let mut program = Asm::new();
    program.load(1, RULES).ldr(0, 1, STATUS);
    program
}

#[test]
fn setting_one_flag_in_what_was_read_loses_the_others() {
    // `STATUS |= 1 << 1`
    let mut program = read();
    program.movs(2, 2).op(orrs(0, 2)).str(0, 1, STATUS);
    insta::assert_snapshot!(findings(&mut program), @r"
    error w1c-read-modify-write RULES.STATUS.F2 +0x8 x1: read-modify-write of `RULES.STATUS` also clears `F2`, `F3`: writing back a one that was read clears the flag
      write the one flag alone, without reading first: `write` and not `modify` or `|=`
    ");
    // The bit comes from somewhere else, and is one of those that are set, or is another one.
    let mut program = Asm::new();
    program.load(1, RULES).movs(2, 4).b("next").label("next");
    program.ldr(0, 1, STATUS).op(orrs(0, 2)).str(0, 1, STATUS);
    insta::assert_snapshot!(findings(&mut program), @r"
    error w1c-read-modify-write RULES.STATUS.F1 +0xa x1: read-modify-write of `RULES.STATUS` clears all of `F1`, `F2`, `F3`: writing back a one that was read clears the flag
      write the one flag alone, without reading first: `write` and not `modify` or `|=`
    ");
    let mut program = Asm::new();
    program.load(1, RULES).movs(2, 1).b("next").label("next");
    program.ldr(0, 1, STATUS).op(orrs(2, 0)).str(2, 1, STATUS);
    insta::assert_snapshot!(findings(&mut program), @r"
    error w1c-read-modify-write RULES.STATUS.F1 +0xa x1: read-modify-write of `RULES.STATUS` also clears `F1`, `F2`, `F3`: writing back a one that was read clears the flag
      write the one flag alone, without reading first: `write` and not `modify` or `|=`
    ");
}

#[test]
fn changing_a_bit_beside_the_flags_clears_them() {
    // `ENABLE` is set.
    let mut program = read();
    program.load(2, 1 << 8).op(orrs(0, 2)).str(0, 1, STATUS);
    insta::assert_snapshot!(findings(&mut program), @r"
    error w1c-read-modify-write RULES.STATUS.F1 +0x8 x1: read-modify-write of `RULES.STATUS` also clears `F1`, `F2`, `F3`: writing back a one that was read clears the flag
      write the one flag alone, without reading first: `write` and not `modify` or `|=`
    ");
    // `MODE` is set by a write that clears nothing, then cleared in what is read.
    let mut program = Asm::new();
    program.load(1, RULES).load(2, 1 << 9).str(2, 1, STATUS);
    program.ldr(0, 1, STATUS).op(bics(0, 2)).str(0, 1, STATUS);
    insta::assert_snapshot!(findings(&mut program), @r"
    error w1c-read-modify-write RULES.STATUS.F1 +0xa x1: read-modify-write of `RULES.STATUS` also clears `F1`, `F2`, `F3`: writing back a one that was read clears the flag
      write the one flag alone, without reading first: `write` and not `modify` or `|=`
    ");
}

#[test]
fn right_ways_to_clear_flags_are_silent() {
    // One flag alone, after a look at the register.
    let mut program = read();
    program.movs(0, 2).str(0, 1, STATUS);
    assert_eq!(findings(&mut program), "");
    // All that were read, to be handled afterwards; those of a mask.
    let mut program = read();
    program.str(0, 1, STATUS);
    assert_eq!(findings(&mut program), "");
    let mut program = read();
    program.movs(2, 8).op(bics(0, 2)).str(0, 1, STATUS);
    assert_eq!(findings(&mut program), "");
    // All there are, as a constant.
    let mut program = read();
    program.movs(0, 0xF).str(0, 1, STATUS);
    assert_eq!(findings(&mut program), "");
    // The one flag that is set, in what was read.
    let mut program = Asm::new();
    program.load(1, RULES).movs(2, 0xC).str(2, 1, STATUS);
    program
        .ldr(0, 1, STATUS)
        .movs(2, 2)
        .op(orrs(0, 2))
        .str(0, 1, STATUS);
    assert_eq!(findings(&mut program), "");
}
