//! What tests of firmware on the host use: a board by its name, serial ports by their number, waits, a verdict.
//!
//! `docs/testing.md` shows how a project is set up for it; `firmware/tested` is one.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use bringup_device::{LineIndex, catalogue, svd};

use crate::board::Board;
use crate::error::{Error, Kind};
use crate::run::{RunOptions, Stop};

/// Problems of an SVD file that an error tells of.
const PROBLEMS_TOLD: usize = 8;

impl Board {
    /// Makes a board of the catalogue by its name, for example `nucleo-l031k6`, in reset and without firmware. `svd` is the
    /// text of the SVD file of its chip.
    ///
    /// Fails if the catalogue has no such board, or if the text is no SVD file that can be relied on.
    pub fn named(name: &str, svd: &str) -> Result<Self, Error> {
        let known = catalogue::board(name).map_err(|error| Kind::UnknownBoard {
            message: error.to_string(),
            hint: error.hint(),
        })?;
        let loaded = svd::load(svd);
        match &loaded.device {
            Some(device) if !loaded.has_errors() => {
                Self::new(known.chip, Some(known.board), device)
            }
            _ => {
                let lines = LineIndex::new(svd);
                let errors = loaded.diagnostics.iter().filter(|one| one.is_error());
                let problems = errors
                    .take(PROBLEMS_TOLD)
                    .map(|one| one.display(&lines).to_string());
                Err(Kind::Svd {
                    problems: problems.collect(),
                }
                .into())
            }
        }
    }

    /// Runs until the next edge of a pin, for `limit` of virtual time at most: [`Stop::Until`] if the edge came.
    pub fn run_until_edge(&mut self, pin: &str, limit: Duration) -> Result<Stop, Error> {
        self.run(&RunOptions {
            until_pin: Some(pin.to_owned()),
            ..RunOptions::limited(limit)
        })
    }

    /// Runs until a port of the console has printed a text from now on, for `limit` of virtual time at most:
    /// [`Stop::Until`] if it has.
    pub fn run_until_text(&mut self, text: &str, limit: Duration) -> Result<Stop, Error> {
        self.run(&RunOptions {
            until_text: Some(text.to_owned()),
            ..RunOptions::limited(limit)
        })
    }

    /// The serial port of that number: `USART2` or `UART2` for 2.
    pub fn uart(&mut self, number: u32) -> Result<SerialPort<'_>, Error> {
        let name = ["USART", "UART"]
            .map(|kind| format!("{kind}{number}"))
            .into_iter()
            .find(|name| self.system.devices.position(name).is_some());
        match name {
            Some(name) => self.port(&name),
            None => Err(Kind::UnknownPort {
                port: format!("USART{number}"),
            }
            .into()),
        }
    }

    /// A serial port by its name in the SVD file, for example `LPUART1`.
    pub fn port(&mut self, name: &str) -> Result<SerialPort<'_>, Error> {
        // Sending nothing fails where nothing can be sent.
        self.send(name, &[])?;
        let index = self.system.devices.position(name);
        let device = index.and_then(|index| self.system.devices.list.get(index));
        let name = device.map_or_else(|| name.to_owned(), |device| device.name.clone());
        Ok(SerialPort { board: self, name })
    }

    /// Fails if the checks found anything, or if a fault ended the last run: with all of it, as `bringup run` shows it.
    pub fn verdict(&self) -> Result<(), Error> {
        let report = self.report();
        if report.findings.is_empty() && report.fault.is_none() {
            return Ok(());
        }
        let mut text = String::new();
        for finding in &report.findings {
            let _ = write!(text, "\n\n{finding}");
        }
        if let Some(fault) = &report.fault {
            let _ = write!(text, "\n\n{fault}");
        }
        Err(Kind::Breaches {
            findings: report.findings.len(),
            fault: report.fault.is_some(),
            text,
        }
        .into())
    }
}

/// A serial port of a board, from outside.
#[derive(Debug)]
pub struct SerialPort<'a> {
    board: &'a mut Board,
    name: String,
}

impl SerialPort<'_> {
    /// Its name, for example `USART2`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sends bytes to the chip, one after the other, at the speed and in the format that firmware has set. They arrive while
    /// the board runs. What arrives while the receiver is off is lost as on a wire.
    pub fn write(&mut self, bytes: impl AsRef<[u8]>) {
        // The port is known to be one.
        let _ = self.board.send(&self.name, bytes.as_ref());
    }

    /// Everything that the chip has sent since power-on, as text; bytes that are not UTF-8 are replaced by U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        self.board.console().text(&self.name)
    }

    /// Everything that the chip has sent since power-on.
    pub fn bytes(&self) -> &[u8] {
        let port = self.board.console().port(&self.name);
        port.map_or(&[], |port| &port.bytes)
    }
}
