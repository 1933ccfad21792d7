//! What no tool says, but `bringup` does: findings of its own are explained as well.

use super::*;

#[test]
fn what_nothing_says_is_found_by_its_name() {
    for name in [
        "wrong-flash-origin",
        "wrong-core-target",
        "write-starts-from-reset",
        "systick-period",
        "svd-file-wrong",
    ] {
        let ran = run_in(Path::new("."), ["explain", name, "--json"]);
        assert_eq!(ran.code, Some(0), "{ran}");
        assert_eq!(ran.json()["explanations"][0]["name"], name);
    }
}

#[test]
fn an_led_that_stays_dark() {
    explain("my LED stays dark, but there is no error")
        .is("led-dark", &[])
        .only(&["led-dark"]);
    explain("why is the LED on PB3 not blinking").is("led-dark", &[]);
}

#[test]
fn findings_of_the_audit() {
    // A flash that begins at 0 is what templates have; code for another core links without a word.
    let dir = scratch("diagnoses-silent");
    let source = "#![no_std]\n#![no_main]\n#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n\
                  #[unsafe(no_mangle)] extern \"C\" fn Reset() -> ! { loop {} }\n\
                  #[repr(C)] struct Vectors(u32, extern \"C\" fn() -> !);\n#[unsafe(link_section = \".vectors\")] #[used] static VECTORS: Vectors = Vectors(0x2000_2000, Reset);\n";
    let script = "ENTRY(Reset)\nSECTIONS { .text 0x00400000 :  { KEEP(*(.vectors)) *(.text .text.*) } /DISCARD/ : { *(.ARM.exidx*) } }\n";
    write(&dir, &[("main.rs", source), ("link.x", script)]);
    let built = quiet(Command::new("rustc").current_dir(&dir).args([
        "main.rs",
        "--edition=2024",
        "--target=thumbv7em-none-eabi",
        "-Clink-arg=-Tlink.x",
        "-Copt-level=1",
        "-oprogram",
    ]));
    assert_eq!(built.code, Some(0), "{built}");
    let audit = run_in(&dir, ["audit", "program", "--chip", "STM32L031K6"]);
    assert_eq!(audit.code, Some(1), "{audit}");
    let said = explain(&audit.stdout);
    said.is("wrong-architecture", &[])
        .is("outside-memory", &[])
        .is("no-vector-table", &[]);
}
