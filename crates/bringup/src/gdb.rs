//! Serving debuggers over TCP: one at a time, the others are told so.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bringup_debug::{ConsoleSink, Ended, Server, packet};

use crate::error::Error;
use crate::ui::{self, STRONG, paint};

/// How long a second debugger waits for the first one to go.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is looked whether it has gone.
const GLANCE: Duration = Duration::from_millis(10);

/// An address to listen on as people write it: `127.0.0.1:3333`, and for this machine only `:3333` or `3333`.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse()
        .map_err(|_| "an address and a port are expected, as in `127.0.0.1:3333`, or a port".into())
}

/// Who is connected.
type Busy = Arc<Mutex<Option<SocketAddr>>>;

/// Where debuggers connect.
pub(crate) struct Gate {
    clients: Receiver<io::Result<(TcpStream, SocketAddr)>>,
    address: SocketAddr,
    busy: Busy,
}

impl Gate {
    /// Listens, and says where and how to connect.
    pub(crate) fn open(address: SocketAddr, elf: &Path) -> Result<Self, Error> {
        let error = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(error)?;
        let address = listener.local_addr().map_err(error)?;
        if !address.ip().is_loopback() {
            ui::warn(format_args!(
                "whoever reaches {address} controls the virtual board"
            ));
        }
        ui::note(format_args!(
            "waiting for gdb on {}",
            paint(STRONG, address)
        ));
        ui::note(format_args!(
            "  gdb-multiarch {} -ex 'target remote {address}'",
            elf.display()
        ));
        let (sender, clients) = sync_channel(0);
        let busy = Busy::default();
        let gate = Self {
            clients,
            address,
            busy: Arc::clone(&busy),
        };
        thread::spawn(move || admit(&listener, &busy, &sender));
        Ok(gate)
    }

    /// Waits for a debugger and serves it; how its session ended, `None` if its connection broke.
    pub(crate) fn serve(&self, server: &mut Server) -> Result<Option<Ended>, Error> {
        let gone = || Err(io::ErrorKind::BrokenPipe.into());
        let client = self.clients.recv().unwrap_or_else(|_| gone());
        let (stream, peer) = client.map_err(|source| Error::Listen {
            address: self.address,
            source,
        })?;
        ui::note(format_args!("{peer} is connected"));
        let result = server.serve(Client::new(stream));
        *lock(&self.busy) = None;
        match &result {
            Ok(ended) => ui::note(format_args!("{peer} {}", word(*ended))),
            Err(error) if is_gone(error) => ui::note(format_args!("{peer} has gone")),
            Err(error) => ui::warn(format_args!("{peer}: {error}")),
        }
        Ok(result.ok())
    }
}

/// Whether the other side closed the connection, as `disconnect` and the end of gdb do.
fn is_gone(error: &bringup_debug::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let source = std::error::Error::source(error);
    let error = source.and_then(|source| source.downcast_ref::<io::Error>());
    error.is_some_and(|error| {
        matches!(
            error.kind(),
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe
        )
    })
}

fn lock(busy: &Busy) -> std::sync::MutexGuard<'_, Option<SocketAddr>> {
    busy.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets debuggers in, one at a time.
fn admit(
    listener: &TcpListener,
    busy: &Busy,
    clients: &SyncSender<io::Result<(TcpStream, SocketAddr)>>,
) {
    loop {
        let client = listener.accept();
        if let Ok((stream, peer)) = &client {
            let end = Instant::now() + PATIENCE;
            while lock(busy).is_some() && Instant::now() < end {
                thread::sleep(GLANCE);
            }
            let other = *lock(busy);
            if let Some(other) = other {
                ui::note(format_args!("{peer} is refused: {other} is connected"));
                if let Ok(stream) = stream.try_clone() {
                    thread::spawn(move || refuse(stream, other));
                }
                continue;
            }
            *lock(busy) = Some(*peer);
        }
        if clients.send(client).is_err() {
            return;
        }
    }
}

/// Answers the first packet of a debugger that is one too many, and lets go of it. Whether it hears that is its business.
fn refuse(mut stream: TcpStream, other: SocketAddr) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let mut bytes = [0; 512];
    let mut heard = 0;
    while !bytes[..heard].contains(&b'#') && heard < bytes.len() {
        match stream.read(&mut bytes[heard..]) {
            Ok(count) if count > 0 => heard += count,
            _ => break,
        }
    }
    let body = format!("E.the virtual board is being debugged by {other}");
    let _ = stream.write_all(&[b"+", &packet(body.as_bytes())[..]].concat());
    let _ = stream.flush();
    // What else it says is taken from it, or it would lose the answer.
    let _ = stream.shutdown(std::net::Shutdown::Write);
    while matches!(stream.read(&mut bytes), Ok(count) if count > 0) {}
}

/// A debugger's connection. Bytes are taken in as they come and not one by one.
struct Client {
    stream: TcpStream,
    bytes: VecDeque<u8>,
    blocking: bool,
}

impl Client {
    fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            bytes: VecDeque::new(),
            blocking: true,
        }
    }

    /// Takes in what has come; waits for it if there is to be something.
    fn fill(&mut self, wait: bool) -> io::Result<()> {
        if self.blocking != wait {
            self.stream.set_nonblocking(!wait)?;
            self.blocking = wait;
        }
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.bytes.extend(bytes.get(..count).unwrap_or_default());
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl bringup_debug::Connection for Client {
    type Error = io::Error;

    fn write(&mut self, byte: u8) -> io::Result<()> {
        bringup_debug::Connection::write_all(self, &[byte])
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        // A debugger that does not read holds up nobody but itself.
        self.stream.set_nonblocking(false)?;
        self.blocking = true;
        io::Write::write_all(&mut self.stream, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::Write::flush(&mut self.stream)
    }

    fn on_session_start(&mut self) -> io::Result<()> {
        self.stream.set_nodelay(true)
    }
}

impl bringup_debug::ConnectionExt for Client {
    fn read(&mut self) -> io::Result<u8> {
        loop {
            if let Some(byte) = self.bytes.pop_front() {
                return Ok(byte);
            }
            self.fill(true)?;
        }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.bytes.is_empty() {
            self.fill(false)?;
        }
        Ok(self.bytes.front().copied())
    }
}

/// Writes what the firmware prints to standard output, byte for byte.
pub(crate) fn to_stdout() -> ConsoleSink {
    Box::new(|_, bytes| {
        let mut stdout = io::stdout().lock();
        // A closed pipe is no reason to fail.
        let _ = stdout.write_all(bytes);
        let _ = stdout.flush();
    })
}

fn word(ended: Ended) -> String {
    match ended {
        Ended::Detached => "has detached".into(),
        Ended::Killed => "has killed the program".into(),
        Ended::Exited(code) => format!("saw the program exit with code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_as_people_write_them() {
        for (text, meant) in [
            ("3333", "127.0.0.1:3333"),
            (":0", "127.0.0.1:0"),
            ("0.0.0.0:3333", "0.0.0.0:3333"),
            ("[::1]:3333", "[::1]:3333"),
        ] {
            assert_eq!(address(text).map(|it| it.to_string()), Ok(meant.into()));
        }
        for text in ["", "localhost", "127.0.0.1", "99999", "1.2.3.4:"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
