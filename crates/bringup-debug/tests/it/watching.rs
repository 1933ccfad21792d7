//! Watchpoints, as many as the chip has comparators for.

use bringup_debug::Server;

use crate::board::{STORE, board};
use crate::wire::{session, talk};

#[test]
fn a_watchpoint_stops_in_front_of_the_access_and_once() {
    // gdb takes the watchpoint away and steps over the access; other clients just go on.
    let script = [
        "Z2,20000000,4",
        "c",
        "pf",
        "m20000000,4",
        "s",
        "pf",
        "m20000000,4",
        "c",
        "pf",
        "m20000000,4",
        "c",
        "m20000000,4",
        "z2,20000000,4",
        "c",
        "^C",
        "D",
    ];
    insta::assert_snapshot!(session(board(STORE), &script), @r"
    OK
    T05thread:01;watch:20000000;
    c8000008
    00000000
    S05
    ca000008
    01000000
    T05thread:01;watch:20000000;
    c8000008
    01000000
    T05thread:01;watch:20000000;
    02000000
    OK
    S02
    OK
    Detached
    ");
}

#[test]
fn reads_writes_and_accesses_are_told_apart() {
    let stops = |kind: char| {
        let set = format!("Z{kind},20000000,4");
        let script = [set.as_str(), "c", "pf", "c", "pf", "D"];
        session(board(STORE), &script)
    };
    insta::assert_snapshot!(stops('2'), @r"
    OK
    T05thread:01;watch:20000000;
    c8000008
    T05thread:01;watch:20000000;
    c8000008
    OK
    Detached
    ");
    insta::assert_snapshot!(stops('3'), @r"
    OK
    T05thread:01;rwatch:20000000;
    c4000008
    T05thread:01;rwatch:20000000;
    c4000008
    OK
    Detached
    ");
    insta::assert_snapshot!(stops('4'), @r"
    OK
    T05thread:01;awatch:20000000;
    c4000008
    T05thread:01;awatch:20000000;
    c8000008
    OK
    Detached
    ");
}

#[test]
fn there_are_as_many_as_the_chip_has_and_each_takes_an_aligned_power_of_two() {
    let script = [
        "Z2,20000000,4",
        "Z2,20000001,2",
        "Z2,20000004,4",
        "Z3,20000008,4",
        "z2,20000004,4",
        "z2,20000004,4",
        "Z4,20000010,100",
        "z2,20000000,4",
        "z4,20000010,100",
        "Z4,20000004,c",
        "Z2,0,0",
        "z4,20000004,c",
        "Z2,ffffffff,2",
        "Z4,0,80000000",
        "D",
    ];
    insta::assert_snapshot!(session(board(STORE), &script), @r"
    OK
    E16
    OK
    E16
    OK
    E16
    E16
    OK
    E16
    OK
    E16
    OK
    E16
    OK
    OK
    Detached
    ");
}

#[test]
fn a_step_that_touches_what_is_watched_says_so() {
    let script = [
        "s",
        "s",
        "Z4,20000000,4",
        "s",
        "pf",
        "z4,20000000,4",
        "s",
        "pf",
        "D",
    ];
    insta::assert_snapshot!(session(board(STORE), &script), @r"
    S05
    S05
    OK
    T05thread:01;awatch:20000000;
    c4000008
    OK
    S05
    c6000008
    OK
    Detached
    ");
}

#[test]
fn watchpoints_change_no_time() {
    let mut server = Server::new(board(STORE));
    let script = [
        "Z4,20000000,4",
        "c",
        "c",
        "c",
        "c",
        "c",
        "z4,20000000,4",
        "s",
        "D",
    ];
    talk(&mut server, &script).1.unwrap();
    let watched = server.board();
    let mut alone = board(STORE);
    while alone.cycles() < watched.cycles() {
        alone.step();
    }
    assert_eq!(alone.cycles(), watched.cycles());
    assert_eq!(alone.instructions(), watched.instructions());
    assert_eq!(alone.core().reg(1), watched.core().reg(1));
}
