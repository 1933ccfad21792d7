//! What a debugger is offered beside breakpoints and steps: watchpoints, pauses, and what halts.

use std::time::Duration;

use bringup_board::{Board, Halt, RunOptions, Stop, Watch, Watchpoint};

use crate::asm::Asm;
use crate::fixture::{CODE, GPIOB, RCC_IOPENR, board, elf};

const RAM: u32 = 0x2000_0000;
const AIRCR: u32 = 0xE000_ED0C;

/// Counts in RAM and toggles PB3, for ever.
fn counting() -> Board {
    let mut program = Asm::new();
    program
        .store(RCC_IOPENR, 2)
        .store(GPIOB, 0xFFFF_FF7F)
        .store(RAM, 0)
        .load(0, RAM)
        .load(4, GPIOB)
        .movs(2, 8);
    program.label("turn").ldr(3, 0, 0).op(0x3301).str(3, 0, 0);
    program.ldr(5, 4, 0x14).op(0x4055).str(5, 4, 0x14);
    program
        .load(6, 5_000)
        .label("wait")
        .op(0x3E01)
        .bne("wait")
        .b("turn");
    loaded(&program)
}

fn loaded(program: &Asm) -> Board {
    let mut board = board();
    board.load(&elf(program)).unwrap();
    board
}

fn word(address: u32, watch: Watch) -> Watchpoint {
    Watchpoint {
        first: address,
        last: address + 3,
        watch,
    }
}

/// Everything that must not depend on a debugger.
fn left(board: &Board) -> String {
    let registers: Vec<u32> = (0..16).map(|index| board.core().reg(index)).collect();
    let report = serde_json::to_string(&board.report()).unwrap();
    format!("{registers:x?} {report}")
}

#[test]
fn watchpoints_halt_after_the_access_and_change_nothing() {
    let options = RunOptions::limited(Duration::from_millis(20));
    let mut alone = counting();
    assert_eq!(alone.run(&options), Ok(Stop::Limit));
    let mut watched = counting();
    watched.set_watchpoint(word(RAM, Watch::Write));
    watched.set_watchpoint(word(GPIOB + 0x14, Watch::Access));
    let until = RunOptions {
        limit: None,
        deadline: Some(Duration::from_millis(20)),
        ..options
    };
    let mut seen = Vec::new();
    let end = loop {
        match watched.debug(&until).unwrap() {
            Halt::Watchpoint(hit) => seen.push((hit.address, hit.write)),
            halt => break halt,
        }
    };
    assert_eq!(end, Halt::Stop(Stop::Limit));
    let turn = [(RAM, true), (GPIOB + 0x14, false), (GPIOB + 0x14, true)];
    assert_eq!(seen[..4], [(RAM, true), turn[0], turn[1], turn[2]]);
    assert!(seen.len() > 8, "{}", seen.len());
    assert_eq!(left(&alone), left(&watched));
    assert!(watched.clear_watchpoint(&word(RAM, Watch::Write)));
    assert!(!watched.clear_watchpoint(&word(RAM, Watch::Write)));
}

#[test]
fn an_edge_that_is_waited_for_comes_before_the_watchpoint_that_saw_the_write() {
    let mut board = counting();
    board.set_watchpoint(word(GPIOB + 0x14, Watch::Write));
    let options = RunOptions {
        until_pin: Some("PB3".into()),
        ..RunOptions::default()
    };
    assert_eq!(board.debug(&options), Ok(Halt::Stop(Stop::Until)));
    let cycles = board.cycles();
    assert!(matches!(board.debug(&options), Ok(Halt::Watchpoint(_))));
    assert_eq!(board.cycles(), cycles);
}

#[test]
fn pauses_are_no_ends() {
    let limit = Duration::from_millis(20);
    let mut alone = counting();
    alone.run(&RunOptions::limited(limit)).unwrap();
    let mut paused = counting();
    let mut pauses = 0;
    let end = loop {
        let options = RunOptions {
            deadline: Some(limit),
            pause_at: Some(paused.cycles() + 1_000),
            ..RunOptions::default()
        };
        match paused.debug(&options).unwrap() {
            Halt::Paused => {
                pauses += 1;
                assert_eq!(paused.stop(), None);
            }
            halt => break halt,
        }
    };
    assert_eq!(end, Halt::Stop(Stop::Limit));
    assert!(pauses > 20);
    assert_eq!(left(&alone), left(&paused));
    // A deadline that is over ends the run at once.
    let cycles = paused.cycles();
    let over = RunOptions {
        deadline: Some(limit),
        ..RunOptions::default()
    };
    assert_eq!(paused.debug(&over), Ok(Halt::Stop(Stop::Limit)));
    assert_eq!(paused.cycles(), cycles);
}

#[test]
fn steps_end_with_the_time_of_the_run() {
    let mut program = Asm::new();
    // `wfi`, for which nothing comes.
    program.label("sleep").op(0xBF30).b("sleep");
    let mut board = loaded(&program);
    let deadline = Some(Duration::from_millis(1));
    assert_eq!(board.step_before(deadline), Halt::Paused);
    assert_eq!(board.step_before(deadline), Halt::Paused);
    let end = board.cycles();
    assert!(
        (0.001..0.001_001).contains(&board.seconds()),
        "{}",
        board.seconds()
    );
    assert_eq!(board.step_before(deadline), Halt::Stop(Stop::Limit));
    assert_eq!(board.cycles(), end);
    board.step();
    assert!(board.cycles() > end);
}

#[test]
fn a_finding_halts_behind_its_instruction() {
    let mut program = Asm::new();
    // The clock of the port is off, and nobody wrote what is read after.
    program.load(0, GPIOB).str(0, 0, 0).movs(1, 1).str(0, 0, 0);
    program.label("end").b("end");
    let mut board = loaded(&program);
    let options = RunOptions {
        stop_on_finding: true,
        ..RunOptions::limited(Duration::from_millis(1))
    };
    for (count, pc) in [(1, CODE + 4), (2, CODE + 8)] {
        assert_eq!(board.debug(&options), Ok(Halt::Finding));
        assert_eq!((board.findings().len(), board.core().pc()), (count, pc));
    }
    assert_eq!(board.debug(&options), Ok(Halt::Stop(Stop::Limit)));
}

#[test]
fn a_reset_halts_before_the_first_instruction() {
    let mut program = Asm::new();
    program.store(AIRCR, 0x05FA_0004).label("end").b("end");
    let mut board = loaded(&program);
    let options = RunOptions {
        stop_on_reset: true,
        ..RunOptions::limited(Duration::from_millis(1))
    };
    assert_eq!(board.debug(&options), Ok(Halt::Reset));
    assert_eq!(board.core().pc(), CODE);
    let cycles = board.cycles();
    assert!(cycles > 0);
    assert_eq!(board.debug(&options), Ok(Halt::Reset));
    assert_eq!(board.cycles(), 2 * cycles);
}

#[test]
fn a_board_goes_back_to_a_snapshot_and_keeps_its_watchpoints() {
    let mut board = counting();
    let options = RunOptions::limited(Duration::from_millis(20));
    board.set_watchpoint(word(RAM, Watch::Read));
    let first = board.debug(&options).unwrap();
    let snapshot = board.clone();
    board.set_watchpoint(word(RAM, Watch::Write));
    let second = board.debug(&options).unwrap();
    let cycles = board.cycles();
    board.debug(&options).unwrap();
    board.restore(&snapshot);
    assert_eq!(board.cycles(), snapshot.cycles());
    assert_ne!(first, second);
    assert_eq!(board.debug(&options), Ok(second));
    assert_eq!(board.cycles(), cycles);
}
