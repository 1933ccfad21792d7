//! A trace of a run in a file: other threads write it while the board runs.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bringup_board::report::Report;
use bringup_board::{Batch, Board, RunOptions, TraceText};

use crate::error::Error;

/// Batches that wait to be written: the board runs ahead by so many.
const AHEAD: usize = 8;

/// Runs a board and writes every access to a register into the file at `path`; returns what happened and how long
/// that took here.
pub(crate) fn simulate(
    board: &mut Board,
    options: &RunOptions,
    path: &Path,
) -> Result<(Report, Duration), Error> {
    let recording = Recording::start(path, board)?;
    let start = Instant::now();
    let ran = board.run_traced(options, &mut recording.sink());
    recording.finish()?;
    let host = start.elapsed();
    ran.map_err(|source| Error::Board { source })?;
    Ok((board.report(), host))
}

/// A trace that is being written.
pub(crate) struct Recording {
    path: PathBuf,
    sender: SyncSender<Batch>,
    writer: JoinHandle<io::Result<()>>,
}

impl Recording {
    /// Begins a file.
    pub(crate) fn start(path: &Path, board: &Board) -> Result<Self, Error> {
        let file = File::create(path).map_err(|source| Error::Write {
            path: path.into(),
            source,
        })?;
        let text = TraceText::new(board);
        let (sender, receiver) = sync_channel(AHEAD);
        Ok(Self {
            path: path.into(),
            sender,
            writer: thread::spawn(|| write(file, text, receiver)),
        })
    }

    /// Where accesses go. When the file cannot be written, the run goes on without it and the error is shown at its end.
    pub(crate) fn sink(&self) -> impl FnMut(Batch) + use<> {
        let sender = self.sender.clone();
        move |batch| drop(sender.send(batch))
    }

    /// Writes what is left; the sinks are gone.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let Self {
            path,
            sender,
            writer,
        } = self;
        drop(sender);
        let failed = |_| Err(io::Error::other("the writer failed"));
        let written = writer.join().unwrap_or_else(failed);
        written.map_err(|source| Error::Write { path, source })
    }
}

/// Writes what comes until nothing can come any more: the text is made here, and a further thread hands it to the system, which
/// takes as long for it. Their buffers go round: new memory would take the system longer than the text takes us.
fn write(mut file: File, mut text: TraceText, batches: Receiver<Batch>) -> io::Result<()> {
    let (sender, receiver) = sync_channel::<Vec<u8>>(AHEAD);
    let (give_back, used) = channel::<Vec<u8>>();
    let writer = thread::spawn(move || {
        receiver.into_iter().try_for_each(|mut text| {
            file.write_all(&text)?;
            text.clear();
            // Where nobody wants it any more, the trace is at its end.
            let _ = give_back.send(text);
            Ok(())
        })
    });
    for batch in batches {
        let mut out = used.try_recv().unwrap_or_default();
        text.write(&batch, &mut out);
        if sender.send(out).is_err() {
            // The file cannot be written; the writer says why.
            break;
        }
    }
    drop(sender);
    writer
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the writer failed")))
}
