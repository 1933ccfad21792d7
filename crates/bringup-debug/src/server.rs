//! The server: it takes packets off a connection, hands them to the protocol engine, and lets the board run.

use std::convert::Infallible;
use std::error::Error as StdError;

use bringup_board::Board;
use gdbstub::common::Signal;
use gdbstub::conn::ConnectionExt;
use gdbstub::stub::state_machine::GdbStubStateMachine;
use gdbstub::stub::{DisconnectReason, GdbStub, GdbStubError, SingleThreadStopReason};

use crate::error::Error;
use crate::frame::{Frame, Framer, PACKET_SIZE, packet};
use crate::link::Link;
use crate::target::Target;

/// `EINVAL`, as the protocol numbers errors: the answer to a packet that makes no sense.
const INVALID: &[u8] = b"E16";

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The debugger let go (`detach`); the firmware may run on.
    Detached,
    /// The debugger asked for the end of the firmware (`kill`).
    Killed,
    /// The firmware ended with this exit code.
    Exited(u8),
}

/// A board for a debugger to connect to, once or again and again.
pub struct Server {
    target: Target,
}

impl Server {
    /// A server of a board. The board is stopped until a debugger lets it run.
    pub fn new(board: Board) -> Self {
        Self {
            target: Target::new(board),
        }
    }

    /// The board.
    pub fn board(&self) -> &Board {
        self.target.board()
    }

    /// Gives the board back.
    pub fn into_board(self) -> Board {
        self.target.into_board()
    }

    /// Serves one debugger, from its connection to the end of the session. Breakpoints end with the session; the
    /// state of the board does not.
    ///
    /// # Errors
    ///
    /// [`Error`] if the connection fails. The server can serve the next one.
    pub fn serve<C>(&mut self, connection: C) -> Result<Ended, Error>
    where
        C: ConnectionExt<Error: Into<Box<dyn StdError + Send + Sync>>>,
    {
        let mut session = Session::new(connection);
        let result = loop {
            match session.run(&mut self.target) {
                Ok(ended) => break Ok(ended),
                Err(Failure::Connection(error)) => break Err(Error::connection(error)),
                // The engine gives up at a packet it cannot make sense of. The next one may be fine.
                Err(Failure::Packet) => {
                    if let Err(error) = session.refuse() {
                        break Err(Error::connection(error));
                    }
                }
            }
        };
        self.target.remove_all_breakpoints();
        result
    }
}

/// A debugger's connection.
struct Session<C> {
    link: Link<C>,
    framer: Framer,
    /// The packets that settle how both sides speak: the engine is told them again when it starts anew.
    supported: Option<Vec<u8>>,
    no_ack: Option<Vec<u8>>,
}

/// Why the engine stopped.
enum Failure<E> {
    Connection(E),
    /// It could not make sense of a packet.
    Packet,
}

type Machine<'a, C> = GdbStubStateMachine<'a, Target, &'a mut Link<C>>;

impl<C: ConnectionExt> Session<C> {
    fn new(connection: C) -> Self {
        Self {
            link: Link::new(connection),
            framer: Framer::default(),
            supported: None,
            no_ack: None,
        }
    }

    /// Runs the engine until the session ends or it fails.
    fn run(&mut self, target: &mut Target) -> Result<Ended, Failure<C::Error>> {
        let Self {
            link,
            framer,
            supported,
            no_ack,
        } = self;
        let mut machine = start(link, target, [supported.as_ref(), no_ack.as_ref()])?;
        loop {
            machine = match machine {
                GdbStubStateMachine::Idle(mut gdb) => {
                    let link = gdb.borrow_conn();
                    let byte = link.read().map_err(Failure::Connection)?;
                    match framer.push(byte) {
                        Some(Frame::Packet(bytes)) => {
                            remember(&bytes, supported, no_ack);
                            pump(gdb.into(), target, &bytes)?
                        }
                        Some(frame) => {
                            answer(link, &frame, no_ack.is_some()).map_err(Failure::Connection)?;
                            gdb.into()
                        }
                        None => gdb.into(),
                    }
                }
                GdbStubStateMachine::Running(mut gdb) => {
                    let byte = gdb.borrow_conn().poll().map_err(Failure::Connection)?;
                    // A debugger that waits for the board to stop has nothing to say but Ctrl-C.
                    let interrupted =
                        byte.and_then(|byte| framer.push(byte)) == Some(Frame::Interrupt);
                    let reason = if interrupted {
                        Some(SingleThreadStopReason::Signal(Signal::SIGINT))
                    } else {
                        target.run_for_a_while()
                    };
                    match reason {
                        Some(reason) => gdb.report_stop(target, reason).map_err(failure)?,
                        None => gdb.into(),
                    }
                }
                GdbStubStateMachine::CtrlCInterrupt(gdb) => {
                    let reason = SingleThreadStopReason::Signal(Signal::SIGINT);
                    gdb.interrupt_handled(target, Some(reason))
                        .map_err(failure)?
                }
                GdbStubStateMachine::Disconnected(gdb) => return Ok(ended(gdb.get_reason())),
            };
        }
    }

