//! A debugger that only looks and stops changes nothing: runs with and without one leave the same, whatever waits and sleeps in
//! them is jumped over or not.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::rc::Rc;
use std::time::Duration;

use bringup_board::{Batch, Board, RunOptions, Script, TraceText};
use bringup_debug::{Connection, ConnectionExt, Ended, Server};

use super::elf;
use crate::firmware;
use crate::support::{finish, tool};

/// Programs that wait, sleep, are interrupted, get inputs, are reset, and do wrong.
const PROGRAMS: [&str; 9] = [
    "button",
    "clock_off",
    "exceptions",
    "lptim",
    "overrun",
    "pwm",
    "serial",
    "systick_irq",
    "watchdog",
];

const TIME: Duration = Duration::from_millis(120);

/// A debugger that says one packet after the other, presses Ctrl-C some slices after it let the board run, and lets go of it when
/// the time of the run is over.
struct Debugger {
    script: VecDeque<Vec<u8>>,
    polls: u32,
    heard: Vec<u8>,
}

/// A whole packet.
fn packet(body: &str) -> Vec<u8> {
    let sum = body.bytes().fold(0_u8, u8::wrapping_add);
    format!("${body}#{sum:02x}").into_bytes()
}

impl Debugger {
    fn new<'a>(script: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            script: script.into_iter().map(packet).collect(),
            polls: 0,
            heard: Vec::new(),
        }
    }
}

impl Connection for Debugger {
    type Error = io::Error;

    fn write(&mut self, byte: u8) -> io::Result<()> {
        self.heard.push(byte);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        // SIGXCPU.
        if self.heard.ends_with(b"$S18#bc") {
            self.script = [packet("D")].into();
        }
        self.heard.clear();
        Ok(())
    }
}

impl ConnectionExt for Debugger {
    fn read(&mut self) -> io::Result<u8> {
        while self.script.front().is_some_and(Vec::is_empty) {
            self.script.pop_front();
        }
        let message = self
            .script
            .front_mut()
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(message.remove(0))
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        /// Ctrl-C.
        const INTERRUPT: u8 = 0x03;
        self.polls += 1;
        if !self.polls.is_multiple_of(3) {
            return Ok(None);
        }
        self.script.push_front(vec![INTERRUPT]);
        Ok(Some(INTERRUPT))
    }
}

/// What a run left that has to be the same.
#[derive(Default)]
struct Left {
    /// The trace as it is written to a file.
    text: Vec<u8>,
    /// Writes in their order.
    writes: Vec<(u64, u32, u32, u32)>,
    /// How often an instruction read a register, and what last.
    reads: BTreeMap<(u32, u32), (u64, u32)>,
}

impl Left {
    fn take(&mut self, batch: &Batch, names: &mut TraceText) {
        names.write(batch, &mut self.text);
        for access in &batch.accesses {
            if access.write {
                self.writes
                    .push((access.cycle, access.pc, access.address, access.value));
            } else {
                let read = self.reads.entry((access.pc, access.address)).or_default();
                *read = (read.0 + access.times, access.value);
            }
        }
    }
}

fn report(board: &Board) -> (String, Vec<u8>) {
    let report = serde_json::to_string_pretty(&board.report()).unwrap();
    (report, board.vcd())
}

