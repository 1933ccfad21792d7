//! The remote protocol of the Black Magic Probe, command by command.

use std::time::Duration;

use bringup_debug::blackmagic::BlackMagic;
use bringup_debug::dap::{Dap, DebugPort as _, Next, Progress, Session as _};
use proptest::prelude::*;

use crate::board::{COUNT, board};

/// Requests on the wires: reads of `DPIDR`, `CTRL/STAT` and `RDBUFF`, writes of `ABORT`, `CTRL/STAT` and `SELECT`, and of an access port
/// writes of the registers at 0x0 and 0x4 and reads of that at 0xC.
const READ_DPIDR: u8 = 0xA5;
const READ_CTRL_STAT: u8 = 0x8D;
const READ_RDBUFF: u8 = 0xBD;
const WRITE_ABORT: u8 = 0x81;
const WRITE_CTRL_STAT: u8 = 0xA9;
const WRITE_SELECT: u8 = 0xB1;
const WRITE_AP_0: u8 = 0xA3;
const WRITE_AP_4: u8 = 0x8B;
const READ_AP_C: u8 = 0x9F;

struct Probe {
    dap: Dap,
    session: BlackMagic,
}

impl Probe {
    fn new() -> Self {
        Self {
            dap: Dap::new(board(COUNT)),
            session: BlackMagic::new(false),
        }
    }

    /// A probe whose debug port has power.
    fn with_power() -> Self {
        let mut probe = Self::new();
        assert_eq!(probe.say("AR0000000450000000"), "&K00000000#");
        probe
    }

    fn send(&mut self, bytes: &[u8]) -> (Next, String) {
        let mut out = Vec::new();
        let next = self.session.receive(bytes, &mut self.dap, &mut out);
        (next, String::from_utf8(out).unwrap())
    }

    /// The answer to a command.
    fn say(&mut self, command: &str) -> String {
        let (next, answer) = self.send(format!("!{command}#").as_bytes());
        assert_eq!(next, Next::Continue);
        answer
    }

    /// Takes the wires, and resets the line.
    fn reset_line(&mut self) {
        for command in ["SS", "So20ffffffff", "So20ffffffff", "So0200"] {
            assert_eq!(self.say(command), "&K0#", "{command}");
        }
    }

    /// Asks for a transfer on the wires; the acknowledge, the bit first that comes first.
    fn ask(&mut self, request: u8) -> String {
        self.say(&format!("So08{request:02x}"));
        self.say("Si03")
    }

    /// Reads on the wires.
    fn read(&mut self, request: u8) -> String {
        assert_eq!(self.ask(request), "&K1#", "{request:#04x}");
        let value = self.say("SI20");
        self.say("So0800");
        value
    }

    /// Writes on the wires.
    fn write(&mut self, request: u8, value: u32) {
        assert_eq!(self.ask(request), "&K1#", "{request:#04x}");
        self.say(&format!("SO20{value:08x}"));
        self.say("So0800");
    }
}

#[test]
fn the_probe_introduces_itself() {
    let mut probe = Probe::new();
    let (_, answer) = probe.send(b"+#!GA#!HC#!HA#");
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("&KBlack Magic Probe, virtual (bringup {version})#&K4#&K1#");
    assert_eq!(answer, expected);
    for (command, answer) in [
        ("GV", "&K3.3V#"),
        ("GF003d0900", "&K0#"),
        ("Gf", "&K00093d00#"),
        ("GE1", "&K0#"),
        ("GE", "&P0#"),
        ("GP1", "&N0#"),
        ("JS", "&N0#"),
        ("HJ00", "&N0#"),
        ("HX", "&E1#"),
        ("sB00", "&E1#"),
        ("", "&E1#"),
    ] {
        assert_eq!(probe.say(command), answer, "{command}");
    }
}

#[test]
fn the_debug_port_is_found_on_its_wires() {
    let mut probe = Probe::new();
    assert_eq!(probe.ask(READ_DPIDR), "&K7#", "nothing before a line reset");
    probe.reset_line();
    assert_eq!(probe.ask(READ_CTRL_STAT), "&K7#", "DPIDR comes first");
    probe.reset_line();
    assert_eq!(probe.read(READ_DPIDR), "&Kbc11477#");
    probe.write(WRITE_CTRL_STAT, 0x5000_0000);
    assert_eq!(probe.read(READ_CTRL_STAT), "&Kf0000040#");
    // A zero with an odd parity is not written.
    assert_eq!(probe.ask(WRITE_CTRL_STAT), "&K1#");
    probe.say("So21100000000");
    assert_eq!(probe.read(READ_CTRL_STAT), "&Kf0000040#");
    // The bank of IDR; what is read comes with the next read.
    probe.write(WRITE_SELECT, 0xF0);
    assert_eq!(probe.read(READ_AP_C), "&K0#");
    assert_eq!(probe.read(READ_AP_C), "&K4770031#");
    assert_eq!(probe.read(READ_RDBUFF), "&K4770031#");
}

