//! The way to hardware, with programs in the place of openocd and probe-rs that write down what they are asked for and
//! say what the real ones say; and with the real openocd where it is installed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use bringup_device::catalogue;
use insta::assert_snapshot;

use crate::firmware::build;
use crate::support::{Ran, finish, scratch, tool};

/// What stands in the place of a tool. It needs no other program, so that nothing else has to be on the path: it writes its
/// arguments down, says what lies beside it, and ends as is written there; `never` means after it is killed.
const SCRIPT: &str = r#"#!/bin/sh
for arg in "$@"; do printf '%s\n' "$arg"; done >> "$0.args"
printf -- '--\n' >> "$0.args"
if [ -e "$0.out" ]; then while read -r line; do printf '%s\n' "$line"; done < "$0.out"; fi
if [ -e "$0.err" ]; then while read -r line; do printf '%s\n' "$line"; done < "$0.err" >&2; fi
read -r code < "$0.code"
while [ "$code" = never ]; do :; done
exit "$code"
"#;

/// A folder with a program for the L031 in it, and a folder of tools.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Self {
        let dir = scratch(name);
        fs::create_dir(dir.join("bin")).unwrap();
        fs::copy(build("release").join("hello"), dir.join("hello.elf")).unwrap();
        Self(dir)
    }

    /// Puts a tool there that says and ends so.
    fn tool(&self, name: &str, out: &str, err: &str, code: &str) {
        let path = self.0.join("bin").join(name);
        fs::write(&path, SCRIPT).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let beside = |ending: &str| path.with_extension(ending);
        for (ending, text) in [("out", out), ("err", err), ("code", code)] {
            fs::write(beside(ending), format!("{text}\n").trim_start_matches('\n')).unwrap();
        }
        let _ = fs::remove_file(beside("args"));
    }

    /// What a tool was asked for, a line for each run.
    fn asked(&self, name: &str) -> String {
        let path = self.0.join("bin").join(name).with_extension("args");
        let text = fs::read_to_string(path).unwrap_or_default();
        text.replace("\n--\n", "\n\n")
            .replace('\n', " | ")
            .replace(" |  | ", "\n")
    }

    fn run(&self, args: &[&str]) -> Ran {
        let path = self.0.join("bin");
        finish(tool().current_dir(&self.0).env("PATH", path).args(args))
    }

    fn on_board(&self, command: &str, args: &[&str]) -> Ran {
        let all = [&[command, "hello.elf", "--board", "nucleo-l031k6"], args].concat();
        self.run(&all)
    }
}

