//! Semihosting and the console.

use std::time::Duration;

use bringup_board::{RunOptions, STDERR, STDOUT, Stop};

use crate::asm::Asm;
use crate::fixture::{run, run_with};

const RAM: u32 = 0x2000_0100;

/// Writes words to RAM and leaves the address of the first in R1.
fn block(program: &mut Asm, at: u32, words: &[u32]) {
    for (index, word) in words.iter().enumerate() {
        program.store(at + index as u32 * 4, *word);
    }
    program.load(1, at);
}

fn text(text: [u8; 4]) -> u32 {
    u32::from_le_bytes(text)
}

#[test]
fn every_way_of_printing_prints() {
    let mut program = Asm::new();
    block(&mut program, RAM, &[text(*b"one "), text(*b"two\0")]);
    program.semihost(0x04);
    block(&mut program, RAM, &[text(*b"! \0\0")]);
    program.semihost(0x03);
    // Opens `:tt` for appending, which is standard error, and writes three bytes to it.
    block(&mut program, RAM, &[text(*b":tt\0")]);
    block(&mut program, RAM + 0x20, &[RAM, 8, 3]);
    program.semihost(0x01).op(0x0004);
    block(&mut program, RAM, &[text(*b"bad\n")]);
    program.load(6, RAM + 0x20).str(4, 6, 0);
    block(&mut program, RAM + 0x24, &[RAM, 4]);
    program.load(1, RAM + 0x20).semihost(0x05).op(0x0005);
    program
        .load(1, RAM + 0x20)
        .semihost(0x09)
        .op(0x0003)
        .op(0xBE00);
    let (board, _) = run(&program);
    assert_eq!(board.console().text(STDOUT), "one two!");
    assert_eq!(board.console().text(STDERR), "bad\n");
    assert_eq!(
        [4, 5, 3].map(|index| board.core().reg(index)),
        [1, 0, 1],
        "handle, bytes not written, is a terminal"
    );
}

#[test]
fn exit_codes_arrive() {
    let (board, stop) = run(Asm::new().exit());
    assert_eq!((stop, board.exit_code()), (Stop::Exit, Some(0)));
    let (board, _) = run(Asm::new().load(1, 0x2_0023).semihost(0x18));
    assert_eq!(
        board.exit_code(),
        Some(1),
        "any reason but the application's own exit"
    );
    let mut program = Asm::new();
    block(&mut program, RAM, &[0x2_0026, 42]);
    let (board, _) = run(program.semihost(0x20));
    assert_eq!(board.exit_code(), Some(42));
}

#[test]
fn time_is_virtual() {
    let mut program = Asm::new();
    program
        .load(0, 2_097_152)
        .label("wait")
        .op(0x3801)
        .bne("wait");
    program
        .semihost(0x10)
        .op(0x0004)
        .semihost(0x11)
        .op(0x0005)
        .op(0xBE00);
    let (board, _) = run_with(&program, &RunOptions::limited(Duration::from_secs(10)));
    // Three cycles a turn: three seconds, in hundredths and in whole seconds.
    assert_eq!([4, 5].map(|index| board.core().reg(index)), [300, 3]);
}

#[test]
fn features_are_listed_in_a_file_that_can_be_read() {
    let mut program = Asm::new();
    let name: Vec<u32> = b":semihosting-features\0\0\0"
        .chunks(4)
        .map(|part| text(part.try_into().unwrap()))
        .collect();
    block(&mut program, RAM, &name);
    block(&mut program, RAM + 0x40, &[RAM, 0, 21]);
    program.semihost(0x01).op(0x0004);
    block(&mut program, RAM + 0x44, &[RAM + 0x80, 8]);
    program
        .load(6, RAM + 0x40)
        .str(4, 6, 0)
        .load(1, RAM + 0x40)
        .semihost(0x06)
        .op(0x0005);
    program.load(1, RAM + 0x40).semihost(0x0C).op(0xBE00);
    let (board, _) = run(&program);
    assert_eq!(
        [4, 5, 0].map(|index| board.core().reg(index)),
        [1, 3, 5],
        "handle, bytes not read, length"
    );
    let mut bytes = [0; 5];
    assert_eq!(board.peek_bytes(RAM + 0x80, &mut bytes), 5);
    assert_eq!(&bytes, b"SHFB\x03");
}

#[test]
fn what_is_not_served_fails_and_is_reported() {
    let mut program = Asm::new();
    program.semihost(0x12).op(0x0004).semihost(0x77).op(0x0005);
    // A file that is not there, and an address where no memory is.
    block(&mut program, RAM, &[text(*b"file")]);
    block(&mut program, RAM + 0x20, &[RAM, 0, 4]);
    program
        .semihost(0x01)
        .op(0x0003)
        .load(1, 0x4000_0000)
        .semihost(0x05)
        .op(0x0002)
        .op(0xBE00);
    let (board, _) = run(&program);
    assert_eq!(
        [4, 5, 3, 2].map(|index| board.core().reg(index)),
        [u32::MAX; 4]
    );
    let messages: Vec<&str> = board
        .findings()
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    semihosting call `SYS_SYSTEM` (0x12) is not served: it returns an error
    semihosting call 0x77 does not exist: it returns -1
    ");
}

#[test]
fn a_text_can_end_the_run() {
    let mut program = Asm::new();
    for part in [b"wai\0", b"t, \0", b"rea\0", b"dy!\0", b"mor\0"] {
        block(&mut program, RAM, &[text(*part)]);
        program.semihost(0x04);
    }
    let until = |text: &str| RunOptions {
        until_text: Some(text.into()),
        ..RunOptions::limited(Duration::from_secs(1))
    };
    let (mut board, stop) = run_with(program.exit(), &until("ready"));
    assert_eq!(
        (stop, board.console().text(STDOUT).as_ref()),
        (Stop::Until, "wait, ready!")
    );
    assert_eq!(board.run(&until("ready")), Ok(Stop::Exit));
}

#[test]
fn the_command_line_is_empty_and_errors_have_numbers() {
    let mut program = Asm::new();
    program.store(RAM + 0x40, u32::MAX);
    block(&mut program, RAM, &[RAM + 0x40, 8]);
    program.semihost(0x15).op(0x0004);
    // A buffer without room for the zero at its end.
    block(&mut program, RAM + 0x10, &[RAM + 0x40, 0]);
    program.semihost(0x15).op(0x0005);
    // A file that does not exist, and why it cannot be opened (ENOENT).
    block(&mut program, RAM + 0x20, &[text(*b"file")]);
    block(&mut program, RAM + 0x30, &[RAM + 0x20, 0, 4]);
    program.semihost(0x01).op(0x0006);
    program.semihost(0x13).op(0x0007).op(0xBE00);
    let (board, _) = run(&program);
    assert_eq!(
        [4, 5, 6, 7].map(|index| board.core().reg(index)),
        [0, u32::MAX, u32::MAX, 2]
    );
    let word = |address| board.peek(address, bringup_board::Width::Word);
    assert_eq!(word(RAM + 4), Some(0), "its length");
    assert_eq!(word(RAM + 0x40), Some(0xFFFF_FF00), "a zero ends it");
}