    /// Answers the packet that the engine failed at.
    fn refuse(&mut self) -> Result<(), C::Error> {
        answer(&mut self.link, &Frame::Refused, self.no_ack.is_some())
    }
}

/// Starts the engine, and tells it what was settled with one before it.
fn start<'a, C: ConnectionExt>(
    link: &'a mut Link<C>,
    target: &mut Target,
    settled: [Option<&Vec<u8>>; 2],
) -> Result<Machine<'a, C>, Failure<C::Error>> {
    link.muted = true;
    let builder = GdbStub::builder(link).packet_buffer_size(PACKET_SIZE);
    // The only thing that can be wrong with a builder is a buffer of no size.
    let stub = builder.build().map_err(|_| Failure::Packet)?;
    let mut machine = stub.run_state_machine(target).map_err(failure)?;
    for bytes in settled.into_iter().flatten() {
        machine = pump(machine, target, bytes)?;
    }
    if let GdbStubStateMachine::Idle(gdb) = &mut machine {
        gdb.borrow_conn().muted = false;
    }
    Ok(machine)
}

/// Hands a whole packet to the engine.
fn pump<'a, C: ConnectionExt>(
    mut machine: Machine<'a, C>,
    target: &mut Target,
    bytes: &[u8],
) -> Result<Machine<'a, C>, Failure<C::Error>> {
    for &byte in bytes {
        machine = match machine {
            GdbStubStateMachine::Idle(gdb) => gdb.incoming_data(target, byte).map_err(failure)?,
            other => other,
        };
    }
    Ok(machine)
}

/// Keeps the packets that settle how both sides speak.
fn remember(bytes: &[u8], supported: &mut Option<Vec<u8>>, no_ack: &mut Option<Vec<u8>>) {
    if bytes.starts_with(b"$qSupported") {
        *supported = Some(bytes.to_vec());
    } else if bytes.starts_with(b"$QStartNoAckMode#") {
        *no_ack = Some(bytes.to_vec());
    }
}

/// Answers what is not for the engine.
fn answer<C: ConnectionExt>(
    link: &mut Link<C>,
    frame: &Frame,
    no_ack: bool,
) -> Result<(), C::Error> {
    match frame {
        Frame::Nack => link.send_again(),
        Frame::Damaged if !no_ack => link.replace(b"-"),
        Frame::Refused if no_ack => link.replace(&packet(INVALID)),
        Frame::Refused => link.replace(&[b"+", &packet(INVALID)[..]].concat()),
        // Ctrl-C finds the board stopped already; without acknowledgements nothing can be asked for again.
        Frame::Interrupt | Frame::Damaged | Frame::Packet(_) => Ok(()),
    }
}

fn failure<E>(error: GdbStubError<Infallible, E>) -> Failure<E> {
    match error.into_connection_error() {
        Some((error, _)) => Failure::Connection(error),
        None => Failure::Packet,
    }
}

fn ended(reason: DisconnectReason) -> Ended {
    match reason {
        DisconnectReason::TargetExited(code) => Ended::Exited(code),
        DisconnectReason::TargetTerminated(_) | DisconnectReason::Kill => Ended::Killed,
        DisconnectReason::Disconnect => Ended::Detached,
    }
}
