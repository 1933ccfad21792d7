//! Real Time Transfer: what firmware leaves in RAM for a debugger, and what it gets from there.

use std::time::Duration;

use bringup_board::{Board, DEFMT, RTT, RunOptions, Stop, Width};
use proptest::prelude::*;

use crate::asm::Asm;
use crate::fixture::{board, elf};

/// The control block, a channel of each direction, and their buffers.
const BLOCK: u32 = 0x2000_0100;
const UP: u32 = BLOCK + 24;
const DOWN: u32 = UP + 24;
const UP_BUFFER: u32 = 0x2000_0200;
const DOWN_BUFFER: u32 = 0x2000_0300;
const NAME: u32 = 0x2000_0400;
const UP_SIZE: u32 = 8;
const DOWN_SIZE: u32 = 4;

const ID: &[u8; 16] = b"SEGGER RTT\0\0\0\0\0\0";

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let (words, _) = bytes.as_chunks();
    words.iter().map(|word| u32::from_le_bytes(*word))
}

/// Sets up the control block, the identification last.
fn set_up(program: &mut Asm, name: [u8; 8]) {
    for (index, word) in (0..).zip(words(&name)) {
        program.store(NAME + 4 * index, word);
    }
    let up = [NAME, UP_BUFFER, UP_SIZE, 0, 0, 2];
    let down = [NAME, DOWN_BUFFER, DOWN_SIZE, 0, 0, 0];
    for (index, word) in (4..).zip([1, 1].into_iter().chain(up).chain(down)) {
        program.store(BLOCK + 4 * index, word);
    }
    for (index, word) in (0..).zip(words(ID)) {
        program.store(BLOCK + 4 * index, word);
    }
}

/// Ends a program that has no symbols: behind it is a word by which firmware with a control block is known.
fn ended(mut program: Asm) -> Asm {
    program.exit();
    for pair in b"SEGGER".as_chunks().0 {
        program.op(u16::from_le_bytes(*pair));
    }
    program
}

/// Writes `A` and the 39 characters behind it to a buffer of 8 bytes, waiting for room, and ends.
fn writer(name: [u8; 8]) -> Asm {
    let mut program = Asm::new();
    set_up(&mut program, name);
    program.load(4, UP).load(5, UP_BUFFER);
    program.movs(6, u16::from(b'A')).movs(7, 40);
    program.label("next").ldr(1, 4, 12);
    // adds r3, r1, #1; movs r2, #7; ands r3, r2
    program.op(0x1C4B).movs(2, 7).op(0x4013);
    // cmp r3, r2
    program.ldr(2, 4, 16).op(0x4293).beq("next");
    // strb r6, [r5, r1]
    program.op(0x546E).str(3, 4, 12);
    // adds r6, #1; subs r7, #1
    program.op(0x3601).op(0x3F01).bne("next");
    ended(program)
}

/// Copies 7 bytes from the channel to firmware to where the name is, and ends.
fn reader() -> Asm {
    let mut program = Asm::new();
    set_up(&mut program, *b"Terminal");
    program.load(4, DOWN).load(5, DOWN_BUFFER).load(6, NAME);
    program.movs(7, 7);
    program.label("next").ldr(1, 4, 16).ldr(2, 4, 12);
    // cmp r1, r2
    program.op(0x4291).beq("next");
    // ldrb r3, [r5, r1]; strb r3, [r6]; adds r6, #1
    program.op(0x5C6B).strb(3, 6, 0).op(0x3601);
    // adds r1, #1; movs r2, #3; ands r1, r2
    program.op(0x3101).movs(2, 3).op(0x4011).str(1, 4, 16);
    // subs r7, #1
    program.op(0x3F01).bne("next");
    ended(program)
}

fn loaded(program: &Asm) -> Board {
    let mut board = board();
    board.load(&elf(program)).expect("the image fits");
    board
}

fn run(board: &mut Board, options: &RunOptions) -> Stop {
    board.run(options).expect("the options are right")
}

fn a_second() -> RunOptions {
    RunOptions::limited(Duration::from_secs(1))
}

fn letters() -> String {
    (b'A'..).take(40).map(char::from).collect()
}

#[test]
fn all_of_a_text_appears_however_small_the_buffer_is() {
    let mut board = loaded(&writer(*b"Terminal"));
    assert_eq!(run(&mut board, &a_second()), Stop::Exit);
    assert_eq!(board.console().text(RTT), letters());
    assert!(board.findings().is_empty(), "{:?}", board.findings());
}

