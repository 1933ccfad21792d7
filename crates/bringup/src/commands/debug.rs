//! `bringup debug`: firmware on the virtual board, under gdb.

use std::net::SocketAddr;

use bringup_debug::Server;

use crate::error::Error;
use crate::exit::Exit;
use crate::firmware::FirmwareArgs;
use crate::gdb::{self, Gate};

/// Run firmware on the virtual board under gdb
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    firmware: FirmwareArgs,

    /// Address to listen on; whoever can connect controls the virtual board
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3333", value_parser = gdb::address)]
    listen: SocketAddr,

    /// End after the first client has gone
    #[arg(long)]
    once: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let (board, device) = args.firmware.board()?;
    let gate = Gate::open(args.listen, &args.firmware.elf)?;
    let mut server = Server::new(board)
        .with_device(device)
        .with_console(gdb::to_stdout());
    loop {
        gate.serve(&mut server)?;
        if args.once {
            return Ok(Exit::Fine);
        }
    }
}
