//! The rule `interrupt-storm`: flags that nobody clears, and interrupts that come too fast.

use std::time::Duration;

use bringup_board::{RunOptions, Stop};

use super::Bench;
use crate::asm::Asm;
use crate::fixture::{CODE_48, elf_with, told};

const EXTI: u32 = 0x4001_0400;
const NVIC_ISER: u32 = 0xE000_E100;

/// Runs code that ends in an endless loop, with handlers at offsets in it, for 100 ms.
fn run(program: &Asm, handlers: &[(usize, u32)]) -> String {
    let mut bench = Bench::l031();
    let elf = elf_with(program, |vectors| {
        for (exception, offset) in handlers {
            vectors[*exception] = (CODE_48 + offset) | 1;
        }
    });
    bench.board.load(&elf).unwrap();
    let mut plain = bench.board.clone();
    let options = RunOptions::limited(Duration::from_millis(100));
    assert_eq!(bench.board.run(&options), Ok(Stop::Limit));
    let told = told(&bench.board);
    let without = RunOptions {
        skip: false,
        ..options
    };
    assert_eq!(plain.run(&without), Ok(Stop::Limit));
    assert_eq!(bench.board.report(), plain.report());
    told
}

/// Branches over the handler, `BX LR` at offset 2; then the software interrupt of line 0.
fn exti(handler: &mut Asm) -> &mut Asm {
    handler
        .store(NVIC_ISER, 1 << 5)
        .store(EXTI, 1)
        .store(EXTI + 0x10, 1)
        .label("end")
        .b("end")
}

#[test]
fn a_flag_that_nobody_clears_is_named() {
    let mut program = Asm::new();
    program.b("start").op(0x4770).label("start");
    insta::assert_snapshot!(run(exti(&mut program), &[(21, 2)]), @r"
    interrupt-storm at 0x80000c2, 1 times: the interrupt `EXTI0_1` is taken again and again, and what it interrupted never goes on: its handler returns while the interrupt is still raised by `EXTI`
    hint: clear the flag in the peripheral before the handler returns
    ");
}

#[test]
fn a_flag_that_is_cleared_is_no_storm() {
    let mut program = Asm::new();
    program.b("start").load(0, EXTI).movs(1, 1).str(1, 0, 0x14);
    program.op(0x4770).label("start");
    assert_eq!(run(exti(&mut program), &[(21, 2)]), "");
}

#[test]
fn systick_that_comes_faster_than_its_handler_ends_is_one() {
    let mut program = Asm::new();
    program.b("start").movs(0, 20).label("wait").op(0x3801);
    program.bne("wait").op(0x4770).label("start");
    program.store(0xE000_E014, 20).store(0xE000_E018, 0);
    program.store(0xE000_E010, 0b111);
    program.label("end").b("end");
    insta::assert_snapshot!(run(&program, &[(15, 2)]), @r"
    interrupt-storm at 0x80000c2, 1 times: the interrupt `SysTick` is taken again and again, and what it interrupted never goes on: it is raised again before its handler has ended
    hint: let it come less often, do less in the handler, or run the core faster
    ");
}

#[test]
fn software_that_pends_its_own_interrupt_is_none() {
    // PendSV makes itself pending for ever, as a scheduler may.
    let mut program = Asm::new();
    program.b("start").load(0, 0xE000_ED04).load(1, 1 << 28);
    program.str(1, 0, 0).op(0x4770).label("start");
    program.store(0xE000_ED04, 1 << 28).label("end").b("end");
    assert_eq!(run(&program, &[(14, 2)]), "");
}