#[test]
fn when_the_board_looks_changes_no_run() {
    let program = writer(*b"Terminal");
    let mut whole = loaded(&program);
    run(&mut whole, &a_second());
    let mut without_skips = loaded(&program);
    let options = RunOptions {
        skip: false,
        ..a_second()
    };
    run(&mut without_skips, &options);
    let mut in_slices = loaded(&program);
    while in_slices.run_for(Duration::from_micros(37)) == Stop::Limit {}
    let mut in_steps = loaded(&program);
    while in_steps.exit_code().is_none() {
        in_steps.step();
    }
    for other in [&without_skips, &in_slices, &in_steps] {
        assert_eq!(other.console(), whole.console());
        assert_eq!(
            (other.cycles(), other.instructions()),
            (whole.cycles(), whole.instructions())
        );
        let memory = |board: &Board| {
            let mut bytes = [0; 0x400];
            board.peek_bytes(0x2000_0000, &mut bytes);
            bytes
        };
        assert_eq!(memory(other), memory(&whole));
    }
}

#[test]
fn a_board_that_leaves_the_channels_to_a_debugger_does_not_touch_them() {
    let mut board = loaded(&writer(*b"Terminal"));
    board.listen_to_rtt(false);
    assert_eq!(run(&mut board, &a_second()), Stop::Stuck);
    assert_eq!(board.console().port(RTT), None);
    let word = |address| board.peek(address, Width::Word);
    assert_eq!((word(UP + 12), word(UP + 16)), (Some(7), Some(0)));
    // The debugger takes what is there.
    board.poke_bytes(UP + 16, &7_u32.to_le_bytes());
    assert_eq!(run(&mut board, &a_second()), Stop::Stuck);
    assert_eq!(board.peek(UP + 12, Width::Word), Some(6));
    board.power_on();
    assert_eq!(run(&mut board, &a_second()), Stop::Stuck);
    board.listen_to_rtt(true);
    assert_eq!(run(&mut board, &a_second()), Stop::Exit);
    assert_eq!(board.console().text(RTT), letters());
}

#[test]
fn a_text_that_is_waited_for_ends_the_run() {
    let mut board = loaded(&writer(*b"Terminal"));
    let options = RunOptions {
        until_text: Some("KLM".into()),
        ..a_second()
    };
    assert_eq!(run(&mut board, &options), Stop::Until);
    assert_eq!(run(&mut board, &a_second()), Stop::Exit);
    assert_eq!(board.console().text(RTT), letters());
}

#[test]
fn binary_frames_have_a_port_of_their_own() {
    let mut board = loaded(&writer(*b"defmt\0\0\0"));
    run(&mut board, &a_second());
    assert_eq!(board.console().port(RTT), None);
    assert_eq!(board.console().text(DEFMT), letters());
}

#[test]
fn what_is_sent_arrives_as_there_is_room() {
    let mut board = loaded(&reader());
    assert_eq!(run(&mut board, &a_second()), Stop::Stuck);
    board.send("rtt", b"seven ch").expect("there is a channel");
    assert_eq!(run(&mut board, &a_second()), Stop::Exit);
    let mut bytes = [0; 7];
    board.peek_bytes(NAME, &mut bytes);
    assert_eq!(&bytes, b"seven c");
}

/// Words that a control block may hold, most of them wrong.
fn word() -> impl Strategy<Value = u32> {
    prop_oneof![
        0..20_u32,
        Just(UP_BUFFER),
        Just(0x0800_0000),
        0x2000_0000..0x2000_1010_u32,
        any::<u32>()
    ]
}

proptest! {
    #[test]
    fn no_control_block_does_harm(block in proptest::collection::vec(word(), 16), sent in any::<Vec<u8>>()) {
        let mut board = loaded(&writer(*b"Terminal"));
        board.run_for(Duration::from_micros(300));
        let bytes: Vec<u8> = block.iter().flat_map(|word| word.to_le_bytes()).collect();
        board.poke_bytes(BLOCK + 16, &bytes);
        board.send(RTT, &sent).expect("there may be a channel");
        board.run_for(Duration::from_millis(20));
        let mut flash = [0; 0x40];
        board.peek_bytes(0x0800_0000, &mut flash);
        let mut expected = [0; 0x40];
        loaded(&writer(*b"Terminal")).peek_bytes(0x0800_0000, &mut expected);
        prop_assert_eq!(flash, expected);
    }
}