#[test]
fn a_failure_on_the_wires_shows_in_the_next_transfer() {
    let mut probe = Probe::new();
    probe.reset_line();
    probe.read(READ_DPIDR);
    probe.write(WRITE_CTRL_STAT, 0x5000_0000);
    probe.write(WRITE_SELECT, 0);
    // CSW for words, TAR, and DRW of an address where nothing is.
    probe.write(WRITE_AP_0, 0x2300_0052);
    probe.write(WRITE_AP_4, 0x6000_0000);
    probe.read(READ_AP_C);
    assert_eq!(probe.ask(READ_RDBUFF), "&K4#");
    probe.say("So0800");
    assert_eq!(probe.read(READ_CTRL_STAT), "&Kf0000060#");
    probe.write(WRITE_ABORT, 0x1E);
    assert_eq!(probe.read(READ_CTRL_STAT), "&Kf0000040#");
    probe.write(WRITE_AP_4, 0xE000_ED00);
    probe.read(READ_AP_C);
    assert_eq!(probe.read(READ_RDBUFF), "&K410cc601#");
}

#[test]
fn registers_and_memory_are_one_command_each() {
    let mut probe = Probe::new();
    assert_eq!(probe.say("Aa000001fc"), "&E403#", "no power yet");
    assert_eq!(probe.say("AR0000000450000000"), "&K00000000#");
    for (command, answer) in [
        // DPIDR, CTRL/STAT, IDR, and what a transfer reads that asks for IDR.
        ("Ad00ff0000", "&K7714c10b#"),
        ("Ad00ff0004", "&K400000f0#"),
        ("Aa000001fc", "&K31007704#"),
        ("Aa000101fc", "&K00000000#"),
        ("AA0000010420000010", "&K0#"),
        ("Aa00000104", "&K10000020#"),
        // Memory, in words, halfwords and bytes.
        ("Am000023000052000000002000010000000004", "&K00000000#"),
        (
            "AM0000230000520200000000200001000000000812345678aabbccdd",
            "&K0#",
        ),
        (
            "Am000023000052000000002000010000000008",
            "&K12345678aabbccdd#",
        ),
        ("Am000023000052000000002000010100000003", "&K345678#"),
        ("AM00002300005201000000002000010200000002beef", "&K0#"),
        ("Am000023000052000000002000010200000002", "&Kbeef#"),
        ("Am00002300005200000000e000ed0000000004", "&K01c60c41#"),
        // Nothing is there; nor beyond 32 bits. The next access finds no error left.
        ("Am000023000052000000006000000000000004", "&E403#"),
        ("Am000023000052000000012000010000000004", "&E403#"),
        ("Am000023000052000000002000010000000002", "&K1234#"),
        ("AM0000230000520200000000600000000000000400000000", "&E403#"),
        ("AM0000230000520200000000e000edf000000004030000a0", "&K0#"),
    ] {
        assert_eq!(probe.say(command), answer, "{command}");
    }
}

#[test]
fn wrong_parameters_are_refused() {
    let mut probe = Probe::with_power();
    for command in [
        "Ad",
        "Ad00ff000",
        "Ad00ff00000",
        "Ad00ff000g",
        "AA00000104",
        "AR000000040000000000",
        // More than the buffer holds.
        "Am000023000052000000002000010000000400",
        "Am0000230000520000000020000100ffffffff",
        // Data and length disagree, and length and width.
        "AM00002300005202000000002000010000000004123456",
        "AM0000230000520200000000200001000000000412345678aa",
        "AM00002300005202000000002000010000000003123456",
        "AM00002300005204000000002000010000000000",
        "GZ2",
        "GF",
        "So4100",
        "So08",
        "SS0",
        "Si0300",
    ] {
        assert_eq!(probe.say(command), "&P0#", "{command}");
    }
}

#[test]
fn the_reset_pin_is_let_go_of_when_a_client_begins() {
    let mut probe = Probe::with_power();
    assert_eq!(probe.say("Gz"), "&K0#");
    assert_eq!(probe.say("GZ1"), "&K0#");
    assert_eq!(probe.say("Gz"), "&K1#");
    let slice = Duration::from_micros(100);
    assert_eq!(probe.dap.run(slice), Progress::Halted);
    // The client is gone; the next one begins.
    probe.session = BlackMagic::new(false);
    probe.say("GA");
    assert_eq!(probe.say("Gz"), "&K0#");
    assert_eq!(probe.dap.run(slice), Progress::Ran);
}

#[test]
fn a_second_client_is_turned_away() {
    let mut probe = Probe::new();
    probe.session = BlackMagic::new(true);
    assert_eq!(probe.send(b"+#"), (Next::Continue, String::new()));
    assert_eq!(probe.send(b"!GA#!HC#"), (Next::Close, "&N0#".into()));
}

/// Bytes as clients send them, nearly.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let command = "[!][A-Za-z]{0,2}[0-9a-f]{0,60}[#]".prop_map(String::into_bytes);
    let access = "[!]A[mMadRA]00(00|01|ff)[0-9a-f]{8}(02)?00000000[2e]000[0-9a-f]{4}0000000[0-9a-f]{0,17}[#]"
        .prop_map(String::into_bytes);
    let wires = "[!]S[sSiIoO][0-4][0-9a-f]{0,17}[#]".prop_map(String::into_bytes);
    let noise = proptest::collection::vec(any::<u8>(), 0..40);
    let piece = prop_oneof![command, access, wires, noise];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_a_client_sends_the_probe_goes_on(sent in bytes()) {
        let mut probe = Probe::with_power();
        probe.send(&sent);
        probe.dap.run(Duration::from_micros(50));
        prop_assert_eq!(probe.say("HC"), "&K4#");
        probe.reset_line();
        prop_assert_eq!(probe.read(READ_DPIDR), "&Kbc11477#");
    }
}
