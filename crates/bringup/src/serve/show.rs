//! What happens on a board that is served, as it happens.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::{Duration, Instant};

use bringup_board::{Board, Stop};
use bringup_debug::dap::Progress;

use crate::ui;
use crate::view;

/// How often news are shown at most.
const EVERY: Duration = Duration::from_millis(100);
/// Edges of one pin that are shown at once.
const EDGES: usize = 4;

/// What was shown so far.
#[derive(Debug)]
pub(super) struct Show {
    last: Instant,
    /// Edges, by pin.
    edges: BTreeMap<String, usize>,
    /// Bytes of each port of the console.
    console: BTreeMap<String, usize>,
    findings: usize,
    resets: u64,
    ended: Option<Stop>,
}

impl Default for Show {
    fn default() -> Self {
        Self {
            last: Instant::now(),
            edges: BTreeMap::new(),
            console: BTreeMap::new(),
            findings: 0,
            resets: 0,
            ended: None,
        }
    }
}

impl Show {
    /// Shows what is new, if it is time to; whether it was.
    pub(super) fn news(&mut self, board: &Board, progress: Progress) -> bool {
        let ended = match progress {
            Progress::Ended(stop) => Some(stop),
            _ => None,
        };
        let due = self.last.elapsed() >= EVERY || ended != self.ended;
        if due {
            self.last = Instant::now();
            self.finish(board);
            self.end(board, ended);
        }
        due
    }

    /// The board has forgotten what was shown, but for the last edges.
    pub(super) fn forgotten(&mut self, board: &Board) {
        self.console.clear();
        for pin in board.pins().filter(|pin| !pin.edges().is_empty()) {
            self.edges.insert(pin.name().to_owned(), pin.edges().len());
        }
    }

    /// Shows what is new.
    pub(super) fn finish(&mut self, board: &Board) {
        self.console(board);
        self.edges(board);
        let report = (board.findings().len() > self.findings).then(|| board.report());
        for finding in report
            .iter()
            .flat_map(|report| &report.findings)
            .skip(self.findings)
        {
            ui::note(view::finding(finding).trim_end());
        }
        self.findings = board.findings().len();
        let resets = board.resets();
        if resets > self.resets {
            ui::note(format_args!("{:>14.6} s  reset", board.seconds()));
        }
        self.resets = resets;
    }

    /// What the firmware printed is standard output, byte for byte.
    fn console(&mut self, board: &Board) {
        let mut stdout = std::io::stdout().lock();
        for port in board.console().ports() {
            let shown = self.console.entry(port.name.clone()).or_default();
            let new = port.bytes.get(*shown..).unwrap_or_default();
            // A closed pipe is no reason to stop serving.
            let _ = stdout.write_all(new);
            *shown = port.bytes.len();
        }
        let _ = stdout.flush();
    }

    fn edges(&mut self, board: &Board) {
        for pin in board.pins() {
            let edges = pin.edges();
            if edges.is_empty() {
                continue;
            }
            let shown = self.edges.entry(pin.name().to_owned()).or_default();
            let new = edges.get(*shown..).unwrap_or_default();
            *shown = edges.len();
            for edge in new.iter().take(EDGES) {
                let seconds = edge.seconds(board.clock());
                ui::note(view::edge(pin.name(), pin.label(), edge.level, seconds));
            }
            if let Some(more) = new.len().checked_sub(EDGES).filter(|more| *more > 0) {
                let more = ui::grouped(more as u64);
                ui::note(format_args!("{:>16}  … {more} more of {}", "", pin.name()));
            }
        }
    }

    /// Says that the board goes on no more.
    fn end(&mut self, board: &Board, ended: Option<Stop>) {
        if ended == self.ended {
            return;
        }
        self.ended = ended;
        let what = match ended {
            Some(Stop::Exit) => {
                let code = board.exit_code().unwrap_or(0);
                format!("the firmware has ended with code {code}")
            }
            Some(Stop::Lockup) => match board.fault() {
                Some(fault) => format!("the core has locked up: {}", fault.message),
                None => "the flash is erased, so the core has locked up".into(),
            },
            _ => return,
        };
        ui::note(format_args!(
            "{:>14.6} s  {what}; a debugger may halt or reset it",
            board.seconds()
        ));
    }
}
