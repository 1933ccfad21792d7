//! Accesses to registers, as they are handed over.

use std::time::Duration;

use bringup_board::{Access, Board, RunOptions, Stop, TraceText};

use crate::asm::Asm;
use crate::fixture::{GPIOB, RCC_IOPENR, board, elf};

/// Writes and reads port B for ever, never the same twice in a row.
fn busy() -> Vec<u8> {
    let mut program = Asm::new();
    program.store(RCC_IOPENR, 0b10).store(GPIOB, 0xFFFF_FF7F);
    program.load(1, GPIOB).movs(2, 8).movs(4, 0);
    program.label("again").str(2, 1, 0x18).ldr(3, 1, 0x10);
    // LSLS R4, R2, #16; STR; ADDS R4, #1
    program.op(0x0414).str(4, 1, 0x18).op(0x3401).b("again");
    elf(&program)
}

fn traced(board: &mut Board, options: &RunOptions) -> (Stop, Vec<Access>, String) {
    let mut text = TraceText::new(board);
    let (mut all, mut lines, mut batches) = (Vec::new(), Vec::new(), 0);
    let stop = board.run_traced(options, &mut |batch| {
        text.write(&batch, &mut lines);
        all.extend(batch.accesses);
        batches += 1;
    });
    assert!(batches > 1 || all.len() < 10_000);
    (stop.unwrap(), all, String::from_utf8(lines).unwrap())
}

#[test]
fn nothing_is_lost_between_batches_and_nothing_else_is_different() {
    let options = RunOptions::limited(Duration::from_millis(150));
    let mut plain = board();
    plain.load(&busy()).unwrap();
    let mut board = plain.clone();
    let stop = plain.run(&options).unwrap();
    let (traced_stop, all, lines) = traced(&mut board, &options);
    assert_eq!((stop, plain.cycles()), (traced_stop, board.cycles()));
    assert_eq!(
        plain.pin("PB3").unwrap().edges(),
        board.pin("PB3").unwrap().edges()
    );
    assert!(all.len() > 40_000, "{}", all.len());
    assert_eq!(lines.lines().count(), all.len());
    // After the two writes at the start, each turn of the loop makes the same three.
    let turns: Vec<_> = all.get(2..).unwrap().chunks_exact(3).collect();
    for turn in &turns {
        let kinds: Vec<_> = turn.iter().map(|it| (it.address, it.write)).collect();
        assert_eq!(
            kinds,
            [
                (GPIOB + 0x18, true),
                (GPIOB + 0x10, false),
                (GPIOB + 0x18, true)
            ]
        );
    }
    assert!(all.windows(2).all(|pair| pair[0].cycle < pair[1].cycle));
}

#[test]
fn reads_that_were_skipped_are_counted() {
    let mut program = Asm::new();
    program.store(RCC_IOPENR, 0b10).store(GPIOB, 0xFFFF_FFFC);
    program.load(1, GPIOB).movs(2, 1);
    program.label("low").ldr(3, 1, 0x10).op(0x4213).beq("low");
    program.exit();
    let counted = |skip| {
        let mut board = board();
        board.load(&elf(&program)).unwrap();
        let script = bringup_board::Script::parse("10ms PB0 high").unwrap();
        board.play(script).unwrap();
        let options = RunOptions {
            skip,
            ..RunOptions::limited(Duration::from_secs(1))
        };
        let (stop, all, lines) = traced(&mut board, &options);
        assert_eq!(stop, Stop::Exit);
        let polls = all.iter().filter(|access| access.address == GPIOB + 0x10);
        (polls.map(|access| access.times).sum::<u64>(), lines)
    };
    let (skipped, lines) = counted(true);
    assert_eq!(skipped, counted(false).0);
    assert!(skipped > 1_000);
    insta::assert_snapshot!(lines, @"
    0.000001907 s            4  0x08000014  write RCC.IOPENR = 0x00000002  IOPBEN=1
    0.000004768 s           10  0x0800001a  write GPIOB.MODER = 0xfffffffc  MODE0=0
    0.000006675 s           14  0x08000020  read  GPIOB.IDR = 0x00000000
    0.000008583 s           18  0x08000020  read  GPIOB.IDR = 0x00000000
    0.000010490 s           22  0x08000020  read  GPIOB.IDR = 0x00000000
    0.000012397 s           26  0x08000020  read  GPIOB.IDR = 0x00000000
    0.000014305 s           30  0x08000020  read  GPIOB.IDR = 0x00000000
    0.000016212 s           34  0x08000020  read  GPIOB.IDR = 0x00000000
    0.000018119 s           38  0x08000020  read  GPIOB.IDR = 0x00000000
    0.000020027 s           42  0x08000020  read  GPIOB.IDR = 0x00000000
    0.000021934 s           46  0x08000020  read  GPIOB.IDR = 0x00000000
    0.000023841 s           50  0x08000020  read  GPIOB.IDR = 0x00000000 × 5230
    0.009999275 s        20970  0x08000020  read  GPIOB.IDR = 0x00000000
    0.010001182 s        20974  0x08000020  read  GPIOB.IDR = 0x00000001  ID0=1
    ");
}

#[test]
fn registers_of_the_core_are_named_as_in_cmsis() {
    let mut program = Asm::new();
    program
        .store(0xE000_E014, 999)
        .store(0xE000_E018, 0)
        .store(0xE000_E100, 1 << 4 | 1 << 31)
        .store(0xE000_E404, 0xC0)
        .store(0xE000_ED20, 0x4000_0000)
        .store(0xE000_ED10, 0x10)
        .store(0xE000_E010, 0b101)
        .load(1, 0xE000_E000)
        .load(2, 1 << 16);
    // LDR R3, [R1, #0x10]; TST R3, R2; until the counter has wrapped.
    program
        .label("count")
        .ldr(3, 1, 0x10)
        .op(0x4213)
        .beq("count");
    program.store(0xE000_ED0C, 0x05FA_0004);
    let counted = |skip| {
        let mut board = board();
        board.load(&elf(&program)).unwrap();
        let options = RunOptions {
            skip,
            ..RunOptions::limited(Duration::from_micros(600))
        };
        let (_, all, lines) = traced(&mut board, &options);
        let polls = all
            .iter()
            .filter(|access| access.address == 0xE000_E010 && !access.write);
        (polls.map(|access| access.times).sum::<u64>(), lines)
    };
    let (skipped, lines) = counted(true);
    assert_eq!(skipped, counted(false).0);
    assert!(skipped > 190);
    // The reset starts the program anew.
    let short: Vec<&str> = lines
        .lines()
        .filter_map(|line| line.get(40..))
        .take(20)
        .collect();
    insta::assert_snapshot!(short.join("\n"), @"
    write SysTick.LOAD = 0x000003e7  RELOAD=999
    write SysTick.VAL = 0x00000000
    write NVIC.ISER = 0x80000010  RCC=1 IRQ31=1
    write NVIC.IPR1 = 0x000000c0  RCC=3
    write SCB.SHPR3 = 0x40000000  PRI_15=1
    write SCB.SCR = 0x00000010  SEVONPEND=1
    write SysTick.CTRL = 0x00000005  ENABLE=1 CLKSOURCE=1
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00000005 × 189
    read  SysTick.CTRL = 0x00000005
    read  SysTick.CTRL = 0x00010005  COUNTFLAG=1
    write SCB.AIRCR = 0x05fa0004  SYSRESETREQ=1 VECTKEY=1530
    ");
}
