//! Errors of debuggers, and of programs that run.

use super::*;

#[test]
fn openocd_without_a_board() {
    if !has("openocd") {
        return;
    }
    let openocd = |interface: &str| {
        let file = format!("interface/{interface}");
        // The adapter is opened by `init` alone, and no port is taken.
        let ports =
            "tcl_port disabled; telnet_port disabled; gdb_port disabled; hla_serial NONE_OF_THEM";
        provoke(Command::new("openocd").args([
            "-f",
            &file,
            "-f",
            "target/stm32l0.cfg",
            "-c",
            ports,
            "-c",
            "init",
            "-c",
            "shutdown",
        ]))
    };
    openocd("stlink.cfg")
        .is("openocd-open-failed", &[])
        .only(&["openocd-open-failed"]);
    openocd("stlink-v2-1.cfg")
        .is(
            "openocd-stlink-config",
            &[("old", "interface/stlink-v2-1.cfg")],
        )
        .is("openocd-open-failed", &[]);
}

/// A program for the virtual board that does nothing, made without a script or a run time.
fn loop_elf(of: &str) -> PathBuf {
    let dir = scratch(&format!("diagnoses-{of}"));
    let source = "#![no_std]\n#![no_main]\n#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n\
                  #[unsafe(no_mangle)] extern \"C\" fn Reset() -> ! { loop { core::hint::spin_loop(); } }\n\
                  #[repr(C)] struct Vectors(u32, extern \"C\" fn() -> !);\n#[unsafe(link_section = \".vectors\")] #[used] static VECTORS: Vectors = Vectors(0x2000_2000, Reset);\n";
    let script = "ENTRY(Reset)\nSECTIONS { .text 0x08000000 : { KEEP(*(.vectors)) *(.text .text.*) } /DISCARD/ : { *(.ARM.exidx*) } }\n";
    write(&dir, &[("main.rs", source), ("link.x", script)]);
    let built = quiet(Command::new("rustc").current_dir(&dir).args([
        "main.rs",
        "--edition=2024",
        "--target=thumbv6m-none-eabi",
        "-Clink-arg=-Tlink.x",
        "-Copt-level=1",
        "-oprogram",
    ]));
    assert_eq!(built.code, Some(0), "{built}");
    dir.join("program")
}

#[test]
fn a_port_that_another_program_has() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let elf = loop_elf("port");
    let address = format!("127.0.0.1:{port}");
    provoke(
        tool()
            .arg("debug")
            .arg(&elf)
            .args(["--chip", "STM32L031K6", "--listen", &address]),
    )
    .is("port-in-use", &[("port", &port)])
    .only(&["port-in-use"]);
    if !has("openocd") {
        return;
    }
    for server in ["tcl", "telnet"] {
        let ports = ["gdb", "tcl", "telnet"].map(|name| {
            let at = if name == server { &port } else { "disabled" };
            format!("{name}_port {at}")
        });
        let ports = ports.join("; ");
        provoke(Command::new("openocd").args(["-c", &ports, "-c", "noinit"]))
            .is("port-in-use", &[("port", &port)])
            .only(&["port-in-use"]);
    }
}

#[test]
fn more_breakpoints_than_comparators() {
    use std::io::{BufRead as _, BufReader};
    if !has("gdb-multiarch") {
        return;
    }
    let elf = loop_elf("comparators");
    let mut server = tool()
        .arg("debug")
        .arg(&elf)
        .args(["--chip", "STM32L031K6", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let address = lines.find_map(|line| {
        let at = line.find("127.0.0.1:")?;
        let rest = &line[at..];
        let end = rest[10..]
            .find(|c: char| !c.is_ascii_digit())
            .map_or(rest.len(), |end| end + 10);
        Some(rest[..end].to_owned())
    });
    let mut gdb = Command::new("gdb-multiarch");
    gdb.args(["-nx", "-batch"]).arg(&elf);
    gdb.args(["-ex", &format!("target remote {}", address.unwrap())]);
    for address in 0..5 {
        gdb.args(["-ex", &format!("hbreak *(0x08000100 + {})", 2 * address)]);
    }
    let said = provoke(gdb.args(["-ex", "continue"]));
    let _ = server.kill();
    let _ = server.wait();
    said.is("hardware-breakpoints", &[])
        .only(&["hardware-breakpoints"]);
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn an_entry_with_the_stack_where_no_function_expects_it() {
    if !has("gdb-multiarch") {
        return;
    }
    let source = "#![no_std]\n#![no_main]\n#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n#[repr(align(16))] struct Aligned(#[allow(dead_code)] [u8; 64]);\n\
                  #[unsafe(no_mangle)] extern \"C\" fn _start() -> ! { let mut local = Aligned([0; 64]);\n\
                  unsafe { core::arch::asm!(\"movaps [{0}], xmm0\", in(reg) &raw mut local) }; loop {} }\n";
    let args = [
        "-C",
        "panic=abort",
        "-O",
        "-C",
        "relocation-model=static",
        "-C",
        "link-args=-nostartfiles -static",
        "-o",
        "program",
    ];
    let built = rustc("misaligned", source, &args);
    assert!(built.text.is_empty(), "{}", built.text);
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diagnoses-misaligned/program");
    // Where a container forbids debugging, gdb says so and there is nothing to see.
    let said = quiet(
        Command::new("gdb-multiarch")
            .args(["-nx", "-batch", "-ex", "run", "-ex", "bt"])
            .arg(program),
    );
    if said.stdout.contains("SIGSEGV") {
        explain(&said.stdout)
            .is("start-misaligned", &[])
            .only(&["start-misaligned"]);
    } else {
        eprintln!("skipped: gdb cannot run a program here: {said}");
    }
}

#[test]
fn a_core_that_faults_before_main() {
    if !has("qemu-system-arm") {
        return;
    }
    // The stack begins where the board has no memory.
    let dir = scratch("diagnoses-fault");
    let source = "#![no_std]\n#![no_main]\n#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n\
                  #[unsafe(no_mangle)] extern \"C\" fn Reset() -> ! { unsafe { core::arch::asm!(\"push {{r0}}\", \"udf #0\", options(noreturn)) } }\n\
                  #[repr(C)] struct Vectors(u32, extern \"C\" fn() -> !);\n#[unsafe(link_section = \".vectors\")] #[used] static VECTORS: Vectors = Vectors(0x2800_0000, Reset);\n";
    let script = "ENTRY(Reset)\nSECTIONS { .text 0x0 : { KEEP(*(.vectors)) *(.text .text.*) } /DISCARD/ : { *(.ARM.exidx*) } }\n";
    write(&dir, &[("main.rs", source), ("link.x", script)]);
    let built = quiet(Command::new("rustc").current_dir(&dir).args([
        "main.rs",
        "--edition=2024",
        "--target=thumbv6m-none-eabi",
        "-Clink-arg=-Tlink.x",
        "-Copt-level=1",
        "-oprogram",
    ]));
    assert_eq!(built.code, Some(0), "{built}");
    provoke(Command::new("qemu-system-arm").current_dir(&dir).args([
        "-M",
        "microbit",
        "-nographic",
        "-kernel",
        "program",
    ]))
    .is("hardfault-before-main", &[])
    .only(&["hardfault-before-main"]);
}
