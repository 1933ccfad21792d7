//! The board as a whole: determinism, snapshots, faults, resets, reports.

use std::time::Duration;

use bringup_board::{Halt, RunOptions, Stop, Width};
use proptest::prelude::*;

use crate::asm::Asm;
use crate::fixture::{CODE, GPIOB, ODD, RCC_IOPENR, board, elf, run, run_with};

fn json(board: &bringup_board::Board) -> String {
    serde_json::to_string_pretty(&board.report()).unwrap()
}

/// Toggles PB3 in a loop of its own length, and reads registers that nothing models.
fn busy() -> Asm {
    let mut program = Asm::new();
    program
        .store(GPIOB, 1)
        .store(RCC_IOPENR, 2)
        .store(GPIOB, 0xFFFF_FF7F)
        .load(1, GPIOB)
        .movs(2, 8)
        .load(4, ODD);
    program
        .label("turn")
        .ldr(3, 1, 0x14)
        .op(0x4053)
        .str(3, 1, 0x14)
        .ldr(5, 4, 0)
        .ldr(5, 4, 0x2C);
    program
        .load(0, 20_000)
        .label("wait")
        .op(0x3801)
        .bne("wait")
        .b("turn");
    program
}

#[test]
fn the_report_has_the_keys_of_the_format_in_their_order() {
    let (board, _) = run_with(&busy(), &RunOptions::limited(Duration::from_millis(40)));
    insta::assert_snapshot!(json(&board), @r#"
    {
      "board": "toy",
      "chip": "TOY32",
      "stop": "limit",
      "exit_code": null,
      "cycles": 83887,
      "seconds": 0.04000043869018555,
      "instructions": 55923,
      "image": {
        "flash": 98,
        "ram": 0,
        "flash_size": 16384,
        "ram_size": 4096
      },
      "pins": [
        {
          "pin": "PB3",
          "label": "LD1",
          "level": false,
          "edges": [
            {
              "cycle": 23,
              "seconds": 0.000010967254638671875,
              "level": true
            },
            {
              "cycle": 60033,
              "seconds": 0.028625965118408203,
              "level": false
            }
          ],
          "driven": true
        }
      ],
      "console": [],
      "findings": [
        {
          "rule": "clock-gated",
          "severity": "error",
          "message": "write to `GPIOB.MODER` is lost: the clock of `GPIOB` is off (`RCC.IOPENR.IOPBEN` = 0)",
          "register": "GPIOB.MODER",
          "field": null,
          "pc": "0x08000014",
          "location": null,
          "cycle": 4,
          "count": 1,
          "hint": "set `RCC.IOPENR.IOPBEN` before the first access, for example `rcc.iopenr().modify(|_, w| w.iopben().set_bit())`"
        }
      ],
      "unmodelled": [
        {
          "register": "ODD.PLAIN",
          "reads": 2,
          "writes": 0
        },
        {
          "register": "ODD+0x2c",
          "reads": 2,
          "writes": 0
        }
      ]
    }
    "#);
}

#[test]
fn two_runs_are_equal_and_a_snapshot_runs_on_as_the_original() {
    let program = elf(&busy());
    let mut first = board();
    first.load(&program).unwrap();
    let mut second = board();
    second.load(&program).unwrap();
    first.run_for(Duration::from_millis(500));
    for _ in 0..50 {
        second.run_for(Duration::from_millis(10));
    }
    assert_eq!(
        json(&first),
        json(&second),
        "however the time is cut into runs"
    );
    let mut snapshot = first.clone();
    first.run_for(Duration::from_millis(333));
    snapshot.run_for(Duration::from_millis(333));
    assert_eq!(json(&first), json(&snapshot));
    assert_ne!(json(&first), json(&second));
    first.power_on();
    first.run_for(Duration::from_millis(500));
    assert_eq!(json(&first), json(&second), "power-on forgets everything");
}

#[test]
fn skipping_changes_nothing_but_the_time_it_takes() {
    // Polls a register that nothing models, a gated one, and SysTick.
    let mut program = Asm::new();
    program
        .store(0xE000_E014, 4_999)
        .store(0xE000_E018, 0)
        .store(0xE000_E010, 0b101);
    program
        .load(0, 0xE000_E010)
        .load(1, ODD)
        .load(2, GPIOB)
        .movs(4, 1)
        .op(0x0424);
    program
        .label("wait")
        .ldr(5, 1, 0)
        .ldr(5, 1, 0x2C)
        .ldr(5, 2, 0)
        .ldr(3, 0, 0)
        .op(0x4223)
        .beq("wait")
        .b("wait");
    let limit = RunOptions::limited(Duration::from_millis(50));
    let (skipped, _) = run_with(&program, &limit);
    let (executed, _) = run_with(
        &program,
        &RunOptions {
            skip: false,
            ..limit
        },
    );
    assert_eq!(json(&skipped), json(&executed));
    assert!(skipped.findings()[0].count > 1_000);
}

#[test]
fn a_fault_without_a_handler_ends_the_run_there() {
    let (board, stop) = run(Asm::new().fetch(0, 0x2000_0001).exit());
    assert_eq!(stop, Stop::Fault);
    assert!(
        board.cycles() < 1_000,
        "the endless loop in the handler is not waited for"
    );
    let fault = board.fault().unwrap();
    assert_eq!(
        (fault.message.as_str(), fault.pc, fault.address),
        ("unaligned access", CODE + 2, Some(0x2000_0001))
    );
    let report = json(&board);
    assert!(
        report.contains(r#""stop": "fault""#) && report.contains(r#""address": "0x20000001""#),
        "{report}"
    );
}

#[test]
fn without_a_vector_table_the_core_locks_up() {
    let mut board = board();
    assert_eq!(
        board.run_for(Duration::from_secs(1)),
        Stop::Lockup,
        "flash is blank"
    );
    assert_eq!(board.fault().map(|fault| fault.lockup), Some(true));
}

#[test]
fn a_system_reset_starts_again_and_says_so() {
    // The first time round the software-reset flag is clear: ask for a reset.
    let csr = 0x4002_1050;
    let mut program = Asm::new();
    program
        .store(RCC_IOPENR, 2)
        .fetch(0, csr)
        .op(0x00C0)
        .op(0x0FC0)
        .bne("again");
    program
        .store(0xE000_ED0C, 0x05FA_0004)
        .label("hang")
        .b("hang")
        .label("again")
        .fetch(1, csr);
    program.store(csr, 1 << 23).fetch(2, csr).op(0xBE00);
    let (board, stop) = run(&program);
    assert_eq!(stop, Stop::Fault, "the BKPT at the end");
    assert_eq!(
        [1, 2].map(|index| board.core().reg(index)),
        [0x1C00_0000, 0]
    );
}

#[test]
fn waiting_for_nothing_is_stuck_without_a_limit_and_idle_with_one() {
    let mut program = Asm::new();
    program.label("sleep").op(0xBF30).b("sleep");
    assert_eq!(run_with(&program, &RunOptions::default()).1, Stop::Stuck);
    let (board, stop) = run(&program);
    assert_eq!(stop, Stop::Limit);
    assert!(
        (1.0..1.000_01).contains(&board.seconds()),
        "{}",
        board.seconds()
    );
    let mut program = Asm::new();
    program.label("end").b("end");
    assert_eq!(run_with(&program, &RunOptions::default()).1, Stop::Stuck);
    let (board, stop) = run(&program);
    assert_eq!(
        (stop, board.findings().len()),
        (Stop::Limit, 0),
        "a program that has ended waits for nothing"
    );
}

#[test]
fn a_debugger_steps_breaks_reads_and_writes() {
    let mut program = Asm::new();
    program.movs(0, 1).movs(0, 2).op(0xBE05).movs(0, 3).exit();
    let mut board = board();
    board.load(&elf(&program)).unwrap();
    board.step();
    assert_eq!((board.core().reg(0), board.core().pc()), (1, CODE + 2));
    board.core_mut().set_breakpoint(CODE + 4);
    let options = RunOptions::limited(Duration::from_secs(1));
    assert_eq!(board.debug(&options), Ok(Halt::Breakpoint { pc: CODE + 4 }));
    assert_eq!(
        board.debug(&options),
        Ok(Halt::Bkpt {
            pc: CODE + 4,
            comment: 5
        })
    );
    // The debugger replaces the BKPT and the instruction after it.
    assert_eq!(board.poke_bytes(CODE + 4, &[0x2A, 0x20, 0x2B, 0x21]), 4);
    assert_eq!(board.peek(CODE + 4, Width::Word), Some(0x212B_202A));
    assert_eq!(
        board.peek(4, Width::Word),
        Some(CODE | 1),
        "flash is seen at 0 as well"
    );
    board.core_mut().clear_breakpoint(CODE + 4);
    assert_eq!(board.debug(&options), Ok(Halt::Stop(Stop::Exit)));
    assert_eq!(board.poke_bytes(0x2000_0FFE, &[1, 2, 3]), 2);
    assert!(board.poke_register(RCC_IOPENR, Width::Word, 2));
    assert_eq!(board.peek(RCC_IOPENR, Width::Word), Some(2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_programs_run_the_same_with_and_without_skipping(halfwords in prop::collection::vec(any::<u16>(), 1..40)) {
        let mut program = Asm::new();
        for halfword in halfwords {
            program.op(halfword);
        }
        let limit = RunOptions::limited(Duration::from_millis(2));
        let (skipped, _) = run_with(&program, &limit);
        let (executed, _) = run_with(&program, &RunOptions { skip: false, ..limit });
        let (mut left, mut right) = (skipped.report(), executed.report());
        // Only the look at a loop can tell that it never ends.
        if left.stop == Some(Stop::Stuck) {
            (left.stop, right.stop) = (None, None);
            (left.cycles, right.cycles) = (0, 0);
            (left.seconds, right.seconds) = (0.0, 0.0);
            (left.instructions, right.instructions) = (0, 0);
            left.findings.retain(|finding| finding.rule != "stuck-poll");
            left.findings.iter_mut().chain(&mut right.findings).for_each(|finding| finding.count = 0);
            left.unmodelled.clear();
            right.unmodelled.clear();
        }
        prop_assert_eq!(left, right);
    }
}
