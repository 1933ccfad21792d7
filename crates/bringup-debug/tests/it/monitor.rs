//! `monitor` commands.

use bringup_debug::Server;
use bringup_device::svd;

use crate::board::{COUNT, EXIT, FAULT, SVD, board};
use crate::wire::{from_hex, session, talk, to_hex};

fn monitor(board: bringup_board::Board, before: &[&str], line: &str) -> String {
    let command = format!("qRcmd,{}", to_hex(line.as_bytes()));
    let script: Vec<_> = before
        .iter()
        .copied()
        .chain([command.as_str(), "D"])
        .collect();
    session(board, &script)
}

/// What several commands say, one after the other.
fn all(mut server: Server, lines: &[&str]) -> String {
    let mut said = String::new();
    for line in lines {
        let command = format!("qRcmd,{}", to_hex(line.as_bytes()));
        let (answers, _) = talk(&mut server, &[&command, "D"]);
        let texts = answers
            .iter()
            .filter_map(|answer| from_hex(answer.strip_prefix('O')?));
        for text in texts {
            said.push_str(&String::from_utf8_lossy(&text));
        }
    }
    said
}

#[test]
fn help() {
    insta::assert_snapshot!(monitor(board(COUNT), &[], "help"), @r#"
    O arm semihosting enable|disable    serve `BKPT 0xAB`, or stop at it
    console                           what the firmware printed so far
    findings                          what the checks found so far, and the last fault
    flash banks|info 0                where the flash is
    halt                              where the core has stopped
    help                              this list
    input PIN LEVEL|PORT "TEXT"|reset what the world outside does, as a line of a script without its time
    mdb ADDRESS [COUNT]               show bytes of memory
    mdh ADDRESS [COUNT]               show halfwords
    mdw ADDRESS [COUNT]               show words
    mwb ADDRESS VALUE [COUNT]         write bytes
    mwh ADDRESS VALUE [COUNT]         write halfwords
    mww ADDRESS VALUE [COUNT]         write words
    pins                              the pins that have a level or a name, and how often they changed
    reg [PERIPHERAL[.REGISTER]|NAME]  registers of the core, or of a peripheral with their fields
    reset [halt|init|run]             reset the chip; it runs when the debugger lets it
    stop-on finding|never             whether what the checks find stops the program
    targets                           what is debugged
    time                              virtual time since power-on, and how far back it can be gone

    OK
    OK
    Detached
    "#);
}

#[test]
fn unknown_commands_and_arguments() {
    insta::assert_snapshot!(monitor(board(COUNT), &[], "sleep 10"), @r"
    O no command `sleep`

    hint: there are arm, console, findings, flash, halt, help, input, mdb, mdh, mdw, mwb, mwh, mww, pins, reg, reset, stop-on, targets, time

    OK
    OK
    Detached
    ");
    for (line, expected) in [
        ("reset now", "`now` is none of `halt`, `init` and `run`"),
        ("time 1", "`1` is one word too many"),
        (
            "arm semihosting",
            "`semihosting` is expected, and `enable` or `disable`",
        ),
        ("flash info 1", "there is no bank 1, only 0"),
        ("flash", "`banks` is expected, or `info 0`"),
        ("stop-on all", "`all` is neither `finding` nor `never`"),
        ("mdw", "an address is expected, and how many"),
        ("mdw 0x20000001", "`0x20000001` is no multiple of 4"),
        ("mdw x", "`x` is no number of 32 bits"),
        (
            "mdw 0x20000000 0x100000000",
            "`0x100000000` is no number of 32 bits",
        ),
        ("mdb 0x20000000 100000", "`100000` is more than 65536"),
        ("mdw 0xfffffffc 2", "memory ends at `0xffffffff`"),
        ("mdw 0x30000000", "nothing can be read at `0x30000000`"),
        ("mwb 0x20000000 256", "`0x100` has more than 8 bits"),
        (
            "mww 0x08000000 1",
            "`0x08000000`: memory of that kind is not written; flash takes `load`",
        ),
        (
            "mww 0x30000000 1",
            "`0x30000000`: nothing can be written there",
        ),
        ("mww 1", "an address and a value are expected, and how many"),
        (
            "reg XYZ",
            "`XYZ` is no register of the core, and nothing is known of peripherals",
        ),
        ("input PZ9 high", "the chip has no pin `PZ9`"),
        (
            "input PA0",
            "a pin and `high`, `low`, `float` or a voltage as `1.2V`",
        ),
        (
            "input",
            "a pin and `high`, `low`, `float` or a voltage as `1.2V`",
        ),
    ] {
        let said = monitor(board(COUNT), &[], line);
        assert!(said.contains(expected), "{line}: {said}");
    }
}

#[test]
fn memory_by_the_unit() {
    let lines = [
        "mww 0x20000000 0x11223344 9",
        "mwh 0x20000002 0xaabb",
        "mwb 536870912 1",
        "mdw 0x20000000 10",
        "mdh 0x20000000 3",
        "mdb 0x20000000 5",
        "mww 0x40000004 0x1234",
        "mdw 0x40000000 2",
    ];
    insta::assert_snapshot!(all(Server::new(board(COUNT)), &lines), @r"
    0x20000000: aabb3301 11223344 11223344 11223344 11223344 11223344 11223344 11223344
    0x20000020: 11223344 00000000
    0x20000000: 3301 aabb 3344
    0x20000000: 01 33 bb aa 44
    0x40000000: 00000055 00001234
    ");
}

#[test]
fn registers_by_name() {
    let device = svd::load(SVD).into_result().unwrap().0;
    let server = Server::new(board(COUNT)).with_device(device);
    let lines = [
        "reg",
        "reg PC",
        "reg demo",
        "reg DEMO.sr",
        "reg DEMO.X",
        "reg X",
        "reg a b",
    ];
    insta::assert_snapshot!(all(server, &lines), @r"
    r0 (/32): 0x00000000
    r1 (/32): 0x00000000
    r2 (/32): 0x00000000
    r3 (/32): 0x00000000
    r4 (/32): 0x00000000
    r5 (/32): 0x00000000
    r6 (/32): 0x00000000
    r7 (/32): 0x00000000
    r8 (/32): 0x00000000
    r9 (/32): 0x00000000
    r10 (/32): 0x00000000
    r11 (/32): 0x00000000
    r12 (/32): 0x00000000
    sp (/32): 0x20002000
    lr (/32): 0xffffffff
    pc (/32): 0x080000c0
    xpsr (/32): 0x01000000
    msp (/32): 0x20002000
    psp (/32): 0x00000000
    primask (/8): 0x00
    control (/8): 0x00
    pc (/32): 0x080000c0
    DEMO.SR              0x40000000  0x00000055
    DEMO.DR              0x40000004  0x00000000
    DEMO.SR              0x40000000  0x00000055
      [0]      READY        1
      [6:4]    MODE         0x5    FAST
    DEMO has no register `X`: there are SR, DR

    hint: `monitor reg [PERIPHERAL[.REGISTER]|NAME]`
    no peripheral `X`: there are DEMO

    hint: `monitor reg [PERIPHERAL[.REGISTER]|NAME]`
    `b` is one word too many

    hint: `monitor reg [PERIPHERAL[.REGISTER]|NAME]`
    ");
}

#[test]
fn findings_need_not_stop() {
    let board = || board(FAULT);
    let never = format!("qRcmd,{}", to_hex(b"stop-on never"));
    let said = session(board(), &[&never, "s", "s", "s", "D"]);
    insta::assert_snapshot!(said, @r"
    O what the checks find is told at the next stop

    OK
    S05
    O error[unaligned]: `ldr r1, [r0, #0]` reads a word at `0x00000001`, which is no multiple of 4: a HardFault (pc 0x080000c2)
    hint: check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    HardFault: unaligned access (pc 0x080000c2)

    S0b
    S05
    OK
    Detached
    ");
}

#[test]
fn semihosting_can_be_left_to_the_debugger() {
    let disable = format!("qRcmd,{}", to_hex(b"arm semihosting disable"));
    let enable = format!("qRcmd,{}", to_hex(b"arm semihosting enable"));
    let script = [disable.as_str(), "c", "pf", &enable, "c"];
    insta::assert_snapshot!(session(board(EXIT), &script), @r"
    O semihosting is disabled

    OK
    S05
    c4000008
    O semihosting is enabled

    OK
    W03
    Exited(3)
    ");
}

#[test]
fn reset() {
    insta::assert_snapshot!(monitor(board(COUNT), &["s", "s", "s", "s", "p0"], "reset"), @r"
    S05
    S05
    S05
    S05
    02000000
    O target halted due to debug-request, current mode: Thread
    xPSR: 0x01000000 pc: 0x080000c0 msp: 0x20002000
    it runs with `continue`, or when you detach

    OK
    OK
    Detached
    ");
}

#[test]
fn findings() {
    assert!(monitor(board(COUNT), &[], "findings").starts_with("O no findings\n"));
    insta::assert_snapshot!(monitor(board(FAULT), &["c"], "findings"), @r"
    O error[unaligned]: `ldr r1, [r0, #0]` reads a word at `0x00000001`, which is no multiple of 4: a HardFault (pc 0x080000c2)
    hint: check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`
    HardFault: unaligned access (pc 0x080000c2)

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
    it can go back to 0.000000 s, cycle 0

    OK
    OK
    Detached
    ");
}
