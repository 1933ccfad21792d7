//! Messages that need hardware, another system or an old tool to appear: fed in as those print them, by their public sources
//! and the threads that quote them.

use super::*;

/// Messages, and the diagnosis each is of.
const MESSAGES: &[(&str, &str)] = &[
    // rustc before 1.77, 1.73 and 1.58, in this order.
    (
        "error: language item required, but not found: `eh_personality`",
        "unwinding-without-std",
    ),
    ("error: requires `start` lang_item", "main-needs-std"),
    (
        "error: language item required, but not found: `panic_impl`",
        "panic-handler-missing",
    ),
    (
        "error[E0152]: found duplicate lang item `panic_impl`\n  --> src/main.rs:8:1\n   = note: the lang item is first defined in crate `std` (which `serde` depends on)",
        "panic-handler-twice",
    ),
    (
        "error[E0740]: unions with non-`Copy` fields are unstable",
        "untagged-unions",
    ),
    // rustc on Windows and for it.
    (
        "error: linker `link.exe` not found\n  |\n  = note: program not found\n\nnote: the msvc targets depend on the msvc linker but `link.exe` was not found",
        "windows-linker",
    ),
    (
        "lld-link: error: could not open 'kernel32.lib': No such file or directory",
        "windows-linker",
    ),
    // GNU ld, where it links for a chip.
    (
        "arm-none-eabi/bin/ld: cannot open linker script file memory.x: No such file or directory",
        "memory-x-not-found",
    ),
    (
        "ld: app section `.text' will not fit in region `FLASH'\nld: region `FLASH' overflowed by 5120 bytes",
        "region-overflow",
    ),
    (
        "memory.x:3: warning: redeclaration of memory region `FLASH'",
        "memory-region-twice",
    ),
    (
        "lib.rs:200: undefined reference to `_critical_section_1_0_acquire'",
        "critical-section-missing",
    ),
    // gdb and probe-rs with an image that is empty.
    (
        "Start address 0x00000000, load size 0\nTransfer rate: 0 bits in <1 sec.",
        "nothing-linked",
    ),
    (
        "Error: No loadable segments were found in the ELF file.",
        "nothing-linked",
    ),
    // QEMU for x86.
    (
        "qemu-system-x86_64: Error loading uncompressed kernel without PVH ELF Note",
        "pvh-note-missing",
    ),
    // svd2rust.
    (
        "error: unexpected argument '--nightly' found\n\nUsage: svd2rust [OPTIONS] [FILE]",
        "svd2rust-options",
    ),
    // cargo install.
    (
        "error: cannot install package `svd2rust 0.37.1`, it requires rustc 1.96 or newer, while the currently active rustc version is 1.95.0",
        "rustc-too-old",
    ),
    // probe-rs.
    (
        "Error: The chip 'STM32L031K6T6TR' was not found in the database.",
        "probe-rs-chip-unknown",
    ),
    ("Error: No connected probes were found.", "no-probe"),
    ("Error: no probe found", "no-probe"),
    (
        "Error: Failed to open probe: Failed to open the debug probe.\n\nCaused by:\n    0: The debug probe could not be created.\n    1: USB Communication Error\n    2: Permission denied (os error 13)",
        "no-probe",
    ),
    (
        "ERROR probe_rs: Firmware exited unexpectedly: Exception: HardFault",
        "hardfault-before-main",
    ),
    // OpenOCD.
    (
        "Error: libusb_open() failed with LIBUSB_ERROR_ACCESS",
        "no-probe",
    ),
    (
        "Error: init mode failed (unable to connect to the target)",
        "openocd-init-mode",
    ),
    (
        "Warn : UNEXPECTED idcode: 0x0bc11477\nError: expected 1 of 1: 0x2ba01477",
        "openocd-wrong-target",
    ),
    (
        "target halted due to debug-request, current mode: Handler HardFault\nxPSR: 0x01000003 pc: 0x08000400 msp: 0x20001fe0",
        "hardfault-before-main",
    ),
    (
        "Error: can not add hardware breakpoint: resource not available",
        "hardware-breakpoints",
    ),
];

#[test]
fn messages_that_cannot_be_provoked_here() {
    for (text, diagnosis) in MESSAGES {
        explain(text).is(diagnosis, &[]).only(&[diagnosis]);
    }
}

#[test]
fn names_in_them() {
    explain("Warn : UNEXPECTED idcode: 0x0bc11477\nError: expected 1 of 1: 0x2ba01477")
        .is("openocd-wrong-target", &[("idcode", "0x0bc11477")]);
    explain("error: cannot install package `svd2rust 0.37.1`, it requires rustc 1.96 or newer, while the currently active rustc version is 1.95.0")
        .is("rustc-too-old", &[("package", "svd2rust"), ("wanted", "1.96"), ("active", "1.95.0")]);
    explain("Error: The chip 'STM32L031K6T6TR' was not found in the database.")
        .is("probe-rs-chip-unknown", &[("chip", "STM32L031K6T6TR")])
        .says("Write `STM32L031K6Tx`");
    explain("Error: The chip 'STM32F042K4Tx' was not found in the database.")
        .says("`STM32F042K6Tx` is most like it");
    explain("ld: app section `.text' will not fit in region `FLASH'\nld: region `FLASH' overflowed by 5120 bytes")
        .is("region-overflow", &[("section", ".text"), ("region", "FLASH"), ("bytes", "5120")]);
}
