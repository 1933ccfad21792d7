//! Registers, one by one and all at once.

use crate::board::{COUNT, board};
use crate::wire::session;

#[test]
fn all_at_once_after_reset() {
    let all = session(board(COUNT), &["g", "D"]);
    let registers = all.lines().next().unwrap();
    // 19 registers of four bytes and two of one.
    assert_eq!(registers.len(), 2 * (19 * 4 + 2));
    let register = |number: usize| &registers[8 * number..][..8];
    assert_eq!(register(13), "00200020");
    assert_eq!(register(14), "ffffffff");
    assert_eq!(register(15), "c0000008");
    assert_eq!(register(16), "00000001");
    assert_eq!(register(17), "00200020");
}

#[test]
fn one_by_one() {
    let script = [
        "P2=78563412",
        "p2",
        "P14=01",
        "p14",
        "p13",
        "p15",
        "P2=00",
        "D",
    ];
    insta::assert_snapshot!(session(board(COUNT), &script), @r"
    OK
    78563412
    OK
    00
    00

    E79
    OK
    Detached
    ");
}

#[test]
fn writing_them_all_keeps_the_stack_pointers_apart() {
    let mut server = bringup_debug::Server::new(board(COUNT));
    let (answers, _) = crate::wire::talk(&mut server, &["g", "D"]);
    let mut registers = crate::wire::from_hex(&answers[0]).unwrap();
    // PSP and CONTROL.SPSEL, with SP as it was: the old SP is not what the thread uses from now on.
    registers[4 * 18..][..4].copy_from_slice(&0x2000_1000_u32.to_le_bytes());
    registers[4 * 19 + 1] = 2;
    let write = format!("G{}", crate::wire::to_hex(&registers));
    crate::wire::talk(&mut server, &[&write, "D"]).1.unwrap();
    let core = server.board().core();
    assert_eq!(
        (core.msp(), core.psp(), core.control()),
        (0x2000_2000, 0x2000_1000, 2)
    );
    assert_eq!(core.reg(13), 0x2000_1000);
}

#[test]
fn the_description_names_what_gdb_knows() {
    let xml = session(board(COUNT), &["qXfer:features:read:target.xml:0,ffb", "D"]);
    assert!(
        xml.starts_with("l<?xml") || xml.starts_with("m<?xml"),
        "{xml}"
    );
    for name in [
        "org.gnu.gdb.arm.m-profile",
        "org.gnu.gdb.arm.m-system",
        "armv6s-m",
    ] {
        assert!(xml.contains(name), "{name}");
    }
}
