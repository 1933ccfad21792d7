//! The rule `unpredictable`: what the core says it executes becomes a finding.

use bringup_board::Stop;

use crate::asm::Asm;
use crate::fixture::{CODE, run};

#[test]
fn each_place_is_one_finding_with_a_count() {
    let mut program = Asm::new();
    // `cmp r0, r1` in the encoding for high registers, and `mrs r3, 0x11`, three times.
    program.movs(2, 3).label("turn").op(0x4508);
    program.op(0xF3EF).op(0x8311).op(0x3A01).bne("turn").exit();
    let (board, stop) = run(&program);
    assert_eq!(stop, Stop::Exit);
    let findings: Vec<_> = board
        .findings()
        .iter()
        .map(|it| {
            format!(
                "{} at +{:#x}, {} times: {}",
                it.rule,
                it.pc - CODE,
                it.count,
                it.message
            )
        })
        .collect();
    insta::assert_snapshot!(findings.join("\n"), @r"
    unpredictable at +0x2, 3 times: the effect of the instruction `0x4508` is UNPREDICTABLE: `CMP` of two low registers in the encoding for high ones; here it is executed as if nothing stood against it
    unpredictable at +0x4, 3 times: the effect of the instruction `0xf3ef8311` is UNPREDICTABLE: `MRS` of a special register that does not exist; here it reads 0
    ");
}

#[test]
fn an_empty_list_is_a_fault_with_a_finding() {
    let mut program = Asm::new();
    program.op(0xB400).exit();
    let (board, stop) = run(&program);
    assert_eq!(stop, Stop::Fault);
    let rules: Vec<_> = board.findings().iter().map(|it| it.rule).collect();
    assert_eq!(rules, ["unpredictable"]);
}

#[test]
fn nothing_is_found_in_what_is_defined() {
    let mut program = Asm::new();
    // NOP, a hint without a meaning, `cmp r8, r1`, `stm r0!, {r0, r1}`, DSB.
    program
        .load(0, 0x2000_0000)
        .op(0xBF00)
        .op(0xBF80)
        .op(0x4588)
        .op(0xC003);
    program.op(0xF3BF).op(0x8F4F).exit();
    let (board, stop) = run(&program);
    assert_eq!((stop, board.findings()), (Stop::Exit, [].as_slice()));
}
