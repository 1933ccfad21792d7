//! Jumping over waiting loops and sleep changes nothing but the time a run takes: every program of `firmware/`, with and
//! without.

use std::fs;
use std::time::Duration;

use bringup_board::{Access, Board, RunOptions, Script, Stop, Width};
use bringup_device::{catalogue, svd};

use crate::firmware::{self, Expected, folder};
use crate::support::{finish, tool};

/// Virtual time of each run.
const TIME: Duration = Duration::from_millis(250);

/// What a run left that has to be the same.
struct Left {
    stop: Stop,
    /// Cycle, instruction, address, width and value of each write to a register.
    writes: Vec<(u64, u32, u32, Width, u32)>,
    /// How often each register was read by each instruction, and what was read last.
    reads: std::collections::BTreeMap<(u32, u32), (u64, u32)>,
    board: Board,
}

impl Left {
    fn of(board: &Board, skip: bool) -> Self {
        let mut board = board.clone();
        let (mut writes, mut reads) = (Vec::new(), std::collections::BTreeMap::new());
        let options = RunOptions {
            skip,
            ..RunOptions::limited(TIME)
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
                batch.accesses.iter().for_each(&mut take);
            })
            .expect("the options are right");
        Self {
            stop,
            writes,
            reads,
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

#[test]
fn skipping_changes_nothing_but_the_time() {
    let built = firmware::build("release");
    let ran = finish(tool().args(["svd", "get", "nucleo-l031k6"]));
    assert_eq!(ran.code, Some(0), "{ran}");
    let device = svd::load(&ran.stdout)
        .device
        .expect("the vendor's file loads");
    let known = catalogue::board("nucleo-l031k6").expect("the board is in the catalogue");
    let board = Board::new(known.chip, Some(known.board), &device).expect("the chip is right");
    let mut stuck = 0;
    let names = firmware::programs();
    for name in &names {
        let out = folder().join("src/bin").join(name).with_extension("out");
        if !Expected::parse(&fs::read_to_string(out).unwrap()).is_for("nucleo-l031k6") {
            continue;
        }
        let mut board = board.clone();
        board.load(&fs::read(built.join(name)).unwrap()).unwrap();
        if let Ok(script) = fs::read_to_string(firmware::script(name)) {
            board.play(Script::parse(&script).unwrap()).unwrap();
        }
        let (fast, slow) = (Left::of(&board, true), Left::of(&board, false));
        if fast.stop == Stop::Stuck {
            // Found to be endless with skipping only; without it goes on to the limit and does nothing more.
            stuck += 1;
            assert_eq!(fast.writes, slow.writes, "{name}");
            continue;
        }
        assert_eq!(fast.stop, slow.stop, "{name}");
        assert_eq!(fast.writes, slow.writes, "{name}");
        assert_eq!(fast.reads, slow.reads, "{name}");
        assert_eq!(fast.end(), slow.end(), "{name}");
    }
    assert!(stuck < names.len() / 2, "{stuck} programs wait for ever");
}
