//! Running a program and measuring what it cost: processor time and peak memory, of it and all its descendants.

use std::io::{self, Read as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wait4::Wait4 as _;

/// What a run took. Processor time is what counts on a machine that does other things as well.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// User and system time of the program and of every descendant it waited for.
    pub(crate) cpu: Duration,
    /// The largest resident set of any one of those processes, in bytes.
    pub(crate) peak: u64,
}

impl Cost {
    /// Both, one after the other: times add up, the larger peak remains.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            peak: self.peak.max(other.peak),
        }
    }
}

/// A program that ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) success: bool,
    pub(crate) stderr: String,
    pub(crate) cost: Cost,
}

impl Ran {
    /// The first error that the compiler, or whatever ran, reported: its message and place.
    pub(crate) fn first_error(&self) -> String {
        let mut lines = self
            .stderr
            .lines()
            .skip_while(|line| !line.starts_with("error"));
        let Some(message) = lines.next() else {
            return self.stderr.lines().last().unwrap_or("no message").into();
        };
        // Not the next diagnostic's place.
        let place = lines
            .take_while(|line| !line.is_empty())
            .find_map(|line| line.trim_start().strip_prefix("--> "));
        match place {
            Some(place) => format!("{message} ({place})"),
            None => message.to_owned(),
        }
    }
}

/// Runs a program to its end, its standard output dropped.
pub(crate) fn run(command: &mut Command) -> io::Result<Ran> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stderr = Vec::new();
    if let Some(mut pipe) = child.stderr.take() {
        pipe.read_to_end(&mut stderr)?;
    }
    let used = child.wait4()?;
    Ok(Ran {
        success: used.status.success(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
        cost: Cost {
            cpu: used.rusage.utime + used.rusage.stime,
            peak: used.rusage.maxrss,
        },
    })
}
