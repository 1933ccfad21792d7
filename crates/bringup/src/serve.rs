//! Serving a virtual board to programs that know debug probes: sockets, host time, and what is said meanwhile.
//!
//! Threads wait for clients and for what they send; one loop owns the board. It hands bytes to the client's session and lets the
//! board run in between, so a session sees a board that stands still while a command is carried out.

mod clients;
mod pace;
mod show;

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use bringup_board::clock::Time;
use bringup_board::{Board, Stop};
use bringup_debug::dap::{Dap, DebugPort as _, Progress, Session};

use crate::error::Error;
use clients::Clients;
use pace::Pace;
pub(crate) use pace::Speed;
use show::Show;

/// A kind of probe that clients reach on a port.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrontEnd {
    /// What it is called.
    pub(crate) name: &'static str,
    /// The option that names its port.
    pub(crate) option: &'static str,
    /// Makes a client's session; it is told whether somebody else has the board.
    pub(crate) session: fn(in_use: bool) -> Box<dyn Session>,
}

/// A front-end and the port that it listens on.
pub(crate) struct Listener {
    pub(crate) front_end: FrontEnd,
    pub(crate) socket: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Listener {
    /// Begins to listen; with port 0 on any that is free.
    pub(crate) fn bind(front_end: FrontEnd, ip: IpAddr, port: u16) -> Result<Self, Error> {
        let address = SocketAddr::new(ip, port);
        let error = |source| Error::Serve {
            name: front_end.name,
            option: front_end.option,
            address,
            source,
        };
        let socket = TcpListener::bind(address).map_err(error)?;
        let address = socket.local_addr().map_err(error)?;
        Ok(Self {
            front_end,
            socket,
            address,
        })
    }
}

/// When serving ends, and how fast time passes.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    pub(crate) speed: Speed,
    /// Virtual time after which it ends.
    pub(crate) limit: Option<Duration>,
    /// It ends when the last client has gone, and not before.
    pub(crate) once: bool,
    /// It does not end before what is waited for has come, or the time.
    pub(crate) waits: bool,
    /// What happened on the pins is wanted in the end.
    pub(crate) keep_edges: bool,
}

impl Limits {
    /// Whether the time is over.
    fn reached(&self, board: &Board) -> bool {
        let now = board.clock().time_at(board.cycles()).in_attoseconds();
        let limit = self
            .limit
            .map(|limit| Time::from_duration(limit).in_attoseconds());
        limit.is_some_and(|limit| now >= limit)
    }
}

/// How long the loop waits for clients while the board stands still. Whatever they do ends the wait.
const IDLE: Duration = Duration::from_millis(200);

/// Serves clients until what is waited for has come; without that, for ever.
pub(crate) fn serve(dap: &mut Dap, listeners: Vec<Listener>, limits: &Limits) {
    let mut clients = Clients::new(listeners);
    let mut pace = Pace::new(limits.speed);
    let mut show = Show::default();
    let mut progress = Progress::Ran;
    // What ends it has come; from then on no time passes.
    let mut over = false;
    loop {
        let wait = match progress {
            Progress::Ran if !over => pace.wait(),
            _ => IDLE,
        };
        let left = clients.attend(wait, dap);
        let due = pace.due(progress == Progress::Ran);
        if !over {
            // Run for no time at all, the board still says whether it is halted.
            progress = dap.run(due);
            pace.ran();
            over = progress == Progress::Ended(Stop::Until) || limits.reached(dap.board());
        }
        if show.news(dap.board(), progress) && !limits.keep_edges {
            dap.board_mut().forget_events();
            show.forgotten(dap.board());
        }
        let ends = over || (limits.once && left && !limits.waits);
        if ends && (!limits.once || clients.are_gone()) {
            break;
        }
    }
    show.finish(dap.board());
}
