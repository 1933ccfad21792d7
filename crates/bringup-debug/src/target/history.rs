//! Going back in time: states of the board to run on from.
//!
//! A board is deterministic, so a state it was in is reached again by running on from any state before it. Kept are states
//! at intervals, dense near the present and sparse far from it; and the states that a debugger brought about, for no run leads
//! to those: a run that comes to their time goes on from them.
//!
//! Where the board is in time is told by its core cycles, which every instruction and every exception moves on.

use bringup_board::Board;

/// Core cycles between two states that are kept, next to the present.
const INTERVAL: u64 = 1 << 20;

/// States that are kept on the way from the present to twice as far away.
const DENSITY: u64 = 8;

/// States that are kept in all.
const MOST: usize = 256;

/// Bytes that all states take together, roughly: the oldest are dropped to keep to it.
const BYTES: usize = 256 << 20;

/// States of a board.
pub(super) struct History {
    /// In the order of time; the first one is the beginning of history.
    states: Vec<State>,
    /// A state shortly before the one that was gone back to last.
    near: Option<Box<Board>>,
    /// The board was changed since it ran last.
    changed: bool,
    /// It got another program.
    loaded: bool,
}

struct State {
    board: Box<Board>,
    /// A debugger brought it about.
    given: bool,
}

impl State {
    fn new(board: &Board, given: bool) -> Self {
        Self {
            board: Box::new(board.clone()),
            given,
        }
    }

    fn cycle(&self) -> u64 {
        self.board.cycles()
    }
}

impl History {
    /// A history that begins with the state of a board.
    pub(super) fn new(board: &Board) -> Self {
        Self {
            states: vec![State::new(board, true)],
            near: None,
            changed: false,
            loaded: false,
        }
    }

    /// Somebody else than the firmware is about to change the board.
    pub(super) fn note_change(&mut self) {
        self.changed = true;
    }

    /// A debugger is about to write a program.
    pub(super) fn note_load(&mut self) {
        (self.changed, self.loaded) = (true, true);
    }

    /// The board is about to run, forwards or backwards: keeps its state if it was changed. What came after is another future.
    /// Whether it is.
    pub(super) fn settle(&mut self, board: &Board) -> bool {
        if !std::mem::take(&mut self.changed) {
            return false;
        }
        let loaded = std::mem::take(&mut self.loaded);
        self.states
            .retain(|state| !loaded && state.cycle() < board.cycles());
        self.near = None;
        self.states.push(State::new(board, true));
        self.thin(board.cycles());
        true
    }

    /// Keeps the state of a board that ran, if none near it is kept.
    pub(super) fn keep(&mut self, board: &Board) {
        let cycle = board.cycles();
        let at = self.states.partition_point(|state| state.cycle() <= cycle);
        let near = |state: Option<&State>| {
            state.is_some_and(|state| state.cycle().abs_diff(cycle) < INTERVAL)
        };
        if near(at.checked_sub(1).and_then(|before| self.states.get(before)))
            || near(self.states.get(at))
        {
            return;
        }
        self.states.insert(at, State::new(board, false));
        self.thin(cycle);
    }

    /// Drops states where there are more than needed, and the oldest if all take too much.
    fn thin(&mut self, present: u64) {
        let mut at = 1;
        while let Some([before, state, after]) = self.states.get(at - 1..at + 2) {
            let gap = after.cycle() - before.cycle();
            let distance = present.abs_diff(state.cycle());
            if !state.given && gap <= distance / DENSITY {
                self.states.remove(at);
            } else {
                at += 1;
            }
        }
        let size = |state: &State| state.board.clone_size();
        let mut bytes: usize = self.states.iter().map(size).sum();
        while self.states.len() > 1 && (bytes > BYTES || self.states.len() > MOST) {
            bytes -= size(&self.states[0]);
            self.states.remove(0);
        }
    }

    /// The last state before a cycle.
    pub(super) fn before(&self, cycle: u64) -> Option<&Board> {
        let at = self.states.partition_point(|state| state.cycle() < cycle);
        let state = self.states.get(at.checked_sub(1)?)?;
        Some(&state.board)
    }

    /// The last state before a cycle, or one nearer to it that was kept when it was gone back to the last time.
    pub(super) fn nearest_before(&self, cycle: u64) -> Option<&Board> {
        let state = self.before(cycle)?;
        let near = self.near.as_deref();
        // A state that a debugger brought about lies between the near one and what follows it.
        Some(
            near.filter(|near| {
                (state.cycles()..cycle).contains(&near.cycles()) && near.cycles() > state.cycles()
            })
            .unwrap_or(state),
        )
    }

    /// Keeps a state for the next step back.
    pub(super) fn keep_near(&mut self, board: &Board) {
        self.near = Some(Box::new(board.clone()));
    }

    /// The cycle of the first state after `cycle` that a debugger brought about.
    pub(super) fn next_given(&self, cycle: u64) -> Option<u64> {
        let mut after = self.states.iter().filter(|state| state.given);
        let next = after.find(|state| state.cycle() > cycle)?;
        Some(next.cycle())
    }

    /// The state that a debugger brought about at a cycle.
    pub(super) fn given_at(&self, cycle: u64) -> Option<&Board> {
        let mut given = self.states.iter().filter(|state| state.given);
        let state = given.find(|state| state.cycle() == cycle)?;
        Some(&state.board)
    }

    /// The beginning of history.
    pub(super) fn first(&self) -> Option<&Board> {
        Some(&self.states.first()?.board)
    }
}
