//! Scripts: what the world outside does at which times.

use std::time::Duration;

use bringup_board::{Board, RunOptions, Script, Stop};

use super::usart::port;
use crate::asm::Asm;
use crate::fixture::{GPIOB, RCC_IOPENR, board, elf};

/// `USART2.RDR`
const RDR: u32 = 0x4000_4424;

/// Waits for a high level at PB0, then for a low one, and ends.
fn waits() -> Vec<u8> {
    let mut program = Asm::new();
    program.store(RCC_IOPENR, 0b10).store(GPIOB, 0xFFFF_FFFC);
    program.load(1, GPIOB).movs(2, 1);
    program.label("low").ldr(3, 1, 0x10).op(0x4213).beq("low");
    program.label("high").ldr(3, 1, 0x10).op(0x4213).bne("high");
    program.exit();
    elf(&program)
}

fn run(board: &mut Board, skip: bool) -> (Stop, u64) {
    let options = RunOptions {
        skip,
        ..RunOptions::limited(Duration::from_secs(1))
    };
    (board.run(&options).unwrap(), board.cycles())
}

#[test]
fn pins_are_driven_at_their_times_and_a_wait_for_them_is_not_stuck() {
    let script = Script::parse("10ms PB0 high\n+5ms PB0 low # let go\n").unwrap();
    let ran = |skip| {
        let mut board = board();
        board.load(&waits()).unwrap();
        board.play(script.clone()).unwrap();
        let first = run(&mut board, skip);
        let edges: Vec<_> = board.pin("PB0").unwrap().edges().to_vec();
        // Power off and on: the script begins anew.
        board.power_on();
        assert_eq!(run(&mut board, skip), first);
        let times: Vec<_> = edges
            .iter()
            .map(|edge| board.seconds_at(edge.cycle))
            .collect();
        (first, times)
    };
    let ((stop, cycles), times) = ran(true);
    assert_eq!(stop, Stop::Exit);
    assert_eq!(times.len(), 2);
    // A step is due in the first cycle that does not begin before its time.
    let cycle = 1.0 / 2_097_152.0;
    for (time, wanted) in times.iter().zip([0.010, 0.015]) {
        assert!((wanted..wanted + cycle).contains(time), "{time}");
    }
    assert_eq!(ran(false), ((stop, cycles), times));

    // Without it the firmware waits until the run is over: somebody may yet drive the pin.
    let mut board = board();
    board.load(&waits()).unwrap();
    assert_eq!(run(&mut board, true).0, Stop::Limit);
}

#[test]
fn text_reaches_a_serial_port_and_reset_the_chip() {
    let mut bench = port();
    let now = bench.board.seconds();
    assert!(now < 0.001);
    let script = Script::parse("1ms usart2 \"a\"\n5ms reset").unwrap();
    bench.board.play(script).unwrap();
    bench.run(900);
    assert_eq!(bench.read(RDR), 0);
    bench.run(1_500);
    assert_eq!(bench.read(RDR), u32::from(b'a'));
    bench.run(5_000);
    assert_eq!(bench.read(RDR), 0, "the port is in reset again");
}

#[test]
fn what_the_chip_does_not_have_is_refused_at_once() {
    let script = "+2s PB0 high\n1s USART9 \"a\"\n1s PZ0 high\n1s GPIOA \"a\"\n1s reset";
    let problems = board().play(Script::parse(script).unwrap()).unwrap_err();
    let text: Vec<_> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(text.join("\n"), @"
    line 2: the chip has no serial port `USART9`
    line 3: the chip has no pin `PZ0`
    line 4: the chip has no serial port `GPIOA`
    ");
}
