//! The wire as the protocol engine sees it: answers are held back until they are whole.

use gdbstub::conn::{Connection, ConnectionExt};

/// A connection whose answers are sent packet by packet, so that one the engine gives up half way
/// never reaches the other side.
#[derive(Debug)]
pub(crate) struct Link<C> {
    connection: C,
    /// Not sent yet.
    pending: Vec<u8>,
    /// Sent last, in case it has to be sent again.
    last: Vec<u8>,
    /// Answers are dropped: the handshake is being repeated for a new engine.
    pub(crate) muted: bool,
}

impl<C: ConnectionExt> Link<C> {
    pub(crate) fn new(connection: C) -> Self {
        Self {
            connection,
            pending: Vec::new(),
            last: Vec::new(),
            muted: false,
        }
    }

    /// Waits for a byte.
    pub(crate) fn read(&mut self) -> Result<u8, C::Error> {
        self.connection.read()
    }

    /// A byte, if one has come.
    pub(crate) fn poll(&mut self) -> Result<Option<u8>, C::Error> {
        match self.connection.peek()? {
            Some(_) => self.connection.read().map(Some),
            None => Ok(None),
        }
    }

    /// Sends the last answer again.
    pub(crate) fn send_again(&mut self) -> Result<(), C::Error> {
        self.connection.write_all(&self.last)?;
        self.connection.flush()
    }

    /// Forgets what was not sent and sends `answer` instead.
    pub(crate) fn replace(&mut self, answer: &[u8]) -> Result<(), C::Error> {
        self.pending.clear();
        self.pending.extend_from_slice(answer);
        self.send()
    }

    /// Sends what is pending.
    pub(crate) fn send(&mut self) -> Result<(), C::Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        std::mem::swap(&mut self.pending, &mut self.last);
        self.pending.clear();
        if self.muted {
            return Ok(());
        }
        self.connection.write_all(&self.last)?;
        self.connection.flush()
    }
}

impl<C: ConnectionExt> Connection for &mut Link<C> {
    type Error = C::Error;

    fn write(&mut self, byte: u8) -> Result<(), C::Error> {
        self.pending.push(byte);
        Ok(())
    }

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), C::Error> {
        self.pending.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), C::Error> {
        self.send()
    }

    fn on_session_start(&mut self) -> Result<(), C::Error> {
        self.connection.on_session_start()
    }
}
