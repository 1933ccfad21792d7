//! Jumping over waiting loops and sleep changes nothing but the time a run takes: every program of `firmware/`, with and
//! without, and twice, once on a board whose registers are read when firmware first uses them: both leave the same bytes.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bringup_board::{Access, Board, RunOptions, Script, Stop, TraceText, Width};
use bringup_device::catalogue;
use bringup_device::svd::Outline;

use crate::firmware::{self, Expected, folder, vendor_file};
use crate::support::{finish, tool};

/// What a run left that has to be the same.
struct Left {
    stop: Stop,
    /// Cycle, instruction, address, width and value of each write to a register.
    writes: Vec<(u64, u32, u32, Width, u32)>,
    /// How often each register was read by each instruction, and what was read last.
    reads: std::collections::BTreeMap<(u32, u32), (u64, u32)>,
    /// The trace as it is written to a file, of a run that skips.
    text: Vec<u8>,
    board: Board,
}

impl Left {
    fn of(board: &Board, skip: bool, time: Duration) -> Self {
        let mut board = board.clone();
        let (mut names, mut text) = (TraceText::new(&board), Vec::new());
        let (mut writes, mut reads) = (Vec::new(), std::collections::BTreeMap::new());
        let options = RunOptions {
            skip,
            ..RunOptions::limited(time)
        };
        let mut take = |access: &Access| {
            let &Access {
                cycle,
                pc,
                address,
                value,
                times,
                width,
                write,
                ..
            } = access;
            if write {
                writes.push((cycle, pc, address, width, value));
            } else {
                let (sum, last) = reads.entry((pc, address)).or_insert((0, 0));
                (*sum, *last) = (*sum + times, value);
            }
        };
        let stop = board
            .run_traced(&options, &mut |batch| {
                if skip {
                    names.write(&batch, &mut text);
                }
                batch.accesses.iter().for_each(&mut take);
            })
            .expect("the options are right");
        Self {
            stop,
            writes,
            reads,
            text,
            board,
        }
    }

    /// Registers, counters, console, edges and findings.
    fn end(&self) -> String {
        let board = &self.board;
        let registers: Vec<u32> = (0..16).map(|index| board.core().reg(index)).collect();
        let edges: Vec<_> = board.pins().map(|pin| (pin.name(), pin.edges())).collect();
        let counters = (board.cycles(), board.instructions(), board.exit_code());
        let findings = board.findings();
        format!(
            "{registers:x?} {counters:?} {:?} {edges:?} {findings:?}",
            board.console()
        )
    }
}

/// A board without firmware, and one whose registers are read late; `None` where the SVD file of its chip is not on this machine. What
/// is needed at once is read with the outline, or after it.
fn boards(name: &str, with_outline: bool) -> Option<(Board, Board)> {
    let text = if name == "nucleo-f042k6" {
        // No package ships it.
        fs::read_to_string(vendor_file("STMicro-2026/STM32F0x2.svd")?).unwrap()
    } else {
        let ran = finish(tool().args(["svd", "get", name]));
        assert_eq!(ran.code, Some(0), "{ran}");
        ran.stdout
    };
    let whole = Board::named(name, &text).expect("the vendor's file describes the chip");
    let known = catalogue::board(name).expect("the catalogue has the board");
    let depth = |name: &str| Board::needs_at_start(known.chip, name);
    let outline = if with_outline {
        Outline::read_with(text, depth)
    } else {
        Outline::read(text)
    };
    let outline = outline.expect("the vendor's file has no error");
    let late = Board::from_outline(known.chip, Some(known.board), &outline);
    Some((whole, late.expect("the chip has models")))
}

/// Compares runs of one program: two that skip, and one that does not. Whether it waits for ever.
fn compare(name: &str, (board, late): (&Board, &Board), time: Duration) -> bool {
    let (fast, again) = (Left::of(board, true, time), Left::of(late, true, time));
    assert!(
        fast.text == again.text,
        "{name}: two runs have different traces"
    );
    assert_eq!(fast.board.vcd(), again.board.vcd(), "{name}");
    let json = |left: &Left| serde_json::to_string(&left.board.report()).unwrap();
    assert_eq!(json(&fast), json(&again), "{name}");
    let slow = Left::of(board, false, time);
    assert_eq!(fast.writes, slow.writes, "{name}");
    if fast.stop == Stop::Stuck {
        // Found to be endless with skipping only; without it goes on to the limit and does nothing more.
        return true;
    }
    assert_eq!(fast.stop, slow.stop, "{name}");
    assert_eq!(fast.reads, slow.reads, "{name}");
    assert_eq!(fast.end(), slow.end(), "{name}");
    false
}

/// A board with a program in it, and with the script that the program has.
fn loaded(board: &Board, built: &Path, name: &str) -> Board {
    let mut board = board.clone();
    board.load(&fs::read(built.join(name)).unwrap()).unwrap();
    if let Ok(script) = fs::read_to_string(firmware::script(name)) {
        board.play(Script::parse(&script).unwrap()).unwrap();
    }
    board
}

/// Every program in one profile on each of its boards.
fn compare_all(profile: &str, time: Duration, with_outline: bool) {
    let built = firmware::build(profile);
    for board_name in ["nucleo-l031k6", "nucleo-f042k6"] {
        let Some((whole, late)) = boards(board_name, with_outline) else {
            continue;
        };
        let (mut stuck, mut all) = (0, 0);
        for name in &firmware::programs() {
            let out = folder().join("src/bin").join(name).with_extension("out");
            if !Expected::parse(&fs::read_to_string(out).unwrap()).is_for(board_name) {
                continue;
            }
            let [board, late] = [&whole, &late].map(|board| loaded(board, &built, name));
            let name = format!("{name} on {board_name}, {profile}");
            all += 1;
            stuck += usize::from(compare(&name, (&board, &late), time));
        }
        assert!(
            all >= 10 && stuck < all / 2,
            "{stuck} of {all} programs wait for ever"
        );
    }
}

#[test]
fn skipping_changes_nothing_but_the_time_in_release_builds() {
    compare_all("release", Duration::from_millis(200), true);
}

#[test]
fn skipping_changes_nothing_but_the_time_in_debug_builds() {
    compare_all("debug", Duration::from_millis(40), false);
}
