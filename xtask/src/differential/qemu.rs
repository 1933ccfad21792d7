//! `qemu-system-arm`, machine `microbit` with its Cortex-M0, through its gdb server.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::case::{Case, RAM, SIZE};
use super::gdb::{Gdb, hex};
use super::install;
use super::oracle::{Oracle, Special, State};

/// Bytes that one packet writes or reads: a packet has at most 4096 characters.
const CHUNK: usize = 1536;
/// Numbers of MSP, PSP, PRIMASK and CONTROL in its description of the target.
const SPECIAL: [u32; 4] = [26, 27, 28, 29];

/// The process and the connection to it.
#[derive(Debug)]
pub(super) struct Qemu {
    name: String,
    child: Child,
    gdb: Gdb,
}

impl Qemu {
    /// Starts QEMU, halted.
    pub(super) fn start() -> Result<Self, String> {
        let version = install::qemu()?;
        // A port that is free now is taken by nobody in the next instant, in all likelihood.
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let mut child = Command::new(install::QEMU)
            .args(["-M", "microbit", "-nodefaults", "-display", "none", "-S"])
            .args(["-gdb", &format!("tcp:127.0.0.1:{port}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("`{}` cannot be started: {error}", install::QEMU))?;
        let connected = connect(port);
        if connected.is_err() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let mut qemu = Self {
            name: version,
            child,
            gdb: connected?,
        };
        // What reading special registers needs; the text itself is of no interest.
        qemu.gdb
            .ask("qSupported:xmlRegisters=arm")
            .and_then(|_| qemu.gdb.ask("qXfer:features:read:target.xml:0,fff"))?;
        // Single steps with interrupts.
        qemu.gdb.expect("Qqemu.sstep=1", "OK")?;
        Ok(qemu)
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), String> {
        let mut address = address;
        for chunk in bytes.chunks(CHUNK) {
            let text = hex(chunk.iter().copied());
            let packet = format!("M{address:x},{:x}:{text}", chunk.len());
            self.gdb.expect(&packet, "OK")?;
            address += chunk.len() as u32;
        }
        Ok(())
    }
}

/// Connects as soon as QEMU listens.
fn connect(port: u16) -> Result<Gdb, String> {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        match Gdb::connect(port) {
            Ok(gdb) => return Ok(gdb),
            Err(error) if Instant::now() > end => {
                return Err(format!("QEMU does not take a connection: {error}"));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Oracle for Qemu {
    fn name(&self) -> &str {
        &self.name
    }

    fn takes_exceptions(&self) -> bool {
        true
    }

    fn begin(&mut self, case: &Case) -> Result<(), String> {
        self.write(0, &case.flash)?;
        self.write(RAM, &case.ram)?;
        let reset = format!("qRcmd,{}", hex("system_reset".bytes()));
        self.gdb.expect(&reset, "OK")?;
        let words = case.registers.into_iter().chain([case.flags | 1 << 24]);
        let text = hex(words.flat_map(u32::to_le_bytes));
        self.gdb.expect(&format!("G{text}"), "OK")
    }

    fn step(&mut self, steps: u32) -> Result<State, String> {
        for _ in 0..steps {
            let stopped = self.gdb.ask("s")?;
            if !stopped.starts_with("T05") {
                return Err(format!("QEMU answers `{stopped}` to a step"));
            }
        }
        let values = self.gdb.words("g")?;
        let [registers @ .., xpsr] = values.as_slice() else {
            return Err("QEMU has no registers".into());
        };
        let registers = registers
            .try_into()
            .map_err(|_| format!("QEMU has {} registers", values.len()))?;
        Ok(State {
            registers,
            xpsr: *xpsr,
            refused: None,
        })
    }

    fn special(&mut self) -> Result<Special, String> {
        let mut special = Special::default();
        for (number, value) in SPECIAL.iter().zip(&mut special.0) {
            let words = self.gdb.words(&format!("p{number:x}"))?;
            *value = *words.first().ok_or("QEMU has no special registers")?;
        }
        Ok(special)
    }

    fn ram(&mut self) -> Result<Vec<u8>, String> {
        let mut ram = Vec::new();
        while ram.len() < SIZE as usize {
            let length = CHUNK.min(SIZE as usize - ram.len());
            let address = RAM + ram.len() as u32;
            let bytes = self.gdb.bytes(&format!("m{address:x},{length:x}"))?;
            if bytes.len() != length {
                return Err(format!("QEMU reads {} bytes of RAM", bytes.len()));
            }
            ram.extend(bytes);
        }
        Ok(ram)
    }
}
