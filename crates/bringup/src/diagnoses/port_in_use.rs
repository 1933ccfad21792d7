//! `port-in-use`: another program listens on the port of the debug server.

use super::{Diagnosis, PLAIN};

pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    name: "port-in-use",
    summary: "another program listens on the port of the debug server",
    symptom: "Error: couldn't bind gdb to socket on port 3333: Address already in use",
    patterns: &[
        r"couldn't bind (?:\w+ )?to socket(?: on port (?<port>\d+))?: Address already in use",
        r"cannot listen on \S+:(?<port>\d+)\b[^\n]*(?:\n[^\n]*){0,2}?(?:Address already in use|Only one usage of each socket address)",
        r"(?:bind|listen)[^\n]*\b(?:3333|4444|6666|1337)\b[^\n]*[Aa]ddress already in use",
    ],
    cause: "A port belongs to one program at a time. OpenOCD takes three: 3333 for gdb, 4444 for telnet, 6666 for Tcl; `bringup debug` takes 3333 as well, and probe-rs 1337. Port {port|3333} is taken: mostly by an OpenOCD that was started in another terminal or by an editor, and lives on without a window.",
    fix: &[
        "See who has it, and end that program:\nlsof -i :{port|3333}\nss -ltnp 'sport = :{port|3333}'",
        "On Windows `netstat -ano | findstr :{port|3333}` shows its number, `taskkill /PID NUMBER` ends it",
        "Or take others: `openocd -c 'gdb_port 3334; telnet_port disabled; tcl_port disabled'`, `bringup debug ELF --listen 127.0.0.1:3334`; gdb's `target remote :3334` follows",
    ],
    see: &["openocd-open-failed"],
    ..PLAIN
};
