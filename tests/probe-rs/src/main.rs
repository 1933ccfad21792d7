//! What people do with probe-rs, done by its library with the virtual board: attach, flash, verify, reset, halt, breakpoints, steps, Real Time
//! Transfer in both directions, and all of that again after the client has gone.
//!
//! `cargo xtask probe-rs` starts it: with the tool, the firmware `rtt`, and the chips with what the tool needs to know of each.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use probe_rs::flashing::{self, DownloadOptions, ElfLoader, ElfOptions};
use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeSelector, WireProtocol};
use probe_rs::rtt::{self, Rtt};
use probe_rs::{Core, HaltReason, MemoryInterface as _, Permissions, RegisterValue, Session};

/// The host may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the firmware prints before it waits for input, what is sent, and what it prints then.
const GREETING: &str =
    "a text that is longer than the buffer of the channel, so that it has to be emptied\n";
const SENT: &[u8] = b"hello, this is more than fits.";
const ANSWER: &str = "hello, this is more than fits.\n30 bytes\n";

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let (Some(tool), Some(firmware)) = (words.next(), words.next()) else {
        bail!("usage: probe-rs-session TOOL FIRMWARE CHIP[,OPTION…]…");
    };
    for target in words {
        let mut parts = target.split(',');
        let chip = parts.next().unwrap_or_default();
        let options: Vec<&str> = parts.collect();
        let board = Board::serve(&tool, chip, &options)?;
        make_trouble(&board).with_context(|| format!("on {chip}"))?;
        try_all(&board, chip, &firmware).with_context(|| format!("on {chip}"))?;
        println!("{chip}: attached, flashed, verified, halted, stepped, and spoken to");
    }
    Ok(())
}

/// The tool that serves the virtual board, until this is dropped.
struct Board {
    child: Child,
    /// Where its Black Magic Probe listens.
    address: String,
}

impl Board {
    fn serve(tool: &str, chip: &str, options: &[&str]) -> Result<Self> {
        let mut command = Command::new(tool);
        command
            .args(["probe", "--serve", "--chip", chip, "--stlink", "0"])
            // probe-rs gives the flash little time; a busy host would need more.
            .args(["--blackmagic", "0", "--speed", "20"])
            .args(options)
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("`{tool}` cannot be started"))?;
        let stderr = child.stderr.take().context("it has an error output")?;
        let mut lines = BufReader::new(stderr).lines();
        while let Some(line) = lines.next() {
            let line = line?;
            if let Some((_, address)) = line
                .strip_prefix("Black Magic Probe of")
                .and_then(|rest| rest.split_once(" on "))
            {
                let address = address.to_owned();
                // It goes on talking, and must not have to wait for somebody who listens.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self { child, address });
            }
            eprintln!("{line}");
        }
        bail!("`{tool}` serves no Black Magic Probe");
    }

    fn attach(&self, chip: &str) -> Result<Session> {
        let selector: DebugProbeSelector = format!("1d50:6018:{}", self.address).parse()?;
        let mut probe = Lister::new().open(selector)?;
        probe.select_protocol(WireProtocol::Swd)?;
        // The names of probe-rs end with the package: `x` stands for any.
        Ok(probe.attach(format!("{chip}Tx"), Permissions::new())?)
    }
}

