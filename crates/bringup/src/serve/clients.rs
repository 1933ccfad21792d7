//! Clients: who has come, what they send, and that none of them can do harm.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use bringup_debug::dap::{Dap, Next, Session};

use super::{FrontEnd, Listener};
use crate::ui;

/// Events that wait for the loop at most: whoever sends more is kept waiting.
const WAITING: usize = 64;
/// Bytes of a client that are taken at once.
const PIECE: usize = 1 << 14;
/// Events that are dealt with before the board runs on.
const TURN: usize = 256;
/// How long a client may take to accept an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Clients that there may be at once, those that are told that the board is in use among them.
const MOST: usize = 16;

/// What the threads tell the loop.
enum Event {
    Connected(FrontEnd, TcpStream, SocketAddr),
    Sent(u64, Vec<u8>),
    Gone(u64),
}

/// A client that is connected.
struct Client {
    number: u64,
    peer: SocketAddr,
    name: &'static str,
    stream: TcpStream,
    session: Box<dyn Session>,
    /// It came while another one had the board.
    turned_away: bool,
}

/// Everybody who is connected.
pub(super) struct Clients {
    list: Vec<Client>,
    events: Receiver<Event>,
    sender: SyncSender<Event>,
    next: u64,
}

impl Clients {
    /// Begins to wait for clients.
    pub(super) fn new(listeners: Vec<Listener>) -> Self {
        let (sender, events) = sync_channel(WAITING);
        for listener in listeners {
            let sender = sender.clone();
            thread::spawn(move || accept(&listener, &sender));
        }
        Self {
            list: Vec::new(),
            events,
            sender,
            next: 0,
        }
    }

    /// Waits for clients to do something and answers them; whether the last one has gone meanwhile.
    pub(super) fn attend(&mut self, wait: Duration, dap: &mut Dap) -> bool {
        let mut left = false;
        // The loop has a sender of its own, so nothing but the time ends the wait.
        let mut event = self.events.recv_timeout(wait).ok();
        for _ in 0..TURN {
            let Some(now) = event.take() else { break };
            left |= self.heed(now, dap);
            event = self.events.try_recv().ok();
        }
        if let Some(rest) = event {
            left |= self.heed(rest, dap);
        }
        left && self.list.is_empty()
    }

    /// Whether nobody is connected.
    pub(super) fn are_gone(&self) -> bool {
        self.list.is_empty()
    }

    /// Deals with an event; whether a client has gone that had the board.
    fn heed(&mut self, event: Event, dap: &mut Dap) -> bool {
        match event {
            Event::Connected(front_end, stream, peer) => {
                self.welcome(front_end, stream, peer);
                false
            }
            Event::Sent(number, bytes) => self.answer(number, &bytes, dap),
            Event::Gone(number) => self.forget(number, "has gone"),
        }
    }

    fn welcome(&mut self, front_end: FrontEnd, stream: TcpStream, peer: SocketAddr) {
        let name = front_end.name;
        let holder = self.list.iter().find(|client| !client.turned_away);
        let holder = holder.map(|client| client.peer);
        if self.list.len() >= MOST {
            ui::warn(format_args!("{name}: {peer} is one client too many"));
            return;
        }
        // Answers are short and waited for.
        let ready = stream
            .set_nodelay(true)
            .and_then(|()| stream.set_write_timeout(Some(PATIENCE)))
            .and_then(|()| stream.try_clone());
        let Ok(reading) = ready else { return };
        match holder {
            None => ui::note(format_args!("{name}: {peer} is connected")),
            Some(holder) => ui::note(format_args!(
                "{name}: {peer} is told that {holder} has the board"
            )),
        }
        let number = self.next;
        self.next += 1;
        self.list.push(Client {
            number,
            peer,
            name,
            stream,
            session: (front_end.session)(holder.is_some()),
            turned_away: holder.is_some(),
        });
        let sender = self.sender.clone();
        thread::spawn(move || listen(number, reading, &sender));
    }

    fn answer(&mut self, number: u64, bytes: &[u8], dap: &mut Dap) -> bool {
        let found = self.list.iter_mut().find(|client| client.number == number);
        let Some(client) = found else { return false };
        let mut out = Vec::new();
        let next = client.session.receive(bytes, dap, &mut out);
        let sent = client.stream.write_all(&out);
        match (next, sent) {
            (_, Err(_)) => self.forget(number, "takes no answer"),
            (Next::Close, _) => self.forget(number, "does not speak this probe's language"),
            (Next::Continue, Ok(())) => false,
        }
    }

    /// Ends a connection; whether it was that of the client that had the board. The board stays as it is, as on the desk.
    fn forget(&mut self, number: u64, why: &str) -> bool {
        let found = self.list.iter().position(|client| client.number == number);
        let Some(client) = found.map(|index| self.list.swap_remove(index)) else {
            return false;
        };
        ui::note(format_args!("{}: {} {why}", client.name, client.peer));
        // It may have gone already.
        let _ = client.stream.shutdown(std::net::Shutdown::Both);
        !client.turned_away
    }
}

/// Waits for clients of a front-end as long as somebody wants to know.
fn accept(listener: &Listener, sender: &SyncSender<Event>) {
    loop {
        match listener.socket.accept() {
            Ok((stream, peer)) => {
                let event = Event::Connected(listener.front_end, stream, peer);
                if sender.send(event).is_err() {
                    return;
                }
            }
            // The client gave up, or there are too many of everything for a moment.
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Passes on what a client sends until it has gone.
fn listen(number: u64, mut stream: TcpStream, sender: &SyncSender<Event>) {
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = stream.read(&mut piece) {
        let bytes = piece.get(..length).unwrap_or_default().to_vec();
        if sender.send(Event::Sent(number, bytes)).is_err() {
            return;
        }
    }
    // Nobody wants to know any more when everything ends.
    let _ = sender.send(Event::Gone(number));
}
