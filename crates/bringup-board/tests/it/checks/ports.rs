//! `lost-debug-pins` and `pin-not-output`.

use std::time::Duration;

use bringup_board::RunOptions;

use super::{GPIOA, findings, list, ports};
use crate::asm::Asm;
use crate::fixture::{GPIOB, board, elf};

/// `GPIOA_MODER` after reset.
const RESET: u32 = 0xEBFF_FCFF;

#[test]
fn a_write_that_starts_from_zero_takes_the_debug_pins_away() {
    let mut program = ports();
    program.store(GPIOA, 0b01 << 10);
    insta::assert_snapshot!(findings(&mut program), @r"
    warning lost-debug-pins GPIOA.MODER.MODE13 +0xa x1: write to `GPIOA.MODER` takes PA13 (`SWDIO`) and PA14 (`SWCLK`) away from the debug port, and other pins change with it
      change only the field of the pin that is meant, with `modify`, and leave the debug pins as they are
    ");
    // An alternate function beside that of another pin.
    let mut program = ports();
    program.store(GPIOA + 0x24, 2 << 24 | 1);
    insta::assert_snapshot!(findings(&mut program), @r"
    warning lost-debug-pins GPIOA.AFRH.AFSEL6 +0xa x1: write to `GPIOA.AFRH` takes PA14 (`SWCLK`) away from the debug port, and other pins change with it
      change only the field of the pin that is meant, with `modify`, and leave the debug pins as they are
    ");
}

#[test]
fn debug_pins_that_stay_or_are_meant_are_no_breach() {
    let mut program = ports();
    // Another pin, from what is there; all pins analog.
    program
        .store(GPIOA, RESET & !(0b11 << 10) | 0b01 << 10)
        .store(GPIOA, u32::MAX);
    assert_eq!(findings(&mut program), "");
    // PA13 and PA14 alone, as inputs; PA13 alone, as another function.
    let mut program = ports();
    program.store(GPIOA, RESET & !(0b1111 << 26));
    assert_eq!(findings(&mut program), "");
    let mut program = ports();
    program.store(GPIOA + 0x24, 2 << 20);
    assert_eq!(findings(&mut program), "");
    // Port B has no such pins.
    let mut program = ports();
    program.store(GPIOB, 0);
    assert_eq!(findings(&mut program), "");
}

#[test]
fn levels_of_a_pin_that_is_no_output_are_found_at_the_end() {
    // The LED's pin in analog mode, through the set register; pin 4 as an input, through the output register.
    let mut program = ports();
    program
        .store(GPIOB + 0x18, 1 << 3)
        .store(GPIOB, 0xFFFF_FCFF);
    program.store(GPIOB + 0x14, 1 << 3 | 1 << 4);
    insta::assert_snapshot!(findings(&mut program), @r"
    warning pin-not-output GPIOB.ODR.OD3 +0xa x1: the level of PB3 (LD1) is set, but the pin is no output: its mode is 11, analog
      set the mode of pin 3 in `GPIOB.MODER` to 01, output
    warning pin-not-output GPIOB.ODR.OD4 +0x16 x1: the level of PB4 is set, but the pin is no output: its mode is 00, input
      set the mode of pin 4 in `GPIOB.MODER` to 01, output
    ");
}

#[test]
fn outputs_of_any_time_and_levels_that_stay_are_no_breach() {
    let mut program = ports();
    // The level first, then the mode; afterwards an input again, and a level for the next time.
    program
        .store(GPIOB + 0x18, 1 << 3)
        .store(GPIOB, 0xFFFF_FF7F);
    program
        .store(GPIOB, 0xFFFF_FF3F)
        .store(GPIOB + 0x18, 1 << 19);
    // Resets all pins of the port, which are low.
    program
        .store(GPIOB + 0x18, 0xFFFF_0000)
        .store(GPIOB + 0x28, 0xFFFF);
    assert_eq!(findings(&mut program), "");
}

/// Sets the level of PB3 and waits.
fn half_done() -> Asm {
    let mut program = ports();
    program.store(GPIOB + 0x18, 1 << 3).label("wait").b("wait");
    program
}

#[test]
fn a_run_that_is_over_too_soon_says_nothing_yet_and_the_next_says_it_once() {
    let mut board = board();
    board.load(&elf(&half_done())).unwrap();
    let options = |micros| RunOptions {
        skip: false,
        ..RunOptions::limited(Duration::from_micros(micros))
    };
    board.run(&options(20)).unwrap();
    assert_eq!(list(&board), "");
    for _ in 0..2 {
        board.run(&options(10_000)).unwrap();
        assert_eq!(board.findings().len(), 1);
        assert_eq!(board.findings()[0].count, 1);
    }
}
