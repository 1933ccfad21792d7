//! `bringup probe`: the virtual board behind a virtual debug probe.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use bringup_board::{Board, RunOptions};
use bringup_debug::blackmagic::BlackMagic;
use bringup_debug::dap::Dap;
use bringup_debug::stlink::StLink;

use crate::commands::run::{exit_of, wait_for};
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::firmware::BoardArgs;
use crate::serve::{self, FrontEnd, Limits, Listener, Speed};
use crate::ui::{self, STRONG, paint};

/// Serve the virtual board to OpenOCD and other programs that know debug probes
///
/// The board runs as one on the desk does: from the start, with or without a debugger, in step with the clock of the host.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The firmware that is in the flash, an ELF file; without one the flash is erased
    elf: Option<PathBuf>,

    #[command(flatten)]
    board: BoardArgs,

    /// Serve a debug probe
    #[arg(long, required = true)]
    serve: bool,

    /// Port of an ST-LINK, as OpenOCD's `hla_stlink_backend tcp` and `st-link backend tcp` name it; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 7184)]
    stlink: u16,

    /// Port of a Black Magic Probe as well, for probe-rs; 0 for any that is free
    #[arg(long, value_name = "PORT")]
    blackmagic: Option<u16>,

    /// Address to listen on; whoever can connect controls the virtual board
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,

    /// Seconds of virtual time in a second, such as 1 or 0.1, or max
    #[arg(long, value_name = "SPEED", default_value = "1")]
    speed: Speed,

    /// End after this virtual time, for example 10s
    #[arg(long = "for", value_name = "TIME", value_parser = humantime::parse_duration)]
    limit: Option<Duration>,

    /// End with the next edge of this pin, for example PB3, or as soon as this text is printed
    #[arg(long, value_name = "PIN|TEXT")]
    until: Option<String>,

    /// End when the first client has gone, and with `--for` and `--until` not before
    #[arg(long)]
    once: bool,

    /// Write what happened on the pins to a value change dump, for GTKWave, when serving ends
    #[arg(long, value_name = "FILE")]
    vcd: Option<PathBuf>,
}

/// What OpenOCD reaches over TCP.
const ST_LINK: FrontEnd = FrontEnd {
    name: "ST-LINK",
    option: "--stlink",
    session: |in_use| Box::new(StLink::new(in_use)),
};

/// What probe-rs reaches over TCP.
const BLACK_MAGIC: FrontEnd = FrontEnd {
    name: "Black Magic Probe",
    option: "--blackmagic",
    session: |in_use| Box::new(BlackMagic::new(in_use)),
};

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let mut board = args.board.load(args.elf.as_deref())?;
    // Channels of Real Time Transfer are the debugger's.
    board.listen_to_rtt(false);
    let mut options = RunOptions {
        deadline: args.limit,
        ..RunOptions::default()
    };
    wait_for(args.until.as_deref(), &board, &mut options);
    let mut listeners = vec![Listener::bind(ST_LINK, args.address, args.stlink)?];
    if let Some(port) = args.blackmagic {
        listeners.push(Listener::bind(BLACK_MAGIC, args.address, port)?);
    }
    announce(&board, &listeners);
    let mut dap = Dap::new(board);
    dap.set_run_options(options);
    let limits = Limits {
        speed: args.speed,
        limit: args.limit,
        once: args.once,
        waits: args.until.is_some() || args.limit.is_some(),
        keep_edges: args.vcd.is_some(),
    };
    serve::serve(&mut dap, listeners, &limits);
    let board = dap.into_board();
    if let Some(path) = &args.vcd {
        files::write_file(path, &board.vcd())?;
    }
    Ok(exit_of(&board.report()))
}

/// Says what is where, and how to get at it.
fn announce(board: &Board, listeners: &[Listener]) {
    let chip = board.chip();
    for listener in listeners {
        let address = listener.address;
        if !address.ip().is_loopback() {
            ui::warn(format_args!(
                "whoever can reach {address} controls the virtual board"
            ));
        }
        ui::note(format_args!(
            "{} of {} on {}",
            listener.front_end.name,
            chip.name,
            paint(STRONG, address)
        ));
        if let Some(command) = command(board, listener) {
            ui::note(format_args!("  {command}"));
        }
    }
}

/// How a program is started that reaches the board through a front-end.
fn command(board: &Board, listener: &Listener) -> Option<String> {
    let (debug, address) = (&board.chip().debug, listener.address);
    if listener.front_end.name == BLACK_MAGIC.name {
        let chip = debug.probe_rs.as_ref()?;
        return Some(format!(
            "probe-rs info --chip {chip} --protocol swd --probe 1d50:6018:{address}"
        ));
    }
    let (target, port) = (debug.openocd.as_ref()?, address.port());
    Some(format!(
        "openocd -f interface/stlink.cfg -c 'hla_stlink_backend tcp {port}' -f {target}"
    ))
}
