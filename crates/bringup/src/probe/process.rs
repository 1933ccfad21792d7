//! Running the program that drives the probe: what it says is passed on as it comes, and looked at.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::{Line, Task};
use crate::error::Error;
use crate::exit::Exit;

/// Bytes of what a program says that are looked at.
const SEEN: usize = 1 << 16;

/// What OpenOCD says when firmware ends by semihosting, and whether it ended well (OpenOCD 0.12,
/// `semihosting_common.c`).
/// The program itself goes on.
const ENDINGS: &[(&str, Exit)] = &[
    ("*** application exited normally ***", Exit::Fine),
    ("*** application exited with", Exit::Firmware),
    ("semihosting: application exception", Exit::Firmware),
];

/// What probe-rs says when firmware failed, before it fails itself.
const FAILURES: &[&str] = &["Firmware exited", "Semihosting indicated exit"];

/// How a program ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) exit: Exit,
    /// The end of what it said.
    pub(super) said: String,
}

/// Runs a program to its end, or to that of the firmware.
pub(super) fn run(line: &Line, task: Task) -> Result<Ended, Error> {
    let error = |source| Error::Start {
        program: line.program.into(),
        source,
    };
    let mut child = Command::new(line.program)
        .args(&line.args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(error)?;
    let (sender, pieces) = channel();
    if let Some(from) = child.stdout.take() {
        pass_on(from, std::io::stdout(), sender.clone());
    }
    if let Some(from) = child.stderr.take() {
        pass_on(from, std::io::stderr(), sender.clone());
    }
    drop(sender);
    let (ending, said) = watch(&mut child, &pieces, task);
    let status = child.wait().map_err(error)?;
    let failed = || FAILURES.iter().any(|failure| said.contains(failure));
    let exit = match ending {
        Some(exit) => exit,
        None if status.success() => Exit::Fine,
        None if task == Task::Run && failed() => Exit::Firmware,
        None => Exit::Input,
    };
    Ok(Ended { exit, said })
}

/// Copies what a program says, byte for byte, and hands it to who looks at it.
fn pass_on(
    mut from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    pieces: Sender<Vec<u8>>,
) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let piece = buffer.get(..length).unwrap_or_default();
            // A closed pipe is no reason to stop what goes on at the probe.
            let _ = to.write_all(piece).and_then(|()| to.flush());
            if pieces.send(piece.to_vec()).is_err() {
                return;
            }
        }
    });
}

/// Looks at what is said until nobody speaks any more. When the firmware has ended, the program is ended, too; what was on
/// its way then is still passed on.
fn watch(child: &mut Child, pieces: &Receiver<Vec<u8>>, task: Task) -> (Option<Exit>, String) {
    let mut seen = Vec::new();
    let mut ended = None;
    for piece in pieces {
        seen.extend(piece);
        if seen.len() > SEEN {
            seen.drain(..seen.len() - SEEN);
        }
        if task == Task::Run && ended.is_none() {
            let text = String::from_utf8_lossy(&seen);
            let ending = ENDINGS.iter().find(|(ending, _)| text.contains(ending));
            if let Some((_, exit)) = ending {
                ended = Some(*exit);
                // What cannot be ended has ended.
                let _ = child.kill();
            }
        }
    }
    (ended, String::from_utf8_lossy(&seen).into_owned())
}
