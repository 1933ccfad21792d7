//! Whatever clients do, the server serves the next one.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{PATIENCE, Served, elf, has_gdb, run};

/// Reads until a text comes, or the end.
fn hear(stream: &mut TcpStream, text: &str) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut heard, mut bytes) = (String::new(), [0; 256]);
    while !heard.contains(text) {
        match stream.read(&mut bytes) {
            Ok(count) if count > 0 => heard.push_str(&String::from_utf8_lossy(&bytes[..count])),
            _ => break,
        }
    }
    heard
}

/// The value of R15: whoever gets it is served.
fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(b"+$pf#d6").unwrap();
    hear(stream, "#")
}

impl Served {
    /// A client that is served, as soon as there is no other.
    fn connect(&self) -> TcpStream {
        let end = Instant::now() + PATIENCE;
        loop {
            let mut stream = TcpStream::connect(&self.address).unwrap();
            let answer = ask(&mut stream);
            if answer.contains('$') && !answer.contains("$E.") {
                return stream;
            }
            assert!(Instant::now() < end, "{answer}");
        }
    }
}

#[test]
fn garbage_sudden_ends_and_second_clients_leave_the_server_serving() {
    let elf = elf("overrun");
    let served = Served::start(&["debug"], &elf);
    let connect = || TcpStream::connect(&served.address).unwrap();
    // Garbage, and gone.
    let mut client = connect();
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\x00\xFF$$$#")
        .unwrap();
    drop(client);
    // A packet that never ends.
    let mut client = connect();
    client
        .write_all(&[&b"$"[..], &vec![b'a'; 1 << 20]].concat())
        .unwrap();
    drop(client);
    // A second client is told of the first, which goes on undisturbed.
    let mut first = served.connect();
    let mut second = connect();
    second.write_all(b"$qSupported:x+#00").unwrap();
    let refusal = hear(&mut second, "#");
    let expected = format!(
        "$E.the virtual board is being debugged by {}#",
        first.local_addr().unwrap()
    );
    assert!(refusal.contains(&expected), "{refusal}");
    let answer = ask(&mut first);
    assert!(answer.contains("$c0"), "{answer}");
    // Gone while the board runs.
    first.write_all(b"$c#63").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    drop(first);
    served.connect();
    served.hears("has gone");
}

#[test]
fn a_gdb_that_is_killed_leaves_the_server_serving() {
    if !has_gdb() {
        return;
    }
    let elf = elf("pwm");
    let served = Served::start(&["debug"], &elf);
    let mut gdb = served.gdb_command(&elf, &["continue"]);
    let mut gdb = gdb
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    served.hears("is connected");
    std::thread::sleep(Duration::from_millis(300));
    gdb.kill().unwrap();
    gdb.wait().unwrap();
    insta::assert_snapshot!(served.gdb(&elf, &["monitor reset halt", "detach"]), @r"
    (gdb) monitor reset halt
    target halted due to debug-request, current mode: Thread
    xPSR: 0x01000000 pc: 0x8…… msp: 0x20001800
    (gdb) detach
    [Inferior 1 (process 1) detached]
    ");
}

#[test]
fn a_second_gdb_is_told_why_it_is_refused() {
    if !has_gdb() {
        return;
    }
    let elf = elf("overrun");
    let served = Served::start(&["debug"], &elf);
    let mut first = served.connect();
    let (_, code) = run(served.gdb_command(&elf, &[]));
    assert_eq!(code, Some(1));
    served.hears("is refused: 127.0.0.1");
    assert!(ask(&mut first).contains('$'));
}

#[test]
fn the_world_is_warned_of() {
    let elf = elf("overrun");
    let mut child = crate::support::tool()
        .arg("debug")
        .arg(&elf)
        .args([
            "--board",
            "nucleo-l031k6",
            "--listen",
            "0.0.0.0:0",
            "--once",
        ])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut bytes = [0; 64];
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_exact(&mut bytes).unwrap();
    let _ = child.kill();
    let _ = child.wait();
    let said = String::from_utf8_lossy(&bytes);
    assert!(
        said.starts_with("warning: whoever reaches 0.0.0.0:"),
        "{said}"
    );
}
