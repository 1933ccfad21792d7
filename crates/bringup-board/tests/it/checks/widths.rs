//! `unaligned` and `bad-width`.

use bringup_board::{Stop, Width};

use super::{RULES, findings, list};
use crate::asm::Asm;
use crate::fixture::{ODD, run};

#[test]
fn an_unaligned_access_names_instruction_address_and_register() {
    let mut program = Asm::new();
    program.load(1, 0x2000_0002).ldr(0, 1, 4);
    let (board, stop) = run(&program);
    assert_eq!(stop, Stop::Fault);
    insta::assert_snapshot!(list(&board), @r"
    error unaligned  +0x2 x1: `ldr r0, [r1, #4]` reads a word at `0x20000006`, which is no multiple of 4: a HardFault
      check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    ");
    // `strh r0, [r1, #0]`
    let mut program = Asm::new();
    program.load(1, ODD + 7).op(0x8008);
    insta::assert_snapshot!(list(&run(&program).0), @r"
    error unaligned ODD.GAPS +0x2 x1: `strh r0, [r1, #0]` writes a halfword at `0x40000007`, inside of `ODD.GAPS`, which is no multiple of 2: a HardFault
      check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    ");
    // `stm r1!, {r0}`, and a system register of the core
    let mut program = Asm::new();
    program.load(1, 0x2000_0001).op(0xC101);
    insta::assert_snapshot!(list(&run(&program).0), @r"
    error unaligned  +0x2 x1: `stm r1!, {r0}` writes a word at `0x20000001`, which is no multiple of 4: a HardFault
      check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    ");
    let mut program = Asm::new();
    program.load(1, 0xE000_ED02).ldr(0, 1, 0);
    insta::assert_snapshot!(list(&run(&program).0), @r"
    error unaligned  +0x2 x1: `ldr r0, [r1, #0]` reads a word at `0xe000ed02`, which is no multiple of 4: a HardFault
      check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    ");
}

#[test]
fn aligned_accesses_of_any_width_are_none() {
    let mut program = Asm::new();
    // `strh r0, [r1, #2]`, `strb r0, [r1, #3]`, `ldrh r0, [r1, #2]`
    program.load(1, 0x2000_0000).op(0x8048).strb(0, 1, 3);
    program.op(0x8848);
    assert_eq!(findings(&mut program), "");
}

#[test]
fn a_narrow_write_repeats_its_bits_in_the_whole_register() {
    let mut program = Asm::new();
    // A byte to the register of words, and a halfword to its upper half; then a byte to the one of halfwords.
    program.load(1, RULES + 0x10).movs(0, 0x12).strb(0, 1, 1);
    program.ldr(2, 1, 0).load(0, 0x3456).op(0x8048).ldr(3, 1, 0);
    program.movs(0, 7).strb(0, 1, 4).ldr(4, 1, 4);
    let (board, _) = run(program.exit());
    assert_eq!(board.core().reg(2), 0x1212_1212);
    assert_eq!(board.core().reg(3), 0x3456_3456);
    assert_eq!(board.core().reg(4), 0x0707_0707);
    insta::assert_snapshot!(list(&board), @r"
    error bad-width RULES.WORD +0x4 x1: write of 8 bits (`0x12`) to `RULES.WORD`, which takes no fewer than 32: all of the register is written, with `0x12121212`
      write all 32 bits: read the register as `u32`, change it, write it back
    error bad-width RULES.WORD +0xa x1: write of 16 bits (`0x3456`) to `RULES.WORD`, which takes no fewer than 32: all of the register is written, with `0x34563456`
      write all 32 bits: read the register as `u32`, change it, write it back
    error bad-width RULES.HALF +0x10 x1: write of 8 bits (`0x07`) to `RULES.HALF`, which takes no fewer than 16: all of the register is written, with `0x07070707`
      write all 16 bits: read the register as `u16`, change it, write it back
    ");
}

#[test]
fn wide_enough_writes_and_narrow_reads_are_no_breach() {
    let mut program = Asm::new();
    // `strh r0, [r1, #4]`, `ldrb r0, [r1, #0]`, and a byte to a register of which nothing is said
    program
        .load(1, RULES + 0x10)
        .str(0, 1, 0)
        .op(0x8088)
        .str(0, 1, 4);
    program.op(0x7808).load(1, ODD).strb(0, 1, 0);
    assert_eq!(findings(&mut program), "");
}

#[test]
fn a_debugger_writes_as_it_likes_and_is_seen_alike() {
    let mut board = crate::fixture::board();
    assert!(board.poke_register(RULES + 0x10, Width::Byte, 1));
    assert_eq!(board.peek(RULES + 0x10, Width::Word), Some(0x0101_0101));
}
