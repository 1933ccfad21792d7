//! What tests of firmware use: boards by name, serial ports, the verdict.

use std::time::Duration;

use bringup_board::{Board, Stop};

use crate::asm::Asm;
use crate::fixture::{CODE, GPIOB, RCC_IOPENR, board, elf};
use crate::models::usart;

const SVD: &str = include_str!("../fixtures/toy.svd");

/// A write that is lost, then a turn of the LED, then an unaligned load.
fn faulty() -> Asm {
    let mut program = Asm::new();
    program
        .store(GPIOB, 1)
        .store(RCC_IOPENR, 2)
        .store(GPIOB, 0xFFFF_FF7F)
        .store(GPIOB + 0x14, 8)
        .load(1, 0x2000_0002)
        .ldr(0, 1, 0);
    program
}

#[test]
fn boards_are_found_by_their_names() {
    let board = Board::named("nucleo-l031k6", SVD).unwrap();
    assert_eq!(board.chip().name, "STM32L031K6");
    insta::assert_snapshot!(format!("{:?}", Board::named("nucleo-l031k7", SVD).unwrap_err()), @"
    no board is called `nucleo-l031k7`

    hint: did you mean `nucleo-l031k6`?
    ");
    let broken = SVD.replace("<baseAddress>0x", "<baseAddress>0y");
    insta::assert_snapshot!(format!("{:?}", Board::named("nucleo-l031k6", &broken).unwrap_err()), @"
    the SVD file cannot be relied on
      error[no-peripherals] at 4:1: the device has no peripherals
      error[number] at 26:20: `0y40021000` is not a number, in peripheral RCC
      error[number] at 126:20: `0y50000400` is not a number, in peripheral GPIOB
      error[number] at 190:20: `0y50000000` is not a number, in peripheral GPIOA
      error[number] at 211:20: `0y40022000` is not a number, in peripheral FLASH
      error[number] at 224:20: `0y40007000` is not a number, in peripheral PWR
      error[number] at 243:20: `0y40000000` is not a number, in peripheral ODD
      error[number] at 306:20: `0y40000400` is not a number, in peripheral RULES

    hint: `bringup svd check` shows the file's problems with their lines
    ");
    insta::assert_snapshot!(format!("{:?}", Board::named("nucleo-l031k6", "<html/>").unwrap_err()), @"
    the SVD file cannot be relied on
      error[not-svd] at 1:1: the root element is `<html>`, not `<device>`

    hint: `bringup svd check` shows the file's problems with their lines
    ");
}

#[test]
fn the_verdict_tells_what_was_found_and_the_fault() {
    let mut board = board();
    board.load(&elf(&faulty())).unwrap();
    assert_eq!(board.verdict(), Ok(()));
    assert_eq!(
        board.run_until_edge("PB3", Duration::from_millis(1)),
        Ok(Stop::Until)
    );
    assert_eq!(board.pin("PB3").unwrap().level(), Some(true));
    assert_eq!(board.run_for(Duration::from_millis(1)), Stop::Fault);
    let error = board.verdict().unwrap_err();
    assert!(error.is_breach() && !error.is_image());
    insta::assert_snapshot!(format!("{error:?}"), @"
    2 findings and a fault

    error[clock-gated]: write to `GPIOB.MODER` is lost: the clock of `GPIOB` is off (`RCC.IOPENR.IOPBEN` = 0)
       = at cycle 4, pc 0x08000014
       = hint: set `RCC.IOPENR.IOPBEN` before the first access, for example `rcc.iopenr().modify(|_, w| w.iopben().set_bit())`

    error[unaligned]: `ldr r0, [r1, #0]` reads a word at `0x20000002`, which is no multiple of 4: a HardFault
       = at cycle 38, pc 0x0800002a
       = hint: check the pointer; read values that lie anywhere with `core::ptr::read_unaligned`

    fault: unaligned access
       = at cycle 38, pc 0x0800002a
    ");
    assert!(board.core().pc() > CODE);
}

#[test]
fn serial_ports_have_numbers_and_names() {
    let mut board = usart::port().board;
    assert_eq!(board.uart(2).unwrap().name(), "USART2");
    assert_eq!(board.port("lpuart1").unwrap().name(), "LPUART1");
    for error in [
        board.uart(7).unwrap_err(),
        board.port("GPIOA").unwrap_err(),
        board.port("").unwrap_err(),
    ] {
        assert!(!error.is_breach() && error.hint().is_some(), "{error}");
    }
    // The receiver of the port holds one byte that was read by nobody.
    board.uart(2).unwrap().write("x");
    board.run_for(Duration::from_millis(2));
    assert_eq!(
        board.peek(0x4000_4424, bringup_board::Width::Word),
        Some(u32::from(b'x'))
    );
    // And what is sent arrives outside.
    assert!(board.poke_register(0x4000_4428, bringup_board::Width::Word, u32::from(b'y')));
    let stop = board.run_until_text("y", Duration::from_millis(10));
    assert_eq!(stop, Ok(Stop::Until));
    let port = board.uart(2).unwrap();
    assert_eq!((port.text().as_ref(), port.bytes()), ("y", &b"y"[..]));
}
