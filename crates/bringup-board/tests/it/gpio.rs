//! Ports, pins and edges.

use std::time::Duration;

use bringup_board::{RunOptions, Stop, Width};

use crate::asm::Asm;
use crate::fixture::{GPIOB, RCC_IOPENR, board, run, run_with};

/// Switches port B on and makes pin 3 an output.
fn output() -> Asm {
    let mut program = Asm::new();
    program.store(RCC_IOPENR, 0b10).store(GPIOB, 0xFFFF_FF7F);
    program
}

#[test]
fn a_wrap_of_systick_toggles_the_pin_every_reload_plus_one_cycles() {
    const RELOAD: u32 = 9_999;
    let mut program = output();
    program
        .store(0xE000_E014, RELOAD)
        .store(0xE000_E018, 0)
        .store(0xE000_E010, 0b101);
    program
        .load(0, 0xE000_E010)
        .load(1, GPIOB)
        .movs(2, 8)
        .movs(4, 1)
        .op(0x0424);
    program.label("wait").ldr(3, 0, 0).op(0x4223).beq("wait");
    program
        .ldr(3, 1, 0x14)
        .op(0x4053)
        .str(3, 1, 0x14)
        .op(0xBF00)
        .b("wait");
    let (board, stop) = run_with(&program, &RunOptions::limited(Duration::from_millis(100)));
    assert_eq!(stop, Stop::Limit);
    let edges = board.pin("PB3").unwrap().edges();
    assert_eq!(edges.len(), 20);
    // The loop polls once in five cycles, which divides the period: no edge is off by a turn.
    let periods: Vec<u64> = edges
        .windows(2)
        .map(|pair| pair[1].cycle - pair[0].cycle)
        .collect();
    assert_eq!(periods, vec![u64::from(RELOAD) + 1; 19]);
    assert!(
        edges
            .iter()
            .enumerate()
            .all(|(index, edge)| edge.level == (index % 2 == 0))
    );
    assert!(board.findings().is_empty(), "{:?}", board.findings());
}

#[test]
fn only_outputs_drive_and_only_driven_or_pulled_pins_have_a_level() {
    let (board, _) = run(output().exit());
    let level = |board: &bringup_board::Board, pin| board.pin(pin).unwrap().level();
    assert_eq!(level(&board, "PB3"), Some(false));
    assert_eq!(level(&board, "pb4"), None);
    // After reset the debug pins are pulled: SWDIO up, SWCLK down.
    assert_eq!(
        (level(&board, "PA13"), level(&board, "PA14")),
        (Some(true), Some(false))
    );
    assert!(
        board.pins().all(|pin| pin.edges().is_empty()),
        "where a pin starts is no edge"
    );
}

#[test]
fn set_wins_over_reset_and_bytes_reach_their_pins() {
    let mut program = output();
    program
        .store(GPIOB + 0x18, 0x0008_0008)
        .store(GPIOB + 0x28, 0x8)
        .store(GPIOB + 0x18, 0x0108);
    program.movs(0, 0x01).load(6, GPIOB).strb(0, 6, 0x14);
    let (board, _) = run(program.exit());
    // Bit 8 was set through BSRR and stays: the byte store replaced the low byte of ODR alone.
    assert_eq!(board.peek(GPIOB + 0x14, Width::Word), Some(0x0101));
    let levels: Vec<bool> = board
        .pin("PB3")
        .unwrap()
        .edges()
        .iter()
        .map(|edge| edge.level)
        .collect();
    assert_eq!(levels, [true, false, true, false]);
}

#[test]
fn inputs_follow_the_world_then_the_pull_resistor() {
    let mut program = Asm::new();
    // Pin 0: input without a pull; pin 1: input with pull-up; pin 2: open-drain output, released, pulled up;
    // pin 3: analog, pulled up in vain.
    program
        .store(RCC_IOPENR, 0b10)
        .store(GPIOB + 0x0C, 0b01_01_01_00)
        .store(GPIOB + 4, 0b100);
    program.store(GPIOB + 0x18, 0b100).store(GPIOB, 0xFFFF_FFD0);
    let (mut board, stop) = run(program.exit());
    assert_eq!(stop, Stop::Exit);
    let read = |board: &bringup_board::Board| board.peek(GPIOB + 0x10, Width::Word).unwrap();
    assert_eq!(read(&board), 0b0110);
    for pin in ["PB0", "PB3"] {
        board.drive(pin, Some(true)).unwrap();
    }
    for pin in ["PB1", "PB2"] {
        board.drive(pin, Some(false)).unwrap();
    }
    assert_eq!(read(&board), 0b0001);
    board.drive("PB2", None).unwrap();
    assert_eq!(read(&board), 0b0101);
}

#[test]
fn the_lock_freezes_what_it_names_until_reset() {
    let mut program = output();
    let lckr = GPIOB + 0x1C;
    program
        .store(lckr, 0x1_0008)
        .store(lckr, 0x8)
        .store(lckr, 0x1_0008);
    program
        .store(GPIOB, 0)
        .store(GPIOB + 4, u32::MAX)
        .store(GPIOB + 0x18, 8);
    let (board, _) = run(program.exit());
    assert_eq!(board.peek(GPIOB, Width::Word), Some(0b01 << 6));
    assert_eq!(board.peek(GPIOB + 4, Width::Word), Some(0xFFF7));
    assert_eq!(board.peek(lckr, Width::Word), Some(0x1_0008));
    assert_eq!(
        board.pin("PB3").unwrap().level(),
        Some(true),
        "the output itself is not frozen"
    );
}

#[test]
fn a_wrong_sequence_locks_nothing() {
    let mut program = output();
    let lckr = GPIOB + 0x1C;
    program
        .store(lckr, 0x1_0008)
        .store(lckr, 0x4)
        .store(lckr, 0x1_0008)
        .store(GPIOB, 0);
    let (board, _) = run(program.exit());
    assert_eq!(board.peek(GPIOB, Width::Word), Some(0));
    assert_eq!(board.peek(lckr, Width::Word), Some(0x8));
}

#[test]
fn an_edge_can_end_the_run() {
    let mut program = output();
    program.store(GPIOB + 0x18, 8).store(GPIOB + 0x28, 8).exit();
    let options = RunOptions {
        until_pin: Some("PB3".into()),
        ..RunOptions::limited(Duration::from_secs(1))
    };
    let (mut board, stop) = run_with(&program, &options);
    assert_eq!(
        (stop, board.pin("PB3").unwrap().edges().len()),
        (Stop::Until, 1)
    );
    assert_eq!(board.run(&options), Ok(Stop::Until));
    assert_eq!(board.run(&options), Ok(Stop::Exit));
}

#[test]
fn unknown_pins_are_refused() {
    let error = board().pin("PZ1").map(|_| ()).unwrap_err();
    insta::assert_snapshot!(format!("{error}\n{}", error.hint().unwrap()), @r"
    the chip has no pin `PZ1`
    pins are called by port and number, for example `PB3`
    ");
}
