//! The server: it takes packets off a connection, hands them to the protocol engine, and lets the board run.

use std::convert::Infallible;
use std::error::Error as StdError;

use bringup_board::{Batch, Board, RunOptions};
use bringup_device::Device;
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

/// Takes accesses to registers, in the order of time.
pub type TraceSink = Box<dyn FnMut(Batch)>;

/// Takes what the firmware prints: the name of a port, and the bytes.
pub type ConsoleSink = Box<dyn FnMut(&str, &[u8])>;

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

    /// With the registers of the chip, for `monitor reg`.
    #[must_use]
    pub fn with_device(mut self, device: Device) -> Self {
        self.target.device = Some(device);
        self
    }

    /// With a run that ends as these options say: its virtual time, an edge, a text. The debugger is told, and may look at the
    /// board and let it run on. What a debugger decides itself is not taken from them.
    #[must_use]
    pub fn with_options(mut self, options: RunOptions) -> Self {
        self.target.options = options;
        self
    }

    /// With accesses to registers handed over. There is one course of events then: such a board does not go back in time.
    #[must_use]
    pub fn with_trace(mut self, sink: TraceSink) -> Self {
        self.target.trace = Some(sink);
        self
    }

    /// With what the firmware prints handed over while it runs.
    #[must_use]
    pub fn with_console(mut self, sink: ConsoleSink) -> Self {
        self.target.console = Some(sink);
        self
    }

    /// The board.
    pub fn board(&self) -> &Board {
        self.target.board()
    }

    /// Gives the board back.
    pub fn into_board(self) -> Board {
        self.target.into_board()
    }

    /// Lets the run go on to its end without a debugger, as if there had been none, and gives the board back.
    pub fn finish(mut self) -> Board {
        self.target.run_out();
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
        self.target.remove_all_points();
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
    /// The last packet was `vKill`, to which the engine gives no answer.
    kill_unanswered: bool,
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
            kill_unanswered: false,
        }
    }

    /// Runs the engine until the session ends or it fails.
    fn run(&mut self, target: &mut Target) -> Result<Ended, Failure<C::Error>> {
        let Self {
            link,
            framer,
            supported,
            no_ack,
            kill_unanswered,
        } = self;
        let mut machine = start(link, target, [supported.as_ref(), no_ack.as_ref()])?;
        loop {
            machine = match machine {
                GdbStubStateMachine::Idle(mut gdb) => {
                    let link = gdb.borrow_conn();
                    let byte = link.read().map_err(Failure::Connection)?;
                    match framer.push(byte) {
                        Some(Frame::Packet(bytes)) => {
                            *kill_unanswered = bytes.starts_with(b"$vKill");
                            let machine = pump(gdb.into(), target, &bytes)?;
                            // What the engine fails at is not told it again.
                            remember(&bytes, supported, no_ack);
                            machine
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
                        Some(reason) => {
                            let text = target.take_messages();
                            show(gdb.borrow_conn(), &text).map_err(Failure::Connection)?;
                            gdb.report_stop(target, reason).map_err(failure)?
                        }
                        None => gdb.into(),
                    }
                }
                GdbStubStateMachine::CtrlCInterrupt(gdb) => {
                    let reason = SingleThreadStopReason::Signal(Signal::SIGINT);
                    gdb.interrupt_handled(target, Some(reason))
                        .map_err(failure)?
                }
                GdbStubStateMachine::Disconnected(mut gdb) => {
                    let reason = gdb.get_reason();
                    if *kill_unanswered {
                        answer_kill(gdb.borrow_conn(), no_ack.is_some())
                            .map_err(Failure::Connection)?;
                    }
                    return Ok(ended(reason));
                }
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

/// Answers `vKill`: unlike `k` it is answered.
fn answer_kill<C: ConnectionExt>(link: &mut Link<C>, no_ack: bool) -> Result<(), C::Error> {
    let acknowledgement: &[u8] = if no_ack { b"" } else { b"+" };
    link.replace(&[acknowledgement, &packet(b"OK")].concat())
}

/// Shows a text on the debugger's console: `O` packets, which may come as long as the board is said to run.
fn show<C: ConnectionExt>(link: &mut Link<C>, text: &str) -> Result<(), C::Error> {
    /// Bytes in a packet, of which each takes two digits.
    const PART: usize = PACKET_SIZE / 4;
    for part in text.as_bytes().chunks(PART) {
        let digits = part.iter().map(|byte| format!("{byte:02x}"));
        let body: String = std::iter::once("O".to_owned()).chain(digits).collect();
        link.replace(&packet(body.as_bytes()))?;
    }
    Ok(())
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
