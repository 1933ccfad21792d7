//! Clock gates and reset bits: what firmware does to a peripheral that does not listen.

use bringup_board::{Board, Width};

use crate::asm::Asm;
use crate::fixture::{GPIOB, RCC_IOPENR, run};

fn findings(board: &Board) -> String {
    let lines = board.findings().iter().map(|finding| {
        let hint = finding.hint.as_deref().unwrap_or("none");
        format!(
            "{} x{}: {}\nhint: {hint}",
            finding.rule, finding.count, finding.message
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_port_without_a_clock_loses_writes_reads_as_zero_and_is_reported() {
    let mut program = Asm::new();
    program
        .movs(5, 3)
        .label("again")
        .store(GPIOB, 0)
        .op(0x3D01)
        .bne("again");
    program.fetch(4, GPIOB);
    program.store(RCC_IOPENR, 2).fetch(3, GPIOB).exit();
    let (board, _) = run(&program);
    assert_eq!((board.core().reg(4), board.core().reg(3)), (0, u32::MAX));
    insta::assert_snapshot!(findings(&board), @r"
    clock-gated x3: write to `GPIOB.MODER` is lost: the clock of `GPIOB` is off (`RCC.IOPENR.IOPBEN` = 0)
    hint: set `RCC.IOPENR.IOPBEN` before the first access, for example `rcc.iopenr().modify(|_, w| w.iopben().set_bit())`
    clock-gated x1: read of `GPIOB.MODER` gives 0: the clock of `GPIOB` is off (`RCC.IOPENR.IOPBEN` = 0)
    hint: set `RCC.IOPENR.IOPBEN` before the first access, for example `rcc.iopenr().modify(|_, w| w.iopben().set_bit())`
    ");
}

#[test]
fn a_port_held_in_reset_forgets_and_is_reported() {
    let mut program = Asm::new();
    program
        .store(RCC_IOPENR, 2)
        .store(GPIOB, 0)
        .store(0x4002_101C, 2)
        .store(GPIOB + 4, 1)
        .fetch(4, GPIOB);
    program.store(0x4002_101C, 0).fetch(3, GPIOB).exit();
    let (board, _) = run(&program);
    assert_eq!(
        (board.core().reg(4), board.core().reg(3)),
        (u32::MAX, u32::MAX)
    );
    assert_eq!(board.peek(GPIOB + 4, Width::Word), Some(0));
    insta::assert_snapshot!(findings(&board), @r"
    held-in-reset x1: write to `GPIOB.OTYPER` is lost: `GPIOB` is held in reset (`RCC.IOPRSTR.IOPBRST` = 1)
    hint: clear `RCC.IOPRSTR.IOPBRST` before the access
    held-in-reset x1: read of `GPIOB.MODER` gives the reset value: `GPIOB` is held in reset (`RCC.IOPRSTR.IOPBRST` = 1)
    hint: clear `RCC.IOPRSTR.IOPBRST` before the access
    ");
}

#[test]
fn other_accesses_that_go_nowhere_are_reported() {
    let mut program = Asm::new();
    program
        .store(RCC_IOPENR, 2)
        .store(GPIOB + 0x10, 1)
        .store(0x0800_0020, 1)
        .exit();
    let (board, stop) = run(&program);
    assert_eq!(stop, bringup_board::Stop::Fault);
    insta::assert_snapshot!(findings(&board), @r"
    write-to-read-only x1: write to `GPIOB.IDR` has no effect: the register is read-only
    hint: none
    write-to-flash x1: write to `0x08000020`, which is flash: a bus error
    hint: check where the pointer comes from: constants and code are not writable
    ");
    let (board, _) = run(Asm::new().fetch(0, 0x6000_0000).exit());
    insta::assert_snapshot!(findings(&board), @r"
    unmapped x1: read of `0x60000000`, where the chip has neither memory nor a peripheral: a bus error
    hint: check the pointer, and that the firmware is built for this chip
    ");
}
