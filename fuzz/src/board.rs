//! Any bytes as an ELF file, and as a program: no panic, no run past its end, and what makes a run faster changes nothing.

use std::time::Duration;

use bringup_board::{Board, RunOptions, Stop};
use bringup_device::{catalogue, svd};

/// A small made-up chip.
const CHIP: &str = include_str!("../../crates/bringup-board/tests/fixtures/toy.toml");
const DEVICE: &str = include_str!("../../crates/bringup-board/tests/fixtures/toy.svd");
/// Where its flash begins.
const FLASH: u32 = 0x0800_0000;
/// Bytes of a vector table with all 48 entries.
const TABLE: u32 = 0xC0;
/// Bytes of a program that are used.
const LONGEST: usize = 0x1000;
/// Virtual time of a run.
const TIME: Duration = Duration::from_millis(2);

/// Loads `bytes` as an ELF file, and runs them as code.
///
/// # Panics
///
/// Where a promise is broken: that is what is looked for.
pub fn run(bytes: &[u8]) {
    let mut board = board();
    // An error is an answer.
    if board.load(bytes).is_ok() {
        play(&board);
    }
    run_code(bytes);
}

/// Runs `bytes` as the code behind a vector table whose handlers begin at even steps through it.
///
/// # Panics
///
/// As [`run`].
pub fn run_code(bytes: &[u8]) {
    let code = &bytes[..bytes.len().min(LONGEST)];
    let mut program = 0x2000_0800_u32.to_le_bytes().to_vec();
    for handler in 0..TABLE / 4 - 1 {
        let place = (handler as usize * code.len() / (TABLE as usize / 4)) as u32 & !1;
        program.extend((FLASH + TABLE + place + 1).to_le_bytes());
    }
    program.extend(code);
    let mut board = board();
    board
        .load(&elf(&program))
        .expect("a program that fits is loaded");
    play(&board);
}

fn board() -> Board {
    let entry = catalogue::parse(CHIP).expect("the chip is right");
    let device = svd::load(DEVICE).device.expect("the file is right");
    Board::new(&entry.chip, entry.boards.first(), &device).expect("the chip can be made")
}

/// Runs a board with and without jumping over loops that only wait.
fn play(board: &Board) {
    let run = |skip| {
        let mut board = board.clone();
        let options = RunOptions {
            skip,
            ..RunOptions::limited(TIME)
        };
        let stop = board.run(&options).expect("the options are right");
        // The last instruction or exception entry is completed, however slow the clock is by then.
        assert!(board.seconds() < 5.0 * TIME.as_secs_f64(), "{stop:?}");
        (board, stop)
    };
    let (fast, stop) = run(true);
    let (slow, slow_stop) = run(false);
    // Only a loop that was found to be endless ends a run.
    if stop == Stop::Stuck || slow_stop == Stop::Stuck {
        return;
    }
    assert_eq!(stop, slow_stop);
    let state = |board: &Board| {
        let registers: [u32; 16] = core::array::from_fn(|index| board.core().reg(index as u8));
        (
            registers,
            board.core().xpsr(),
            board.cycles(),
            board.instructions(),
        )
    };
    assert_eq!(state(&fast), state(&slow), "skipping changed the run");
    assert_eq!(fast.findings(), slow.findings());
}

/// An ELF file with one segment: header, program header, bytes.
fn elf(bytes: &[u8]) -> Vec<u8> {
    const HEADERS: u32 = 52 + 32;
    let size = bytes.len() as u32;
    let mut file = b"\x7FELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    // An executable for Arm.
    file.extend([2_u16, 40].iter().flat_map(|half| half.to_le_bytes()));
    // Version, entry, program headers, section headers, flags.
    let words = [1, FLASH + TABLE + 1, 52, 0, 0x0500_0200_u32];
    file.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    file.extend(
        [52_u16, 32, 1, 40, 0, 0]
            .iter()
            .flat_map(|half| half.to_le_bytes()),
    );
    // A segment to load, for reading and executing.
    let words = [1, HEADERS, FLASH, FLASH, size, size, 5, 4];
    file.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    file.extend(bytes);
    file
}
