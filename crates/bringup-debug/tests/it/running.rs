//! Continue, step, break, interrupt, and how runs end.

use bringup_debug::{Ended, Server};

use crate::board::{BKPT, CODE, COUNT, EXIT, FAULT, HANG, board};
use crate::wire::{session, talk};

#[test]
fn steps() {
    insta::assert_snapshot!(session(
        board(COUNT),
        &["s", "pf", "p0", "s", "p1", "vCont;s:1", "pf", "D"]
    ), @r"
    S05
    c2000008
    01000000
    S05
    02000000
    S05
    c0000008
    OK
    Detached
    ");
}

#[test]
fn a_range_is_left_by_the_branch_out_of_it() {
    // The loop of three instructions, without its last one.
    insta::assert_snapshot!(session(
        board(COUNT),
        &["vCont;r80000c0,80000c4:1", "pf", "p0", "p1", "D"]
    ), @r"
    S05
    c4000008
    01000000
    02000000
    OK
    Detached
    ");
}

#[test]
fn hardware_breakpoints_stop_every_time() {
    let script = [
        "Z1,80000c2,2",
        "c",
        "pf",
        "p0",
        "c",
        "p0",
        "z1,80000c2,2",
        "c",
        "^C",
        "D",
    ];
    let transcript = session(board(COUNT), &script);
    insta::assert_snapshot!(transcript, @r"
    OK
    T05thread:01;hwbreak:;
    c2000008
    01000000
    T05thread:01;hwbreak:;
    02000000
    OK
    S02
    OK
    Detached
    ");
}

#[test]
fn there_are_as_many_breakpoints_as_the_chip_has() {
    let script = [
        "Z1,80000c0,2",
        "Z1,80000c2,2",
        "Z1,80000c4,2",
        "Z1,80000c6,2",
        "Z1,80000c8,2",
        "Z1,80000c0,2",
        "z1,80000c0,2",
        "Z1,80000c8,2",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    OK
    OK
    OK
    OK
    E16
    OK
    OK
    OK
    OK
    Detached
    ");
}

#[test]
fn breakpoints_are_where_the_chip_can_have_them() {
    // The comparators see no RAM, BKPT cannot be written to flash, and there is no ARM state.
    let script = [
        "Z1,20000000,2",
        "Z0,80000c2,2",
        "Z0,20000000,2",
        "Z1,80000c0,4",
        "z1,80000c0,2",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    E16
    E16
    OK
    E16
    E16
    OK
    Detached
    ");
}

#[test]
fn code_in_ram_stops_at_software_breakpoints() {
    // The counting loop in RAM, and R15 to it.
    let script = [
        "M20000000,6:01300231fce7",
        "Pf=00000020",
        "Z0,20000002,2",
        "c",
        "pf",
        "m20000002,2",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    OK
    OK
    OK
    T05thread:01;swbreak:;
    02000020
    0231
    OK
    Detached
    ");
}

#[test]
fn breakpoints_end_with_the_session() {
    let mut server = Server::new(board(COUNT));
    talk(&mut server, &["Z1,80000c2,2", "D"]).1.unwrap();
    let (answers, _) = talk(&mut server, &["c", "^C", "D"]);
    assert_eq!(answers, ["S02", "OK"]);
}

#[test]
fn ctrl_c() {
    insta::assert_snapshot!(session(board(COUNT), &["c", "^C", "D"]), @r"
    S02
    OK
    Detached
    ");
}

#[test]
fn ctrl_c_while_stopped_is_nothing() {
    insta::assert_snapshot!(session(board(COUNT), &["?", "^C", "p0", "s", "p0", "D"]), @r"
    T05thread:01;
    00000000
    S05
    01000000
    OK
    Detached
    ");
}

#[test]
fn the_firmware_ends() {
    insta::assert_snapshot!(session(board(EXIT), &["c"]), @r"
    W03
    Exited(3)
    ");
}

#[test]
fn a_fault_stops_at_its_handler() {
    let script = ["c", "pf", "p10", "D"];
    insta::assert_snapshot!(session(board(FAULT), &script), @r"
    O error[unaligned]: `ldr r1, [r0, #0]` reads a word at `0x00000001`, which is no multiple of 4: a HardFault (pc 0x080000c2)
    hint: check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    HardFault: unaligned access (pc 0x080000c2)

    S0b
    c6000008
    03000001
    OK
    Detached
    ");
}

#[test]
fn a_fault_is_seen_by_a_step_and_its_handler_runs_on() {
    insta::assert_snapshot!(session(
        board(FAULT),
        &["s", "s", "s", "c", "^C", "pf", "D"]
    ), @r"
    S05
    O error[unaligned]: `ldr r1, [r0, #0]` reads a word at `0x00000001`, which is no multiple of 4: a HardFault (pc 0x080000c2)
    hint: check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    HardFault: unaligned access (pc 0x080000c2)

    S0b
    S05
    S02
    c6000008
    OK
    Detached
    ");
}

#[test]
fn bkpt_stops() {
    insta::assert_snapshot!(session(board(BKPT), &["c", "pf", "D"]), @r"
    S05
    c0000008
    OK
    Detached
    ");
}

#[test]
fn waiting_for_nothing_ends_with_ctrl_c() {
    insta::assert_snapshot!(session(board(HANG), &["c", "^C", "pf", "D"]), @r"
    S02
    c0000008
    OK
    Detached
    ");
}

#[test]
fn sessions_end() {
    let ended = |script: &[&str]| talk(&mut Server::new(board(COUNT)), script).1;
    assert_eq!(ended(&["D"]).unwrap(), Ended::Detached);
    assert_eq!(ended(&["k"]).unwrap(), Ended::Killed);
    assert_eq!(
        talk(&mut Server::new(board(EXIT)), &["c"]).1.unwrap(),
        Ended::Exited(3)
    );
    insta::assert_snapshot!(ended(&["g"]).unwrap_err(), @"the connection to the debugger failed");
}

#[test]
fn a_debugger_changes_no_time() {
    let mut alone = board(COUNT);
    let mut server = Server::new(board(COUNT));
    let (answers, _) = talk(
        &mut server,
        &[
            "Z1,80000c4,2",
            "c",
            "g",
            "m08000000,100",
            "c",
            "s",
            "s",
            "s",
            "c",
            "D",
        ],
    );
    assert_eq!(answers.len(), 10);
    let debugged = server.board();
    assert_eq!(debugged.core().pc(), CODE + 4);
    while alone.cycles() < debugged.cycles() {
        alone.step();
    }
    assert_eq!(alone.cycles(), debugged.cycles());
    assert_eq!(alone.instructions(), debugged.instructions());
    assert_eq!(
        (alone.core().reg(0), alone.core().reg(1)),
        (debugged.core().reg(0), debugged.core().reg(1))
    );
}
