//! The clock tree: switches, ranges, start-up times, and seconds that stay exact over all of them.

use std::time::Duration;

use bringup_board::clock::Frequency;
use bringup_board::peripheral::Crystals;
use bringup_board::{Board, RunOptions, Stop, Width};

use crate::asm::Asm;
use crate::fixture::{self, RCC_CFGR, RCC_CR, RCC_ICSCR, run};

const HSI16ON: u32 = 1;
const MSION: u32 = 1 << 8;

/// Waits until a bit of `CR` is set.
fn wait_for(program: &mut Asm, label: &'static str, bit: u32) {
    program
        .load(6, RCC_CR)
        .load(5, bit)
        .label(label)
        .ldr(7, 6, 0)
        .op(0x422F)
        .beq(label);
}

fn switch_to_hsi16() -> Asm {
    let mut program = Asm::new();
    program.store(RCC_CR, HSI16ON | MSION);
    wait_for(&mut program, "ready", 1 << 2);
    program.store(RCC_CFGR, 0b01);
    program
}

#[test]
fn the_hsi16_is_ready_after_its_start_up_time_and_takes_over() {
    let (board, stop) = run(switch_to_hsi16().exit());
    assert_eq!(stop, Stop::Exit);
    assert_eq!(board.clock_tree().hclk, Frequency::hz(16_000_000));
    assert_eq!(board.peek(RCC_CFGR, Width::Word), Some(0b0101));
    // 3.7 microseconds are 7.76 cycles of the MSI: the flag is there within 8 cycles of the store, and the loop sees it
    // in one of its turns of 5 cycles.
    assert!(board.cycles() < 60, "{}", board.cycles());
}

#[test]
fn seconds_are_exact_over_a_clock_switch() {
    let mut program = switch_to_hsi16();
    program.label("end").b("end");
    let mut board = fixture::board();
    board.load(&fixture::elf(&program)).unwrap();
    board.run_for(Duration::from_millis(1));
    let switched = board.clock().time_at(board.cycles());
    board.run_for(Duration::from_secs(3));
    // 3 s at 16 MHz are a whole number of cycles: the end of the first run lies within a turn of the loop of a
    // millisecond, and the second begins there and not at the end of that turn.
    let spent = board.clock().time_at(board.cycles()).in_attoseconds() - switched.in_attoseconds();
    assert!(
        spent.abs_diff(3_000_000_000_000_000_000) < 200_000_000_000,
        "{spent}"
    );
    let total = board.clock().time_at(board.cycles()).in_attoseconds();
    assert!(
        (3_001_000_000_000_000_000..3_001_000_200_000_000_000).contains(&total),
        "{total}"
    );
}

#[test]
fn a_limit_of_virtual_time_holds_whatever_the_clock_does_meanwhile() {
    // The MSI goes down to its lowest range after start: a second has 65,536 cycles then.
    let mut program = Asm::new();
    program.store(RCC_ICSCR, 0).label("end").b("end");
    let (board, stop) = run(&program);
    assert_eq!(
        (stop, board.clock_tree().hclk),
        (Stop::Limit, Frequency::hz(65_536))
    );
    assert!(
        (65_536..65_560).contains(&board.cycles()),
        "{}",
        board.cycles()
    );
    // And up, to 16 MHz.
    let (board, _) = run(switch_to_hsi16().label("end").b("end"));
    assert!(
        (15_999_000..16_000_000).contains(&board.cycles()),
        "{}",
        board.cycles()
    );
}

#[test]
fn each_range_of_the_msi_doubles_the_frequency() {
    for range in 0..7_u32 {
        let (board, _) = run(Asm::new().store(RCC_ICSCR, range << 13).exit());
        assert_eq!(board.clock_tree().sysclk, Frequency::hz(65_536 << range));
    }
}

#[test]
fn prescalers_and_pll_multiply_and_divide_exactly() {
    let mut program = switch_to_hsi16();
    // PLL from HSI16 times 4 by 3, then SYSCLK / 2 as HCLK, HCLK / 4 and / 16 for the peripheral buses.
    program
        .store(RCC_CFGR, 0b01 | 0b10 << 22 | 0b0001 << 18)
        .store(RCC_CR, HSI16ON | 1 << 24);
    wait_for(&mut program, "locked", 1 << 25);
    program.store(
        RCC_CFGR,
        0b11 | 0b1000 << 4 | 0b101 << 8 | 0b111 << 11 | 0b10 << 22 | 0b0001 << 18,
    );
    let (board, stop) = run(program.exit());
    assert_eq!(stop, Stop::Exit);
    let tree = board.clock_tree();
    let pll = Frequency::hz(64_000_000).divided_by(3);
    assert_eq!((tree.sysclk, tree.hclk), (pll, pll.divided_by(2)));
    assert_eq!(
        (tree.pclk1, tree.pclk2),
        (pll.divided_by(8), pll.divided_by(32))
    );
}

#[test]
fn a_switch_waits_for_its_source_and_a_source_in_use_stays_on() {
    let mut program = Asm::new();
    // The switch is asked for before the source is on.
    program
        .store(RCC_CFGR, 0b01)
        .fetch(0, RCC_CFGR)
        .store(RCC_CR, HSI16ON | MSION);
    wait_for(&mut program, "ready", 1 << 2);
    program
        .store(RCC_CR, MSION)
        .fetch(1, RCC_CR)
        .fetch(2, RCC_CFGR)
        .op(0xBE00);
    let (board, _) = run(&program);
    let registers = [0, 1, 2].map(|index| board.core().reg(index));
    assert_eq!(registers[0], 0b0001, "the MSI still clocks the system");
    assert_eq!(
        registers[1] & 0b101,
        0b101,
        "the HSI16 cannot be switched off while it does"
    );
    assert_eq!(registers[2], 0b0101);
}

