//! Going back in time.

use bringup_board::{Board, Width};
use bringup_debug::Server;

use crate::board::{CODE, COUNT, FAULT, STORE, board};
use crate::wire::{session, talk, to_hex};

/// What a program can see of a board.
fn state(board: &Board) -> (Vec<u32>, u64, u64, Option<u32>) {
    let core = board.core();
    let registers = (0..16).map(|index| core.reg(index)).chain([core.xpsr()]);
    let word = board.peek(0x2000_0000, Width::Word);
    (
        registers.collect(),
        board.cycles(),
        board.instructions(),
        word,
    )
}

#[test]
fn a_step_back_undoes_a_step() {
    let script = [
        "s", "s", "s", "s", "p0", "pf", "bs", "pf", "p0", "bs", "bs", "p0", "pf", "bs", "bs", "p0",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    S05
    S05
    S05
    S05
    02000000
    c2000008
    S05
    c0000008
    01000000
    S05
    S05
    01000000
    c2000008
    S05
    T05replaylog:begin;
    00000000
    OK
    Detached
    ");
}

#[test]
fn every_state_on_the_way_back_is_one_of_the_way_there() {
    let mut states = vec![state(&board(STORE))];
    let mut alone = board(STORE);
    for _ in 0..600 {
        alone.step();
        states.push(state(&alone));
    }
    let mut server = Server::new(board(STORE));
    for _ in 0..6 {
        talk(&mut server, &[vec!["s"; 100], vec!["D"]].concat())
            .1
            .unwrap();
    }
    for expected in states.iter().rev() {
        assert_eq!(&state(server.board()), expected);
        talk(&mut server, &["bs", "D"]).1.unwrap();
    }
    let (answers, _) = talk(&mut server, &["bs", "D"]);
    assert_eq!(answers[0], "T05replaylog:begin;");
}

#[test]
fn running_back_stops_at_breakpoints_and_at_the_beginning() {
    let script = [
        "Z1,80000c2,2",
        "c",
        "c",
        "c",
        "p0",
        "bc",
        "p0",
        "pf",
        "bc",
        "p0",
        "bc",
        "pf",
        "bc",
        "c",
        "p0",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    OK
    T05thread:01;hwbreak:;
    T05thread:01;hwbreak:;
    T05thread:01;hwbreak:;
    03000000
    T05thread:01;hwbreak:;
    02000000
    c2000008
    T05thread:01;hwbreak:;
    01000000
    T05replaylog:begin;
    c0000008
    T05replaylog:begin;
    T05thread:01;hwbreak:;
    01000000
    OK
    Detached
    ");
}

#[test]
fn running_back_finds_who_wrote() {
    // Stopped behind the access, where gdb steps back over it; other clients just go on.
    let script = [
        "Z1,80000c6,2",
        "c",
        "c",
        "c",
        "z1,80000c6,2",
        "m20000000,4",
        "Z2,20000000,4",
        "bc",
        "pf",
        "z2,20000000,4",
        "bs",
        "pf",
        "m20000000,4",
        "Z2,20000000,4",
        "bc",
        "m20000000,4",
        "bc",
        "bc",
        "D",
    ];
    insta::assert_snapshot!(session(board(STORE), &script), @r"
    OK
    T05thread:01;hwbreak:;
    T05thread:01;hwbreak:;
    T05thread:01;hwbreak:;
    OK
    02000000
    OK
    T05thread:01;watch:20000000;
    ca000008
    OK
    S05
    c8000008
    01000000
    OK
    T05thread:01;watch:20000000;
    01000000
    T05replaylog:begin;
    T05replaylog:begin;
    OK
    Detached
    ");
}

#[test]
fn a_long_way_back() {
    // R2 is not used by the program: what a debugger does is part of history.
    let changed = format!("P2={}", to_hex(&7_u32.to_le_bytes()));
    let run = ["c", "^C"].repeat(4);
    let mut server = Server::new(board(COUNT));
    let script = [&run[..], &[&changed], &run[..], &["p2", "D"]].concat();
    let (answers, _) = talk(&mut server, &script);
    assert_eq!(answers[answers.len() - 2], "07000000");
    let end = server.board().cycles();
    assert!(end > 2_500_000, "{end}");
    let script = [
        "Z1,80000c0,2",
        "bc",
        "bs",
        "bs",
        "p2",
        "z1,80000c0,2",
        "bc",
        "D",
    ];
    let (answers, _) = talk(&mut server, &script);
    assert_eq!(answers[1], "T05thread:01;hwbreak:;");
    assert_eq!(answers[4], "07000000");
    assert_eq!(answers[6], "T05replaylog:begin;");
    assert_eq!(
        (server.board().cycles(), server.board().core().pc()),
        (0, CODE)
    );
    // Forwards again, through what the debugger did.
    let script = [&["p2"], &run[..], &run[..], &["p2", "D"]].concat();
    let (answers, _) = talk(&mut server, &script);
    assert_eq!(answers[0], "00000000");
    assert!(server.board().cycles() > end / 2);
    assert_eq!(answers[answers.len() - 2], "07000000");
}

#[test]
fn what_is_changed_in_the_past_makes_another_future() {
    let script = [
        "s",
        "s",
        "s",
        "s",
        "s",
        "s",
        "p0",
        "bs",
        "bs",
        "bs",
        "p0",
        "P0=64000000",
        "s",
        "s",
        "s",
        "s",
        "p0",
        "bs",
        "bs",
        "bs",
        "bs",
        "p0",
        "bs",
        "p0",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    S05
    S05
    S05
    S05
    S05
    S05
    02000000
    S05
    S05
    S05
    01000000
    OK
    S05
    S05
    S05
    S05
    66000000
    S05
    S05
    S05
    S05
    64000000
    S05
    01000000
    OK
    Detached
    ");
}

#[test]
fn back_through_a_fault() {
    let script = ["c", "pf", "bs", "pf", "bs", "pf", "c", "pf", "D"];
    insta::assert_snapshot!(session(board(FAULT), &script), @r"
    O error[unaligned]: `ldr r1, [r0, #0]` reads a word at `0x00000001`, which is no multiple of 4: a HardFault (pc 0x080000c2)
    hint: check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    HardFault: unaligned access (pc 0x080000c2)

    S0b
    c6000008
    S05
    c2000008
    S05
    c0000008
    O error[unaligned]: `ldr r1, [r0, #0]` reads a word at `0x00000001`, which is no multiple of 4: a HardFault (pc 0x080000c2)
    hint: check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    HardFault: unaligned access (pc 0x080000c2)

    S0b
    c6000008
    OK
    Detached
    ");
}

#[test]
fn a_traced_board_has_one_course_of_events() {
    let mut server = Server::new(board(COUNT)).with_trace(Box::new(drop));
    let (answers, _) = talk(&mut server, &["qSupported:hwbreak+", "s", "bs", "D"]);
    assert!(!answers[0].contains("Reverse"), "{answers:?}");
    assert_eq!(answers[2], "");
    let (answers, _) = talk(
        &mut Server::new(board(COUNT)),
        &["qSupported:hwbreak+", "D"],
    );
    assert!(
        answers[0].contains("ReverseStep+") && answers[0].contains("ReverseContinue+"),
        "{answers:?}"
    );
}
