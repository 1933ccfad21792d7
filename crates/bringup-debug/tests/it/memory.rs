//! Memory: looked at without side effects, written where that is possible.

use crate::board::{COUNT, board};
use crate::wire::{session, talk};

#[test]
fn flash_and_ram_and_where_there_is_none() {
    let script = [
        "m080000c0,6",
        "mc0,6",
        "m20000000,4",
        "M20000000,4:11223344",
        "m20000000,4",
        "m30000000,4",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    01300231fce7
    01300231fce7
    00000000
    OK
    11223344
    E0e
    OK
    Detached
    ");
}

#[test]
fn a_read_over_the_end_of_ram_is_cut_short() {
    insta::assert_snapshot!(session(
        board(COUNT),
        &["m20001ffe,8", "M20001ffe,4:11223344", "m20001ffe,2", "D"]
    ), @r"
    0000
    E0e
    0000
    OK
    Detached
    ");
}

#[test]
fn a_register_that_reading_clears_is_not_cleared_by_looking() {
    insta::assert_snapshot!(session(board(COUNT), &["m40000000,4", "m40000000,4", "D"]), @r"
    55000000
    55000000
    OK
    Detached
    ");
}

#[test]
fn registers_are_written_at_their_width_only() {
    let script = [
        "M40000004,4:01020304",
        "m40000004,4",
        "M40000004,3:010203",
        "M40000005,4:01020304",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    OK
    01020304
    E0e
    E0e
    OK
    Detached
    ");
}

#[test]
fn system_registers_of_the_core() {
    // CPUID, then SYST_RVR.
    insta::assert_snapshot!(session(
        board(COUNT),
        &["me000ed00,4", "Me000e014,4:ffff0000", "me000e014,4", "D"]
    ), @r"
    01c60c41
    OK
    ffff0000
    OK
    Detached
    ");
}

#[test]
fn flash_takes_no_plain_writes_but_is_programmed() {
    let script = [
        "M08001000,2:abcd",
        "vFlashErase:08001000,00000080",
        "vFlashWrite:08001000:abcd",
        "vFlashDone",
        "m08001000,4",
        "vFlashErase:20000000,00000080",
        "vFlashErase:08000000,ffffff80",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    E0e
    OK
    OK
    OK
    61626364
    E0e
    E0e
    OK
    Detached
    ");
}

#[test]
fn looking_at_everything_leaves_the_board_as_it_was() {
    let mut server = bringup_debug::Server::new(board(COUNT));
    let before = server.board().report();
    let script = [
        "g",
        "m08000000,800",
        "m20000000,800",
        "m40000000,100",
        "me000e000,800",
        "qXfer:memory-map:read::0,ffb",
        "D",
    ];
    talk(&mut server, &script).1.unwrap();
    assert_eq!(server.board().report(), before);
}

#[test]
fn the_map_lists_the_chips_memories() {
    insta::assert_snapshot!(session(
        board(COUNT),
        &["qXfer:memory-map:read::0,ffb", "D"]
    ), @r#"
    m<?xml version="1.0"?>
    <memory-map>
    <memory type="flash" start="0x8000000" length="0x8000"><property name="blocksize">0x80</property></memory>
    <memory type="flash" start="0x0" length="0x8000"><property name="blocksize">0x80</property></memory>
    <memory type="ram" start="0x20000000" length="0x2000"/>
    <memory type="rom" start="0x8080000" length="0x400"/>
    <memory type="rom" start="0x1ff00000" length="0x1000"/>
    <memory type="rom" start="0x1ff80000" length="0x80"/>
    <memory type="ram" start="0x40000000" length="0x20000000"/>
    <memory type="ram" start="0xe0000000" length="0x10000000"/>
    </memory-map>

    OK
    Detached
    "#);
}