fn first_finding(board: &Board) -> String {
    let finding = &board.findings()[0];
    let hint = finding.hint.as_deref().unwrap_or_default();
    format!("{}: {}\nhint: {hint}", finding.rule, finding.message)
}

#[test]
fn a_loop_that_waits_for_what_was_not_switched_on_is_told_so() {
    let mut program = Asm::new();
    wait_for(&mut program, "ready", 1 << 2);
    let (board, stop) = run(program.exit());
    assert_eq!(stop, Stop::Stuck);
    insta::assert_snapshot!(first_finding(&board), @r"
    stuck-poll: the loop waits for `RCC.CR.HSI16RDYF` for ever: nothing is planned that changes it
    hint: set `HSI16ON`, which starts what `HSI16RDYF` tells of
    ");
    // Two oscillators, either of which would do.
    let mut program = Asm::new();
    wait_for(&mut program, "ready", 1 << 2 | 1 << 17);
    let (board, _) = run(program.exit());
    insta::assert_snapshot!(first_finding(&board), @r"
    stuck-poll: the loop waits for `RCC.CR.HSI16RDYF` or `RCC.CR.HSERDY` for ever: nothing is planned that changes it
    hint: set `HSI16ON`, which starts what `HSI16RDYF` tells of
    ");
    // Both at once: no flag alone ends the loop.
    let mut program = Asm::new();
    program
        .load(6, RCC_CR)
        .load(5, 1 << 2 | 1 << 17)
        .label("both")
        .ldr(7, 6, 0);
    let (board, _) = run(program.op(0x402F).op(0x42AF).bne("both").exit());
    insta::assert_snapshot!(first_finding(&board), @r"
    stuck-poll: the loop waits for `RCC.CR` for ever: nothing is planned that changes it
    hint: check that what sets the flag is switched on before the loop
    ");
}

#[test]
fn what_a_model_leaves_out_is_listed_once_firmware_uses_it() {
    let mut program = Asm::new();
    program.store(RCC_CFGR, 0).store(RCC_CFGR, 0b0011 << 24);
    program.store(RCC_CFGR, 0).store(RCC_CFGR, 0b0001 << 24);
    let (board, _) = run(program.exit());
    let [used] = board.unmodelled().try_into().unwrap();
    assert_eq!(
        (used.register.as_str(), used.reads, used.writes),
        ("RCC.CFGR", 0, 2)
    );
    assert_eq!(used.fields, ["MCOSEL"]);
    let (board, _) = run(Asm::new().store(RCC_CFGR, 0b01).exit());
    assert!(board.unmodelled().is_empty());
}

#[test]
fn an_oscillator_without_a_crystal_never_starts_and_the_loop_that_waits_is_named() {
    let mut program = Asm::new();
    program.store(RCC_CR, MSION | 1 << 16);
    wait_for(&mut program, "ready", 1 << 17);
    let (board, stop) = run(program.exit());
    assert_eq!(stop, Stop::Stuck);
    insta::assert_snapshot!(first_finding(&board), @r"
    stuck-poll: the loop waits for `RCC.CR.HSERDY` for ever: nothing is planned that changes it
    hint: `HSEON` is set, but nothing is there to start: no crystal or clock on the board, a bypass bit that does not fit it, or a PLL whose source is off; take an oscillator inside of the chip
    ");

    let entry = fixture::entry();
    let crystals = Crystals {
        hse_hz: Some(8_000_000),
        ..Crystals::default()
    };
    let mut board = Board::with_crystals(&entry.chip, None, &fixture::device(), crystals).unwrap();
    board.load(&fixture::elf(&program)).unwrap();
    assert_eq!(
        board.run(&RunOptions::limited(Duration::from_secs(1))),
        Ok(Stop::Exit)
    );
    assert!(
        (0.002..0.0021).contains(&board.seconds()),
        "{}",
        board.seconds()
    );
}

#[test]
fn a_ready_interrupt_comes_when_it_is_enabled() {
    let mut program = Asm::new();
    program
        .store(RCC_CR + 0x10, 1 << 2)
        .store(RCC_CR, HSI16ON | MSION);
    wait_for(&mut program, "ready", 1 << 2);
    program.fetch(0, RCC_CR + 0x14).fetch(1, 0xE000_E200);
    program
        .store(RCC_CR + 0x18, 1 << 2)
        .fetch(2, RCC_CR + 0x14)
        .op(0xBE00);
    let (board, _) = run(&program);
    assert_eq!(
        [0, 1, 2].map(|index| board.core().reg(index)),
        [1 << 2, 1 << 4, 0]
    );
    assert!(
        board.findings().is_empty(),
        "the SVD file calls the registers read-only, the manual does not"
    );
}

#[test]
fn flash_wait_states_cost_cycles() {
    let cycles = |latency: u32| {
        let mut program = Asm::new();
        program
            .store(0x4002_2000, latency)
            .load(0, 1000)
            .label("loop")
            .op(0x3801)
            .bne("loop")
            .exit();
        run(&program).0.cycles()
    };
    // SUBS and BNE: 3 cycles a turn; the word they are fetched from costs one more.
    assert!(
        (900..=1100).contains(&(cycles(1) - cycles(0))),
        "{} {}",
        cycles(1),
        cycles(0)
    );
}