/// What a debugger says that stops and looks in every way; some addresses are those that the program comes by.
fn looking(board: &Board, also: &[&str]) -> Vec<String> {
    let mut walker = board.clone();
    let mut addresses = Vec::new();
    for _ in 0..400 {
        walker.step();
        addresses.push(walker.core().pc());
    }
    let mut script: Vec<String> = Vec::new();
    let mut say = |text: &str| script.push(text.to_owned());
    let look = [
        "g",
        "m20000000,100",
        "m40020000,400",
        "m50000000,400",
        "me000e000,100",
        "m08000000,40",
    ];
    say("qSupported:hwbreak+");
    for _ in 0..40 {
        say("s");
    }
    look.into_iter().for_each(&mut say);
    for address in addresses.iter().step_by(130) {
        say(&format!("Z1,{address:x},2"));
    }
    // The stack, and what programs write most.
    say("Z4,20001f00,100");
    say("Z2,50000400,100");
    for turn in 0..60 {
        say("c");
        say(look[turn % look.len()]);
        say("s");
        also.iter().copied().for_each(&mut say);
    }
    say("vCont;r8000000,8000200:1");
    for address in addresses.iter().step_by(130) {
        say(&format!("z1,{address:x},2"));
    }
    say("z4,20001f00,100");
    say("z2,50000400,100");
    for _ in 0..3 {
        say("c");
        look.into_iter().for_each(&mut say);
    }
    say("D");
    script
}

/// The board with a program and its inputs.
fn loaded(bare: &Board, name: &str) -> Board {
    let mut board = bare.clone();
    board.load(&std::fs::read(elf(name)).unwrap()).unwrap();
    let script = firmware::script(name);
    if script.exists() {
        let script = Script::parse(&std::fs::read_to_string(script).unwrap()).unwrap();
        board.play(script).unwrap();
    }
    board
}

fn without(board: &Board, skip: bool) -> (Left, Board) {
    let (mut board, mut left) = (board.clone(), Left::default());
    let mut names = TraceText::new(&board);
    let options = RunOptions {
        skip,
        ..RunOptions::limited(TIME)
    };
    let sink = &mut |batch: Batch| left.take(&batch, &mut names);
    board.run_traced(&options, sink).unwrap();
    (left, board)
}

fn with(board: &Board, skip: bool) -> (Left, Board) {
    let left = Rc::new(RefCell::new(Left::default()));
    let (kept, mut names) = (Rc::clone(&left), TraceText::new(board));
    let mut server = server(board, skip);
    server = server.with_trace(Box::new(move |batch| {
        kept.borrow_mut().take(&batch, &mut names);
    }));
    let board = debugged(server, &looking(board, &[]));
    (left.take(), board)
}

fn server(board: &Board, skip: bool) -> Server {
    Server::new(board.clone()).with_options(RunOptions {
        skip,
        deadline: Some(TIME),
        ..RunOptions::default()
    })
}

/// The board after a session and the rest of its run.
fn debugged(mut server: Server, script: &[String]) -> Board {
    let debugger = Debugger::new(script.iter().map(String::as_str));
    match server.serve(debugger) {
        Ok(Ended::Exited(_)) => server.into_board(),
        Ok(_) => server.finish(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn looking_changes_neither_time_nor_trace() {
    let ran = finish(tool().args(["svd", "get", "nucleo-l031k6"]));
    let bare = Board::named("nucleo-l031k6", &ran.stdout).unwrap();
    for name in PROGRAMS {
        let board = loaded(&bare, name);
        let ((alone, end), (debugged, after)) = (without(&board, false), with(&board, false));
        assert!(alone.text == debugged.text, "{name}: the traces differ");
        assert_eq!(report(&end), report(&after), "{name}");
        // Where waiting is jumped over, a trace has as many turns in a line as were jumped over at once.
        let ((alone, end), (debugged, after)) = (without(&board, true), with(&board, true));
        assert_eq!(alone.writes, debugged.writes, "{name}");
        assert_eq!(alone.reads, debugged.reads, "{name}");
        assert_eq!(report(&end), report(&after), "{name}");
    }
}

#[test]
fn going_back_and_forth_changes_nothing() {
    let ran = finish(tool().args(["svd", "get", "nucleo-l031k6"]));
    let bare = Board::named("nucleo-l031k6", &ran.stdout).unwrap();
    for name in PROGRAMS {
        let board = loaded(&bare, name);
        let (_, end) = without(&board, true);
        let script = looking(&board, &["bs", "bs", "c", "bc", "s", "c"]);
        let after = debugged(server(&board, true), &script);
        assert_eq!(report(&end), report(&after), "{name}");
    }
}
