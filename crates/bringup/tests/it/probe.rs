//! The virtual probe as its users have it: the real OpenOCD and the real gdb flash and debug the virtual board. Without them
//! the tests say so and try the rest.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use insta::assert_snapshot;
use regex::Regex;

use crate::firmware::vendor_file;
use crate::support::{cache, finish, run_in, scratch, tool};

/// A program that serves; it ends with the test.
struct Served {
    child: Child,
    port: u16,
    said: Arc<Mutex<String>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// Serves a board on a port that is free.
    fn start<S: AsRef<OsStr>>(dir: &Path, args: impl IntoIterator<Item = S>) -> Self {
        let mut child = tool()
            .current_dir(dir)
            .args(["probe", "--serve", "--stlink", "0"])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = Arc::new(Mutex::new(String::new()));
        let mut port = None;
        while port.is_none() {
            let Some(line) = lines.next() else {
                panic!("it does not serve: {}", said.lock().unwrap());
            };
            let line = line.unwrap();
            let address = line
                .strip_prefix("ST-LINK of ")
                .and_then(|rest| rest.rsplit_once(':'));
            port = address.map(|(_, port)| port.parse().unwrap());
            said.lock().unwrap().extend([&line, "\n"]);
        }
        let rest = Arc::clone(&said);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                rest.lock().unwrap().extend([&line, "\n"]);
            }
        });
        Self {
            child,
            port: port.unwrap(),
            said,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        stream
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until something was said.
    fn wait_for(&self, text: &str) {
        for _ in 0..6000 {
            if self.said().contains(text) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it never says `{text}`: {}", self.said());
    }

    /// Waits until it ends by itself.
    fn end(mut self) -> (Option<i32>, String) {
        let mut waits = 0..6_000;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(waits.next().is_some(), "it does not end: {}", self.said());
            thread::sleep(Duration::from_millis(10));
        };
        // What was said last may be on its way.
        for _ in 0..100 {
            if Arc::strong_count(&self.said) == 1 {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        (code, self.said())
    }
}

/// Sends a request to the server of ST-LINKs.
fn ask(stream: &mut TcpStream, request: &[u8], length: usize) -> Vec<u8> {
    stream.write_all(request).unwrap();
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).unwrap();
    answer
}

/// Reads 4 bytes of memory, as an ST-LINK.
fn read_word(stream: &mut TcpStream, address: u32) -> u32 {
    let mut request = vec![0x05, 0, 0, 0, 1, 0, 0, 0, 0xF2, 0x36];
    request.extend(address.to_le_bytes());
    request.resize(24, 0);
    request.extend([1, 0, 0, 0, 8, 0, 0, 0]);
    let answer = ask(stream, &request, 12);
    assert_eq!(answer[4], 0x80, "{answer:?}");
    u32::from_le_bytes(answer[8..].try_into().unwrap())
}

/// Opens the ST-LINK and takes the port into use.
fn open(stream: &mut TcpStream) {
    assert_eq!(ask(stream, &[0x06, 1, 0, 0], 16)[0], 3);
    assert_eq!(ask(stream, &[0x03, 0, 0, 0, 1, 0, 0, 0], 8)[0], 1);
    let mut enter = vec![0x05, 0, 0, 0, 1, 0, 0, 0, 0xF2, 0x30, 0xA3];
    enter.resize(24, 0);
    enter.extend([1, 0, 0, 0, 2, 0, 0, 0]);
    assert_eq!(ask(stream, &enter, 6)[4], 0x80);
}

/// Serves until the LED is lit, in step with the clock: at full speed a program is done between two commands of OpenOCD.
const ONE_EDGE: [&str; 2] = ["--until", "PB3"];

const BOARD: [&str; 2] = ["--board", "nucleo-l031k6"];

#[test]
fn no_client_does_harm() {
    let dir = scratch("probe-clients");
    let served = Served::start(&dir, BOARD);
    // Bytes that make no sense end the connection.
    let mut garbage = served.connect();
    garbage.write_all(&[0xFF; 5000]).unwrap();
    let mut rest = Vec::new();
    // What was not read yet makes the end a reset.
    let _ = garbage.read_to_end(&mut rest);
    assert!(rest.is_empty());
    // Half a request, and gone.
    served.connect().write_all(&[0x05, 0, 0]).unwrap();
    served.wait_for("has gone");
    let mut first = served.connect();
    open(&mut first);
    assert_eq!(read_word(&mut first, 0xE000_ED00), 0x410C_C601);
    // A second one is told that the first has the board.
    let mut second = served.connect();
    let info = ask(&mut second, &[0x02, 0, 0, 0, 41, 0, 0, 0], 45);
    assert_eq!(info[44], 1);
    let refused = ask(&mut second, &[0x03, 0, 0, 0, 1, 0, 0, 0], 8);
    assert_eq!(refused[..4], [0x04, 0x20, 0, 0]);
    assert_eq!(read_word(&mut first, 0x4001_5800), 0x2008_6425);
    let before = served.said().matches("has gone").count();
    drop((first, second));
    while served.said().matches("has gone").count() < before + 2 {
        thread::sleep(Duration::from_millis(10));
    }
    let mut third = served.connect();
    open(&mut third);
    assert_eq!(read_word(&mut third, 0x1FF8_007C) & 0xFFFF, 32);
}

#[test]
fn a_port_that_is_taken() {
    let dir = scratch("probe-taken");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = run_in(
        &dir,
        [&["probe", "--serve", "--stlink", &port], &BOARD[..]].concat(),
    );
    assert_eq!(ran.code, Some(2), "{ran}");
    assert_snapshot!(ran.stderr.replace(&port, "PORT"), @r#"
    error: ST-LINK cannot listen on 127.0.0.1:PORT
      because: Address already in use (os error 98)

    hint: another server may have the port: name a free one with `--stlink`, and to the debugger
    "#);
    let ran = run_in(&dir, ["probe", "--board", "nucleo-l031k6"]);
    assert_eq!(ran.code, Some(2), "{ran}");
}

/// What happened on the pins in some seconds of virtual time, while somebody reads all the time or not.
fn pins(dir: &Path, elf: &Path, reads: bool) -> String {
    let vcd = dir.join(format!("{reads}.vcd"));
    let speed = if reads { "20" } else { "max" };
    let args = ["--for", "8s", "--speed", speed, "--vcd"].map(OsStr::new);
    let args = args.into_iter().chain([vcd.as_os_str(), elf.as_os_str()]);
    let served = Served::start(dir, args.chain(BOARD.map(OsStr::new)));
    if reads {
        let mut stream = served.connect();
        open(&mut stream);
        let mut request = vec![0x05, 0, 0, 0, 1, 0, 0, 0, 0xF2, 0x07];
        request.extend(0x2000_0000_u32.to_le_bytes());
        request.extend(256_u16.to_le_bytes());
        request.resize(24, 0);
        request.extend([1, 0, 0, 0, 0, 1, 0, 0]);
        // Until it is over.
        let mut answer = [0; 260];
        while stream.write_all(&request).is_ok() && stream.read_exact(&mut answer).is_ok() {}
    }
    let (code, said) = served.end();
    assert_eq!(code, Some(0), "{said}");
    fs::read_to_string(vcd).unwrap()
}

#[test]
fn reading_a_running_board_changes_nothing() {
    let dir = scratch("probe-reads");
    let elf = &l031().elf;
    let alone = pins(&dir, elf, false);
    assert!(alone.lines().count() > 20, "{alone}");
    assert_eq!(alone, pins(&dir, elf, true));
}

/// Whether Debian's debuggers are here.
fn debuggers() -> bool {
    let there = ["openocd", "gdb-multiarch"].map(|tool| {
        let ran = Command::new(tool).arg("--version").output();
        let there = ran.is_ok_and(|output| output.status.success());
        if !there {
            eprintln!("{tool} is not there: the virtual board is not debugged with it");
        }
        there
    });
    there == [true, true]
}

/// A project of `bringup new`, built.
struct Project {
    dir: PathBuf,
    elf: PathBuf,
}

impl Project {
    fn new(name: &str, args: &[&str]) -> Self {
        let dir = scratch(name);
        let made = run_in(&dir, [&["new", "blinky"], args].concat());
        assert_eq!(made.code, Some(0), "{made}");
        let dir = dir.join("blinky");
        let target = dir.join("target");
        let built = finish(
            Command::new("cargo")
                .current_dir(&dir)
                .args(["build", "--release"])
                .env("BRINGUP_CACHE_DIR", cache())
                .env_remove("CARGO_MANIFEST_DIR"),
        );
        assert_eq!(built.code, Some(0), "{built}");
        let elf = target.join("thumbv6m-none-eabi/release/blinky");
        Self { dir, elf }
    }

    /// OpenOCD with the project's file and the lines that name the virtual probe.
    fn openocd(&self, lines: &[String]) -> Command {
        let mut openocd = Command::new("openocd");
        openocd.current_dir(&self.dir).args(["-f", "openocd.cfg"]);
        for line in lines
            .iter()
            .map(String::as_str)
            .chain(["tcl_port disabled", "telnet_port disabled"])
        {
            openocd.args(["-c", line]);
        }
        openocd
    }

    /// Flashes, verifies and starts the program, until the LED is lit.
    fn program(&self, served: &[&OsStr], backend: impl Fn(u16) -> Vec<String>) -> (String, String) {
        let args = served
            .iter()
            .copied()
            .chain(ONE_EDGE.map(OsStr::new))
            .chain([OsStr::new("--once")]);
        let served = Served::start(&self.dir, args);
        let elf = self.elf.display();
        let ran = finish(
            self.openocd(&backend(served.port))
                .args(["-c", "gdb_port disabled"])
                .args(["-c", &format!("program {elf} verify reset exit")]),
        );
        assert_eq!(ran.code, Some(0), "{ran}");
        let (code, said) = served.end();
        assert_eq!(code, Some(0), "{said}");
        (normal(&ran.stderr), said)
    }

    /// Debugs the program with the project's own file for gdb, until the LED is lit.
    fn debug(&self, served: &[&OsStr], backend: impl Fn(u16) -> Vec<String>) -> (String, String) {
        let args = served.iter().copied().chain(ONE_EDGE.map(OsStr::new));
        let served = Served::start(&self.dir, args);
        let port = free_port();
        let mut openocd = self.openocd(&backend(served.port));
        openocd.args(["-c", &format!("gdb_port {port}")]);
        let mut openocd = openocd
            .stderr(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(openocd.stderr.take().unwrap()).lines();
        let listens = lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line.contains("for gdb connections"));
        assert!(listens);
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let commands = fs::read_to_string(self.dir.join("openocd.gdb")).unwrap();
        assert!(commands.contains(":3333"));
        let commands = commands.replace(":3333", &format!(":{port}"));
        // OpenOCD compares with a program in RAM that it does not restore, so that is done before the firmware runs.
        let commands = commands.replace("\ncontinue", "\ncompare-sections\ncontinue");
        fs::write(self.dir.join("session.gdb"), commands).unwrap();
        let mut gdb = Command::new("gdb-multiarch");
        gdb.current_dir(&self.dir)
            .args(["-nx", "-q", "-batch", "-x", "session.gdb"]);
        // Three of the breakpoints of the project's file are left in `main`.
        for command in [
            "hbreak *($pc + 4)",
            "hbreak *($pc + 8)",
            "continue",
            "delete",
            "continue",
        ] {
            gdb.args(["-ex", command]);
        }
        gdb.arg(&self.elf);
        let gdb = thread::spawn(move || finish(&mut gdb));
        let (code, said) = served.end();
        // Now that its probe is gone, OpenOCD would look for it for ever, and gdb wait.
        let _ = openocd.kill();
        let _ = openocd.wait();
        let ran = gdb.join().unwrap();
        assert_eq!(code, Some(0), "{ran}{said}");
        let gdb = normal(&format!("{}{}", ran.stdout, ran.stderr));
        (gdb, said)
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What differs from run to run, or from compiler to compiler, is cut off.
fn normal(text: &str) -> String {
    let mut text = text.replace('\r', "");
    for (from, to) in [
        (
            r"(?m)^.*(Unable to match requested speed|Transfer rate|http:|Licensed|For bug reports|On-Chip Debugger).*\n",
            "",
        ),
        (r"0x[0-9a-f]{4,8}", "0x…"),
        (r"(size|lma) 0x[0-9a-f]+", "$1 0x…"),
        (r"load size [0-9]+", "load size …"),
        (r": file [^\n]+, line [0-9]+", ": file …"),
        // Whether OpenOCD looks at the core before it halts it is a matter of time.
        (r"(?m)^.*(clearing lockup|Polling target).*\n", ""),
        (r"(?m)^[0-9]+\.[0-9]+ .*\n", ""),
    ] {
        text = Regex::new(from)
            .unwrap()
            .replace_all(&text, to)
            .into_owned();
    }
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        // Said again when the core is looked at again.
        if !line.starts_with("Info : [") || !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// The project for the L031, built once for all tests.
fn l031() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| Project::new("probe-l031", &["--chip", "STM32L031K6"]))
}

fn hla(port: u16) -> Vec<String> {
    vec![format!("hla_stlink_backend tcp {port}")]
}

#[test]
fn openocd_and_gdb_on_the_l031() {
    if !debuggers() {
        return;
    }
    let project = l031();
    let (openocd, said) = project.program(&[], hla);
    assert_snapshot!(openocd, @r#"
    Info : The selected transport took over low-level target control. The results might differ compared to plain JTAG/SWD
    Info : clock speed 300 kHz
    Info : connected to stlink-server
    Info : stlink-server API v3, version 2.1.1
    Info : STLINK V2J40M27 (API v2) VID:PID 0483:374B
    Info : Target voltage: 3.300000
    Info : [stm32l0.cpu] Cortex-M0+ r0p1 processor detected
    Info : [stm32l0.cpu] target has 4 breakpoints, 2 watchpoints
    Info : gdb port disabled
    [stm32l0.cpu] halted due to debug-request, current mode: Thread 
    xPSR: 00000000 pc: 00000000 msp: 00000000
    STM32L0: Enabling HSI16
    ** Programming Started **
    Info : Device: STM32L0xx (Cat. 2)
    Info : STM32L flash size is 32kb, base address is 0x…
    ** Programming Finished **
    ** Verify Started **
    ** Verified OK **
    ** Resetting Target **
    shutdown command invoked
    "#);
    assert!(said.contains("LD3 (PB3) high"), "{said}");
    let (gdb, said) = project.debug(&[], hla);
    assert_snapshot!(gdb, @r#"
    0x… in ?? ()
    Breakpoint 1 at 0x…: file ….
    Note: automatically using hardware breakpoints for read-only addresses.
    Breakpoint 2 at 0x…: file ….
    Breakpoint 3 at 0x…: file ….
    Temporary breakpoint 4 at 0x…: file ….
    Loading section .vector_table, size 0x… lma 0x…
    Loading section .text, size 0x… lma 0x…
    Start address 0x…, load size …
    Section .vector_table, range 0x… -- 0x…: matched.
    Section .text, range 0x… -- 0x…: matched.

    Temporary breakpoint 4, blinky::__cortex_m_rt_main_trampoline () at src/main.rs:17
    17	#[entry]
    Hardware assisted breakpoint 5 at 0x…: file ….
    Hardware assisted breakpoint 6 at 0x…: file ….
    [stm32l0.cpu] halted due to debug-request, current mode: Thread 
    xPSR: 0x… pc: 0x… msp: 0x…
    Warning:
    Cannot insert hardware breakpoint 1.
    Could not insert hardware breakpoints:
    You may have requested too many hardware breakpoints/watchpoints.

    Command aborted.
    Remote connection closed
    "#);
    assert!(said.contains("LD3 (PB3) high"), "{said}");
}

#[test]
fn openocd_and_gdb_through_the_newer_driver() {
    if !debuggers() {
        return;
    }
    let project = l031();
    let cfg = fs::read_to_string(project.dir.join("openocd.cfg")).unwrap();
    let dap = cfg
        .replace("interface/stlink.cfg", "interface/stlink-dap.cfg")
        .replace("hla_swd", "dapdirect_swd");
    assert_ne!(cfg, dap);
    let project = Project {
        dir: scratch("probe-dap"),
        elf: project.elf.clone(),
    };
    fs::write(project.dir.join("openocd.cfg"), dap).unwrap();
    fs::copy(
        l031().dir.join("openocd.gdb"),
        project.dir.join("openocd.gdb"),
    )
    .unwrap();
    let backend = |port| vec![format!("st-link backend tcp {port}")];
    let (openocd, _) = project.program(&BOARD.map(OsStr::new), backend);
    assert_snapshot!(openocd, @r#"
    Info : connected to stlink-server
    Info : stlink-server API v3, version 2.1.1
    Info : STLINK V2J40M27 (API v2) VID:PID 0483:374B
    Info : Target voltage: 3.300000
    Info : clock speed 240 kHz
    Info : stlink_dap_op_connect(connect)
    Info : SWD DPIDR 0x…
    Info : [stm32l0.cpu] Cortex-M0+ r0p1 processor detected
    Info : [stm32l0.cpu] target has 4 breakpoints, 2 watchpoints
    Info : gdb port disabled
    [stm32l0.cpu] halted due to debug-request, current mode: Thread 
    xPSR: 00000000 pc: 00000000 msp: 00000000
    STM32L0: Enabling HSI16
    ** Programming Started **
    Info : Device: STM32L0xx (Cat. 2)
    Info : STM32L flash size is 32kb, base address is 0x…
    ** Programming Finished **
    ** Verify Started **
    ** Verified OK **
    ** Resetting Target **
    shutdown command invoked
    "#);
    let (gdb, _) = project.debug(&BOARD.map(OsStr::new), backend);
    assert_snapshot!(gdb, @r#"
    0x… in ?? ()
    Breakpoint 1 at 0x…: file ….
    Note: automatically using hardware breakpoints for read-only addresses.
    Breakpoint 2 at 0x…: file ….
    Breakpoint 3 at 0x…: file ….
    Temporary breakpoint 4 at 0x…: file ….
    Loading section .vector_table, size 0x… lma 0x…
    Loading section .text, size 0x… lma 0x…
    Start address 0x…, load size …
    Section .vector_table, range 0x… -- 0x…: matched.
    Section .text, range 0x… -- 0x…: matched.

    Temporary breakpoint 4, blinky::__cortex_m_rt_main_trampoline () at src/main.rs:17
    17	#[entry]
    Hardware assisted breakpoint 5 at 0x…: file ….
    Hardware assisted breakpoint 6 at 0x…: file ….
    [stm32l0.cpu] halted due to debug-request, current mode: Thread 
    xPSR: 0x… pc: 0x… msp: 0x…
    Warning:
    Cannot insert hardware breakpoint 1.
    Could not insert hardware breakpoints:
    You may have requested too many hardware breakpoints/watchpoints.

    Command aborted.
    Remote connection closed
    "#);
}

#[test]
fn openocd_and_gdb_on_the_f042() {
    let Some(svd) = vendor_file("STMicro-2026/STM32F0x2.svd") else {
        return;
    };
    if !debuggers() {
        return;
    }
    let chip = ["--chip", "STM32F042K6", "--svd", svd.to_str().unwrap()];
    let project = Project::new("probe-f042", &chip);
    let served = [OsStr::new("--svd"), svd.as_os_str()];
    let (openocd, said) = project.program(&served, hla);
    assert_snapshot!(openocd, @r#"
    Info : The selected transport took over low-level target control. The results might differ compared to plain JTAG/SWD
    Info : clock speed 1000 kHz
    Info : connected to stlink-server
    Info : stlink-server API v3, version 2.1.1
    Info : STLINK V2J40M27 (API v2) VID:PID 0483:374B
    Info : Target voltage: 3.300000
    Info : [stm32f0x.cpu] Cortex-M0 r0p0 processor detected
    Info : [stm32f0x.cpu] target has 4 breakpoints, 2 watchpoints
    Info : gdb port disabled
    [stm32f0x.cpu] halted due to debug-request, current mode: Thread 
    xPSR: 0x… pc: 0x… msp: 0x…
    ** Programming Started **
    Info : device id = 0x…
    Info : flash size = 32 KiB
    Warn : Adding extra erase range, 0x… .. 0x…
    ** Programming Finished **
    ** Verify Started **
    ** Verified OK **
    ** Resetting Target **
    shutdown command invoked
    "#);
    assert!(said.contains("LD3 (PB3) high"), "{said}");
    let (gdb, _) = project.debug(&served, hla);
    assert_snapshot!(gdb, @r#"
    <signal handler called>
    Breakpoint 1 at 0x…: file ….
    Note: automatically using hardware breakpoints for read-only addresses.
    Breakpoint 2 at 0x…: file ….
    Breakpoint 3 at 0x…: file ….
    Temporary breakpoint 4 at 0x…: file ….
    Loading section .vector_table, size 0x… lma 0x…
    Loading section .text, size 0x… lma 0x…
    Start address 0x…, load size …
    Section .vector_table, range 0x… -- 0x…: matched.
    Section .text, range 0x… -- 0x…: matched.

    Temporary breakpoint 4, blinky::__cortex_m_rt_main_trampoline () at src/main.rs:17
    17	#[entry]
    Hardware assisted breakpoint 5 at 0x…: file ….
    Hardware assisted breakpoint 6 at 0x…: file ….
    [stm32f0x.cpu] halted due to debug-request, current mode: Thread 
    xPSR: 0x… pc: 0x… msp: 0x…
    Warning:
    Cannot insert hardware breakpoint 1.
    Could not insert hardware breakpoints:
    You may have requested too many hardware breakpoints/watchpoints.

    Command aborted.
    Remote connection closed
    "#);
}

#[test]
fn flash_reaches_the_virtual_board() {
    if !debuggers() {
        return;
    }
    let project = l031();
    let served = Served::start(&project.dir, ONE_EDGE.iter().chain(&["--once"]));
    let port = format!("--virtual={}", served.port);
    let elf = project.elf.as_os_str();
    let ran = run_in(&project.dir, [OsStr::new("flash"), elf, OsStr::new(&port)]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let (code, said) = served.end();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_debugger_that_is_killed_leaves_the_server_serving() {
    if !debuggers() {
        return;
    }
    let project = l031();
    let served = Served::start(&project.dir, [&project.elf]);
    let mut openocd = project.openocd(&hla(served.port));
    openocd.args(["-c", "gdb_port disabled", "-c", "init", "-c", "halt"]);
    openocd.stdin(Stdio::null()).stderr(Stdio::null());
    let mut openocd = openocd.spawn().unwrap();
    served.wait_for("is connected");
    openocd.kill().unwrap();
    openocd.wait().unwrap();
    served.wait_for("has gone");
    let mut next = served.connect();
    open(&mut next);
    assert_eq!(read_word(&mut next, 0xE000_ED00), 0x410C_C601);
}
