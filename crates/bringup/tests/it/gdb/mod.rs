//! Debuggers: the real gdb from Debian with scripts, and what else may come over the wire.

mod robust;
mod same;
mod sessions;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use regex::Regex;

use crate::firmware;
use crate::support::tool;

/// The debugger.
const GDB: &str = "gdb-multiarch";

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whether gdb is there; says so if not.
fn has_gdb() -> bool {
    let there = Command::new(GDB)
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok();
    if !there {
        eprintln!("skipped: `{GDB}` is not installed, so that no session with it is tried");
    }
    there
}

/// A program of `firmware/` in its debug build.
fn elf(name: &str) -> PathBuf {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| firmware::build("debug"));
    BUILT.join(name)
}

/// The tool, serving.
struct Served {
    child: Child,
    address: String,
    said: Arc<Mutex<String>>,
}

impl Served {
    /// Starts `debug`, or `run --gdb`, on a port that is free.
    fn start(args: &[&str], elf: &Path) -> Self {
        let (command, rest) = args.split_first().expect("a command");
        let option = if *command == "run" {
            "--gdb"
        } else {
            "--listen"
        };
        let mut child = tool()
            .arg(command)
            .arg(elf)
            .args(["--board", "nucleo-l031k6", option, "127.0.0.1:0"])
            .args(rest)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut heard = heard.lock().unwrap();
                heard.push_str(&line);
                heard.push('\n');
            }
        });
        let mut served = Self {
            child,
            address: String::new(),
            said,
        };
        let line = served.hears("waiting for gdb on ");
        let (_, address) = line.rsplit_once(' ').unwrap();
        address.clone_into(&mut served.address);
        served
    }

    /// Waits until the server has said something; the line it is in.
    fn hears(&self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let said = self.said.lock().unwrap().clone();
            if let Some(line) = said.lines().find(|line| line.contains(text)) {
                return line.to_owned();
            }
            assert!(Instant::now() < end, "`{text}` was not said:\n{said}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What gdb shows of a session: each command, and what comes of it.
    fn gdb(&self, elf: &Path, commands: &[&str]) -> String {
        let (transcript, _) = run(self.gdb_command(elf, commands));
        transcript
    }

    fn gdb_command(&self, elf: &Path, commands: &[&str]) -> Command {
        let mut gdb = Command::new(GDB);
        gdb.args(["-nx", "-batch"]).current_dir(firmware::folder());
        for setting in [
            "pagination off",
            "confirm off",
            "style enabled off",
            "debuginfod enabled off",
            "width 0",
        ] {
            gdb.args(["-iex", &format!("set {setting}")]);
        }
        gdb.arg(elf);
        gdb.args(["-ex", &format!("target remote {}", self.address)]);
        for command in commands {
            gdb.args(["-ex", &format!("echo (gdb) {command}\\n"), "-ex", command]);
        }
        gdb
    }

    /// Waits for the end; exit code and standard output.
    fn end(mut self) -> (Option<i32>, String) {
        let mut stdout = String::new();
        let mut pipe = self.child.stdout.take().unwrap();
        pipe.read_to_string(&mut stdout).unwrap();
        let status = self.child.wait().unwrap();
        (status.code(), stdout)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs gdb; what it showed, normalised, and its exit code.
fn run(mut gdb: Command) -> (String, Option<i32>) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    gdb.stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = gdb.stdin(Stdio::null()).spawn().unwrap();
    // The command holds the ends of the pipe that are written to.
    drop(gdb);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    let code = child.wait().unwrap().code();
    (normalised(&text), code)
}

/// Leaves out what differs with the compiler, the machine and the moment: addresses of code, hashes of symbols, where the standard
/// library and other crates are, ports, what is loaded how fast.
fn normalised(text: &str) -> String {
    let patterns = [
        (r"\b0x0*8[0-9a-f]{6}\b", "0x8……"),
        (r"\bh[0-9a-f]{16}\b", "h…"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:…"),
        (r"/\S*/(library/\S*?):\d+", "$1:…"),
        (r"/\S*/registry/src/[^/]+/(\S*?):\d+", "$1:…"),
    ];
    let patterns = patterns.map(|(from, to)| (Regex::new(from).unwrap(), to));
    let kept = text
        .lines()
        .skip_while(|line| !line.starts_with("(gdb) "))
        .filter(|line| {
            !["Transfer rate", "Loading section", "Start address"]
                .iter()
                .any(|start| line.starts_with(start))
        });
    let mut out = String::new();
    for line in kept {
        let replaced = patterns.iter().fold(line.to_owned(), |line, (from, to)| {
            from.replace_all(&line, *to).into_owned()
        });
        out.push_str(replaced.trim_end());
        out.push('\n');
    }
    out
}
