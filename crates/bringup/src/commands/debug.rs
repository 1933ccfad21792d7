//! `bringup debug`: firmware on the virtual board, under gdb.

use std::net::{SocketAddr, TcpListener};

use bringup_debug::{Ended, Server};

use crate::error::Error;
use crate::exit::Exit;
use crate::firmware::FirmwareArgs;
use crate::ui::{self, STRONG, paint};

/// Run firmware on the virtual board under gdb
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    firmware: FirmwareArgs,

    /// Address to listen on; whoever can connect controls the virtual board
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3333")]
    listen: SocketAddr,

    /// End after the first client has gone
    #[arg(long)]
    once: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let board = args.firmware.board()?;
    let listen = |source| Error::Listen {
        address: args.listen,
        source,
    };
    let listener = TcpListener::bind(args.listen).map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    ui::note(format_args!(
        "waiting for gdb on {}",
        paint(STRONG, address)
    ));
    ui::note(format_args!(
        "  gdb-multiarch {} -ex 'target remote {address}'",
        args.firmware.elf.display()
    ));
    let mut server = Server::new(board);
    loop {
        let (stream, peer) = listener.accept().map_err(listen)?;
        ui::note(format_args!("{peer} is connected"));
        match server.serve(stream) {
            Ok(ended) => ui::note(format_args!("{peer} {}", word(ended))),
            Err(error) => ui::warn(format_args!("{peer}: {error}")),
        }
        if args.once {
            return Ok(Exit::Fine);
        }
    }
}

fn word(ended: Ended) -> String {
    match ended {
        Ended::Detached => "has detached".into(),
        Ended::Killed => "has killed the program".into(),
        Ended::Exited(code) => format!("saw the program exit with code {code}"),
    }
}