impl Board {
    /// Attaches as soon as the client before is gone.
    fn attach_in_time(&self, chip: &str) -> Result<Session> {
        let start = Instant::now();
        loop {
            match self.attach(chip) {
                Ok(session) => return Ok(session),
                Err(error) if start.elapsed() > PATIENCE => return Err(error),
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Clients that send garbage, go in the middle of a command, or come while another one is there. None of them does harm.
fn make_trouble(board: &Board) -> Result<()> {
    let connect = || -> Result<TcpStream> {
        let stream = TcpStream::connect(&board.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    };
    let garbage: Vec<u8> = (0..100_000_u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    // It may be turned away before it has said everything, as the one before it may not be gone yet.
    let _ = connect()?.write_all(&garbage);
    connect()?.write_all(b"!GA#!Am0000230000520000")?;
    // An answer that nobody reads.
    connect()?.write_all(&b"!HC#".repeat(1000))?;

    let mut first = connect()?;
    let start = Instant::now();
    while ask(&mut first, b"!HC#")? != "&K4#" {
        ensure!(start.elapsed() < PATIENCE, "the probe stays in use");
        first = connect()?;
    }
    let mut second = connect()?;
    ensure!(
        ask(&mut second, b"!HC#")? == "&N0#",
        "a second client is served"
    );
    ensure!(
        ask(&mut first, b"!HC#")? == "&K4#",
        "a second client does harm"
    );
    Ok(())
}

/// The answer to a command.
fn ask(stream: &mut TcpStream, command: &[u8]) -> Result<String> {
    stream.write_all(command)?;
    let mut answer = String::new();
    while !answer.ends_with('#') {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        answer.push(byte[0].into());
    }
    Ok(answer)
}

fn try_all(board: &Board, chip: &str, firmware: &str) -> Result<()> {
    let mut session = board.attach_in_time(chip)?;
    download(&mut session, firmware)?;
    halt_and_step(&mut session.core(0)?)?;
    let file = std::fs::read(firmware)?;
    let block = rtt::find_rtt_control_block_in_raw_file(&file)?;
    let block = block.context("the firmware has a control block")?;
    speak(&mut session.core(0)?, block)?;
    drop(session);

    // The next client finds what the one before has left.
    let mut session = board.attach_in_time(chip)?;
    let mut core = session.core(0)?;
    core.reset()?;
    speak(&mut core, block)
}

/// Flashes and verifies. probe-rs gives a page of the STM32F0 100 ms of the host's time, which a busy one lets pass: then it is done again.
fn download(session: &mut Session, firmware: &str) -> Result<()> {
    let start = Instant::now();
    loop {
        let mut options = DownloadOptions::new();
        options.verify = true;
        let elf = ElfLoader(ElfOptions::default());
        match flashing::download_file_with_options(session, firmware, elf, options) {
            Ok(()) => return Ok(()),
            Err(error) if start.elapsed() > 3 * PATIENCE || !is_timeout(&error) => {
                return Err(error.into());
            }
            Err(_) => {}
        }
    }
}

fn is_timeout(error: &(dyn std::error::Error + 'static)) -> bool {
    let timeout = matches!(error.downcast_ref(), Some(probe_rs::Error::Timeout));
    timeout || error.source().is_some_and(is_timeout)
}

fn pc(core: &mut Core<'_>) -> Result<u64> {
    let register = core.program_counter().id();
    let value: RegisterValue = core.read_core_reg(register)?;
    Ok(value.try_into()?)
}

/// Halts at the first instruction, steps, and stops at a breakpoint; takes no more breakpoints than the chip has.
fn halt_and_step(core: &mut Core<'_>) -> Result<()> {
    let first = core.reset_and_halt(PATIENCE)?.pc;
    let vector = u64::from(core.read_word_32(0x0800_0004)?);
    ensure!(
        first == vector & !1,
        "halted at {first:#x}, not at {vector:#x}"
    );
    let second = core.step()?.pc;
    ensure!(
        second > first,
        "a step from {first:#x} leads to {second:#x}"
    );
    core.set_hw_breakpoint(second)?;
    core.reset_and_halt(PATIENCE)?;
    core.run()?;
    core.wait_for_core_halted(PATIENCE)?;
    let status = core.status()?;
    ensure!(
        pc(core)? == second,
        "stopped at {:#x}: {status:?}",
        pc(core)?
    );
    ensure!(
        matches!(
            status,
            probe_rs::CoreStatus::Halted(HaltReason::Breakpoint(_))
        ),
        "a breakpoint is {status:?}"
    );
    let units = core.available_breakpoint_units()?;
    for unit in 1..u64::from(units) {
        core.set_hw_breakpoint(second + 4 * unit)?;
    }
    ensure!(
        core.set_hw_breakpoint(first).is_err(),
        "{units} units take one more breakpoint"
    );
    core.clear_all_hw_breakpoints()?;
    core.reset()?;
    Ok(())
}

/// Reads what the firmware prints, sends, and reads the answer.
fn speak(core: &mut Core<'_>, block: u64) -> Result<()> {
    let start = Instant::now();
    let mut rtt = loop {
        match Rtt::attach_at(core, block) {
            Ok(rtt) => break rtt,
            Err(error) if start.elapsed() > PATIENCE => return Err(error.into()),
            // The firmware has not set it up yet.
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    expect(core, &mut rtt, GREETING)?;
    let mut rest = SENT;
    while !rest.is_empty() {
        let channel = rtt.down_channel(0).context("there is a channel")?;
        let written = channel.write(core, rest)?;
        rest = rest.get(written..).unwrap_or_default();
        ensure!(start.elapsed() < PATIENCE, "the firmware reads nothing");
    }
    expect(core, &mut rtt, ANSWER)
}

fn expect(core: &mut Core<'_>, rtt: &mut Rtt, expected: &str) -> Result<()> {
    let start = Instant::now();
    let mut text = String::new();
    while text.len() < expected.len() {
        let mut bytes = [0; 64];
        let channel = rtt.up_channel(0).context("there is a channel")?;
        let count = channel.read(core, &mut bytes)?;
        text += &String::from_utf8_lossy(bytes.get(..count).unwrap_or_default());
        ensure!(start.elapsed() < PATIENCE, "read `{text}`, and no more");
    }
    ensure!(text == expected, "read `{text}`, not `{expected}`");
    Ok(())
}