#[test]
fn the_command_is_shown_as_it_is_run() {
    let desk = Desk::new("flash-dry");
    let dry = |probe: &str| {
        desk.on_board("flash", &["--probe", probe, "--dry-run"])
            .stdout
    };
    assert_snapshot!(dry("openocd"), @r#"openocd -f interface/stlink.cfg -f target/stm32l0.cfg -c "program hello.elf verify reset exit""#);
    assert_snapshot!(dry("probe-rs"), @"
    probe-rs download --chip STM32L031K6Tx --verify hello.elf
    probe-rs reset --chip STM32L031K6Tx
    ");
    let dry = |probe: &str| {
        let args = ["--on", "hardware", "--probe", probe, "--dry-run"];
        desk.on_board("run", &args).stdout
    };
    assert_snapshot!(dry("openocd"), @r#"openocd -f interface/stlink.cfg -f target/stm32l0.cfg -c "program hello.elf verify" -c "arm semihosting enable" -c "reset run""#);
    assert_snapshot!(dry("probe-rs"), @"probe-rs run --chip STM32L031K6Tx hello.elf");
    // A path that shells and Tcl would take apart.
    fs::create_dir(desk.0.join("my $HOME")).unwrap();
    fs::copy(desk.0.join("hello.elf"), desk.0.join("my $HOME/it's.elf")).unwrap();
    let odd = [
        "flash",
        "my $HOME/it's.elf",
        "--board",
        "nucleo-l031k6",
        "--dry-run",
        "--probe",
    ];
    let odd = |probe: &str| desk.run(&[&odd[..], &[probe]].concat()).stdout;
    assert_snapshot!(odd("openocd"), @r"openocd -f interface/stlink.cfg -f target/stm32l0.cfg -c 'program {my $HOME/it'\''s.elf} verify reset exit'");
    assert_snapshot!(odd("probe-rs"), @r"
    probe-rs download --chip STM32L031K6Tx --verify 'my $HOME/it'\''s.elf'
    probe-rs reset --chip STM32L031K6Tx
    ");
}

#[test]
fn the_tool_that_is_there_is_used() {
    let desk = Desk::new("flash-tools");
    assert_snapshot!(desk.on_board("flash", &[]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: neither `openocd` nor `probe-rs` is installed

    hint: OpenOCD is a package of most systems (`apt install openocd`, `brew install open-ocd`), probe-rs is installed with `cargo install probe-rs-tools --locked`; without a board, `bringup run` runs the program on the virtual one
    ");
    assert_snapshot!(desk.on_board("flash", &["--probe", "probe-rs"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `probe-rs` is not installed

    hint: probe-rs is installed with `cargo install probe-rs-tools --locked`; without a board, `bringup run` runs the program on the virtual one
    ");
    desk.tool("openocd", "", "", "0");
    let flashed = desk.on_board("flash", &[]);
    assert_eq!(flashed.code, Some(0), "{flashed}");
    assert_snapshot!(desk.asked("openocd"), @"-f | interface/stlink.cfg | -f | target/stm32l0.cfg | -c | program hello.elf verify reset exit");
    desk.tool("probe-rs", "", "", "0");
    assert_eq!(desk.on_board("flash", &[]).code, Some(0));
    assert_snapshot!(desk.asked("probe-rs"), @"
    download | --chip | STM32L031K6Tx | --verify | hello.elf
    reset | --chip | STM32L031K6Tx
    ");
    // A project says which one it is for, and has its own configuration.
    let manifest = "[package]\nname = \"p\"\n\n[package.metadata.bringup]\nboard = \"nucleo-l031k6\"\nprobe = \"openocd\"\n";
    fs::write(desk.0.join("Cargo.toml"), manifest).unwrap();
    fs::write(desk.0.join("openocd.cfg"), "").unwrap();
    desk.tool("openocd", "", "", "0");
    let flashed = desk.run(&["flash", "hello.elf"]);
    assert_eq!(flashed.code, Some(0), "{flashed}");
    assert_snapshot!(desk.asked("openocd"), @"-f | openocd.cfg | -c | program hello.elf verify reset exit");
}

#[test]
fn what_tools_say_of_a_chip_that_cannot_be_reached_is_explained() {
    let desk = Desk::new("flash-trouble");
    let openocd = |says: &str| {
        desk.tool("openocd", "", says, "1");
        let ran = desk.on_board("flash", &["--probe", "openocd"]);
        assert_eq!(ran.code, Some(2), "{ran}");
        ran.stderr
    };
    assert_snapshot!(openocd("Error: open failed\nin procedure 'program'\n** OpenOCD init failed **\nshutdown command invoked"), @r#"
    openocd -f interface/stlink.cfg -f target/stm32l0.cfg -c "program hello.elf verify reset exit"
    Error: open failed
    in procedure 'program'
    ** OpenOCD init failed **
    shutdown command invoked

    openocd-open-failed: OpenOCD finds no probe
      symptom  line 1: Error: open failed
      cause    No USB device answers to the interface that was named: no board is plugged in, it is
               another kind of probe, Linux keeps it for root, or Windows has no driver for it.
      fix      - `bringup doctor` shows the probes on USB with their rights
               - Name the interface of the probe: `interface/stlink.cfg` (Nucleo, Discovery),
                 `interface/cmsis-dap.cfg` (micro:bit, Pico debug probe), `interface/jlink.cfg`
               - Close what else holds it: another OpenOCD, an IDE, probe-rs
               - No board at hand? `bringup run ELF` takes the virtual one, `bringup debug ELF` serves
                 gdb from it
      see      `bringup explain no-probe`, `bringup explain openocd-stlink-config`

    error: `openocd` failed
    "#);
    let is = |stderr: String, name: &str| {
        let named = stderr
            .lines()
            .any(|line| line.starts_with(&format!("{name}: ")));
        assert!(named, "{name}: {stderr}");
    };
    is(
        openocd("Error: libusb_open() failed with LIBUSB_ERROR_ACCESS\nError: open failed"),
        "no-probe",
    );
    is(
        openocd("Error: init mode failed (unable to connect to the target)"),
        "openocd-init-mode",
    );
    is(
        openocd("Warn : UNEXPECTED idcode: 0x0bc11477\nError: expected 1 of 1: 0x2ba01477"),
        "openocd-wrong-target",
    );
    let unknown = openocd("Error: something new");
    assert!(
        unknown.ends_with("Error: something new\nerror: `openocd` failed\n"),
        "{unknown}"
    );
    let probe_rs = |says: &str| {
        desk.tool("probe-rs", "", says, "1");
        let ran = desk.on_board("flash", &["--probe", "probe-rs"]);
        assert_eq!(ran.code, Some(2), "{ran}");
        ran.stderr
    };
    is(probe_rs("Error: Probe not found"), "no-probe");
    is(probe_rs("Error: No probe found."), "no-probe");
    is(
        probe_rs("Error: Failed to open probe: USB error\nPermission denied (os error 13)"),
        "no-probe",
    );
    is(
        probe_rs("The chip 'X' was not found in the database"),
        "probe-rs-chip-unknown",
    );
}

#[test]
fn a_run_on_hardware_ends_with_the_firmware() {
    let desk = Desk::new("flash-run");
    let openocd = |says: &str, code: &str| {
        desk.tool("openocd", "hello, world", says, code);
        desk.on_board("run", &["--on", "hardware", "--probe", "openocd"])
    };
    // OpenOCD goes on when the firmware has ended.
    let well = openocd("semihosting: *** application exited normally ***", "never");
    assert_eq!(
        (well.code, well.stdout.as_str()),
        (Some(0), "hello, world\n"),
        "{well}"
    );
    assert_eq!(
        openocd("semihosting: *** application exited with 3 ***", "never").code,
        Some(3)
    );
    assert_eq!(
        openocd("semihosting: application exception 0x20023", "never").code,
        Some(3)
    );
    assert_eq!(openocd("Error: open failed", "1").code, Some(2));
    let probe_rs = |out: &str, err: &str, code: &str| {
        desk.tool("probe-rs", out, err, code);
        desk.on_board("run", &["--on", "hardware", "--probe", "probe-rs"])
            .code
    };
    assert_eq!(probe_rs("hello, world", "", "0"), Some(0));
    assert_eq!(
        probe_rs("Firmware exited with: Application exit", "", "1"),
        Some(3)
    );
    assert_eq!(probe_rs("", "Error: Probe not found", "1"), Some(2));
    assert_snapshot!(desk.on_board("run", &["--on", "hardware", "--trace", "t"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `--trace` means nothing with `--on hardware`

    hint: it is for `--on board`
    ");
    assert_snapshot!(desk.on_board("run", &["--dry-run"]), @"
    exit code: 2
    ── stdout
    ── stderr
    error: `--dry-run` means nothing with `--on board`

    hint: it is for `--on hardware`
    ");
}

#[test]
fn an_image_that_cannot_start_is_not_flashed() {
    let desk = Desk::new("flash-refused");
    desk.tool("openocd", "", "", "0");
    // The flash of this chip is at address 0.
    let flash = |args: &[&str]| {
        let all = [&["flash", "hello.elf", "--chip", "nRF51822"], args].concat();
        desk.run(&all)
    };
    assert_snapshot!(flash(&[]), @"
    exit code: 1
    ── stdout
    ── stderr
    error[outside-memory]: segment 0 (192 bytes) is loaded at 0x08000000, where nRF51822 has no memory
       = hint: compare `memory.x` with the chip's memories, and check that the linker is given its script (`-C link-arg=-Tlink.x`)
    error[outside-memory]: segment 1 (1964 bytes) is loaded at 0x080000c0, where nRF51822 has no memory
       = hint: compare `memory.x` with the chip's memories, and check that the linker is given its script (`-C link-arg=-Tlink.x`)
    error[outside-memory]: segment 2 (328 bytes) is loaded at 0x0800086c, where nRF51822 has no memory
       = hint: compare `memory.x` with the chip's memories, and check that the linker is given its script (`-C link-arg=-Tlink.x`)
    error[no-vector-table]: nothing is loaded at 0x00000000, where the core looks for its vector table
       = hint: pass `-C link-arg=-Tlink.x` to the linker and let `FLASH` in `memory.x` begin where the chip's flash does

    nothing was flashed: the image cannot start on `nRF51822`

    hint: `--force` flashes it anyway
    ");
    assert_eq!(desk.asked("openocd"), "");
    assert_eq!(flash(&["--force"]).code, Some(0));
    assert!(desk.asked("openocd").contains("nrf51.cfg"));
}

/// The real openocd, if it is installed.
fn openocd() -> Option<Command> {
    let version = Command::new("openocd").arg("--version").output();
    version.is_ok().then(|| Command::new("openocd"))
}

#[test]
fn openocd_takes_the_configuration_of_every_board() {
    for known in catalogue::boards() {
        let Some(mut openocd) = openocd() else {
            return;
        };
        let Some(probe) = &known.board.probe else {
            continue;
        };
        openocd.args(["-f", &probe.openocd]);
        if let Some(target) = &known.chip.debug.openocd {
            let transport = probe
                .transport
                .as_deref()
                .filter(|it| !it.starts_with("hla_"));
            if let Some(transport) = transport {
                openocd.args(["-c", &format!("transport select {transport}")]);
            }
            openocd.args(["-f", target]);
        }
        let ran = finish(openocd.args(["-c", "shutdown"]));
        // The file of a whole board may want its probe at once.
        let only_lacks_probe = ran.stderr.contains("No J-Link device found");
        assert!(
            ran.code == Some(0) || only_lacks_probe,
            "{}: {ran}",
            known.board.name
        );
    }
}

#[test]
fn openocd_without_a_probe_is_explained() {
    if openocd().is_none() {
        return;
    }
    let desk = Desk::new("flash-real");
    let manifest = "[package]\nname = \"p\"\n\n[package.metadata.bringup]\nboard = \"nucleo-l031k6\"\nprobe = \"openocd\"\n";
    fs::write(desk.0.join("Cargo.toml"), manifest).unwrap();
    // Whatever is plugged in here is not touched: no probe has this number.
    let configuration = "source [find interface/stlink.cfg]\nadapter serial NONE-OF-THAT-NUMBER\nsource [find target/stm32l0.cfg]\n";
    fs::write(desk.0.join("openocd.cfg"), configuration).unwrap();
    let ran = finish(tool().current_dir(&desk.0).args(["flash", "hello.elf"]));
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("\nopenocd-open-failed: "), "{ran}");
    // The commands of a run are ones that it knows: what ends it is that there is no probe.
    let ran = finish(
        tool()
            .current_dir(&desk.0)
            .args(["run", "hello.elf", "--on", "hardware"]),
    );
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(
        ran.stderr.contains("open failed") && !ran.stderr.contains("invalid command"),
        "{ran}"
    );
}
