//! `monitor` commands.

use crate::board::{COUNT, FAULT, board};
use crate::wire::{session, to_hex};

fn monitor(board: bringup_board::Board, before: &[&str], line: &str) -> String {
    let command = format!("qRcmd,{}", to_hex(line.as_bytes()));
    let script: Vec<_> = before
        .iter()
        .copied()
        .chain([command.as_str(), "D"])
        .collect();
    session(board, &script)
}

#[test]
fn help() {
    insta::assert_snapshot!(monitor(board(COUNT), &[], "help"), @r"
    O console   what the firmware printed so far
    findings  what the checks found so far, and the fault the board stands in
    help      this list
    pins      the pins that have a level or a name, and how often they changed
    reset     reset the chip and stop at the first instruction
    time      virtual time and instructions since power-on

    OK
    OK
    Detached
    ");
}

#[test]
fn unknown() {
    insta::assert_snapshot!(monitor(board(COUNT), &[], "halt"), @r"
    O no command `halt`

    hint: `monitor help` lists the commands

    OK
    OK
    Detached
    ");
    assert!(monitor(board(COUNT), &[], "reset now").contains("`reset` takes no arguments"));
}

#[test]
fn reset() {
    insta::assert_snapshot!(monitor(board(COUNT), &["s", "s", "s", "s", "p0"], "reset"), @r"
    S05
    S05
    S05
    S05
    02000000
    O reset, stopped at 0x080000c0

    OK
    OK
    Detached
    ");
}

#[test]
fn findings() {
    assert!(monitor(board(COUNT), &[], "findings").starts_with("O no findings\n"));
    insta::assert_snapshot!(monitor(board(FAULT), &["c"], "findings"), @r"
    S0b
    O unaligned: `ldr r1, [r0, #0]` reads a word at `0x00000001`, which is no multiple of 4: a HardFault (pc 0x080000c2)
    fault: unaligned access (pc 0x080000c2, address 0x00000001)

    OK
    OK
    Detached
    ");
}

#[test]
fn pins_console_and_time() {
    assert!(monitor(board(COUNT), &[], "pins").starts_with("O no pin has a level\n"));
    assert!(monitor(board(COUNT), &[], "console").starts_with("O nothing printed\n"));
    insta::assert_snapshot!(monitor(board(COUNT), &["s", "s"], "time"), @r"
    S05
    S05
    O 0.000001 s, 2 core cycles, 2 instructions

    OK
    OK
    Detached
    ");
}
