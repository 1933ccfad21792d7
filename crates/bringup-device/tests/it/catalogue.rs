//! The catalogue of chips and boards.

use std::collections::BTreeSet;
use std::path::Path;

use bringup_device::LineIndex;
use bringup_device::catalogue::{self, MemoryKind};

#[test]
fn every_file_is_listed_and_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../boards");
    let on_disk: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    let listed: BTreeSet<_> = catalogue::files()
        .iter()
        .map(|&(name, _)| name.to_owned())
        .collect();
    assert_eq!(on_disk, listed);
    for (name, text) in catalogue::files() {
        let entry =
            catalogue::parse(text).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        assert_eq!(format!("{}.toml", entry.chip.name.to_lowercase()), *name);
    }
    assert_eq!(catalogue::chips().count(), listed.len());
}

#[test]
fn names_of_chips_and_boards_are_unique() {
    let chips: BTreeSet<_> = catalogue::chips()
        .map(|chip| chip.name.to_lowercase())
        .collect();
    assert_eq!(chips.len(), catalogue::chips().count());
    let boards: BTreeSet<_> = catalogue::boards()
        .map(|known| known.board.name.as_str())
        .collect();
    assert_eq!(boards.len(), catalogue::boards().count());
}

#[test]
fn pins_of_stm32_boards_exist_on_stm32_chips() {
    for known in catalogue::boards().filter(|known| known.chip.name.starts_with("STM32")) {
        for led in &known.board.leds {
            let (port, number) = led.pin.strip_prefix('P').unwrap().split_at(1);
            assert!(
                port.as_bytes()[0].is_ascii_uppercase() && number.parse::<u8>().unwrap() < 16,
                "{}",
                led.pin
            );
        }
    }
}

#[test]
fn names_are_found_in_any_case_and_as_order_codes() {
    for name in [
        "STM32L031K6",
        "stm32l031k6",
        "STM32L031K6T6",
        "stm32l031k6u6tr",
    ] {
        assert_eq!(catalogue::chip(name).unwrap().name, "STM32L031K6", "{name}");
    }
    assert_eq!(
        catalogue::board("NUCLEO-L031K6").unwrap().board.title,
        "Nucleo-L031K6"
    );
    let chip = catalogue::chip("STM32L031K6").unwrap();
    assert_eq!(chip.memory(MemoryKind::Ram).unwrap().end(), 0x2000_2000);
    assert_eq!(chip.core.target(), "thumbv6m-none-eabi");
}

#[test]
fn unknown_names_suggest_near_ones() {
    let say = |error: catalogue::Unknown| format!("{error}; {}", error.hint());
    insta::assert_snapshot!(say(catalogue::chip("STM32L013K6").unwrap_err()), @"no chip is called `STM32L013K6`; did you mean `STM32L031K6`?");
    insta::assert_snapshot!(say(catalogue::board("nucleo-l031").unwrap_err()), @"no board is called `nucleo-l031`; did you mean `nucleo-l031k6`?");
    insta::assert_snapshot!(say(catalogue::board("é").unwrap_err()), @"no board is called `é`; known boards: nucleo-l031k6, nucleo-f042k6, stm32f4-discovery, microbit-v1, pico, ek-tm4c123gxl, longan-nano, hifive1-revb");
    insta::assert_snapshot!(say(catalogue::chip("").unwrap_err()), @"no chip is called ``; known chips: STM32L031K6, STM32F042K6, STM32F407VG, nRF51822, RP2040, TM4C123GH6, GD32VF103CB, FE310-G002");
}

/// The first file of the catalogue with one thing changed, and what is said about it.
fn problems_after(change: &[(&str, &str)]) -> String {
    let mut text = catalogue::files()[0].1.to_owned();
    for (from, to) in change {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let lines = LineIndex::new(&text);
    let problems = catalogue::parse(&text).unwrap_err();
    problems
        .iter()
        .map(|problem| problem.display(&lines).to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn what_is_wrong_with_a_chip_file_is_said_with_its_place() {
    insta::assert_snapshot!(problems_after(&[("vendor = ", "vendor ")]), @"error[chip-file] at 7:8: key with no value, expected `=`");
    insta::assert_snapshot!(problems_after(&[("vendor = ", "maker = ")]), @"error[chip-file] at 7:1: unknown field `maker`, expected one of `name`, `vendor`, `core`, `breakpoints`, `watchpoints`, `svd`, `published`, `debug`, `family`, `memory`, `program-origin`, `reset-clock-hz`, `models`, `alternate-functions`, `narrowest-write`, `reset-values`, `rom-table`");
    insta::assert_snapshot!(problems_after(&[("cortex-m0+", "cortex-m0++")]), @"error[chip-file] at 8:8: no core is called `cortex-m0++`, expected one of `cortex-m0+`, `cortex-m0`, `cortex-m3`, `cortex-m4`, `cortex-m4f`, `cortex-m7`, `cortex-m7f`, `cortex-m23`, `cortex-m33`, `cortex-m33f`, `rv32imc`, `rv32imac`");
    insta::assert_snapshot!(problems_after(&[("0x2000_0000", "0x0800_4000"), ("0x8000", "0xFFFF_FFFF")]), @r"
    error[chip-file] at 27:1: `flash` at 0x08000000 ends beyond 32 bits
    error[chip-file] at 33:1: `ram` overlaps `flash` at 0x08000000
    error[chip-file] at 33:1: `ram` overlaps `flash` at 0x00000000
    error[chip-file] at 39:1: `eeprom` overlaps `flash` at 0x08000000
    error[chip-file] at 39:1: `eeprom` overlaps `flash` at 0x00000000
    error[chip-file] at 45:1: `system` overlaps `flash` at 0x08000000
    error[chip-file] at 45:1: `system` overlaps `flash` at 0x00000000
    error[chip-file] at 53:1: `system` overlaps `flash` at 0x08000000
    error[chip-file] at 53:1: `system` overlaps `flash` at 0x00000000
    ");
    insta::assert_snapshot!(
        problems_after(&[("\"PB3\"", "\"three\""), ("nucleo-l031k6", "Nucleo L0"), ("= 2097152", "= 0"), ("resources/", "../")]),
        @r"
    error[chip-file] at 13:18: a core that runs on 0 Hz does not run
    error[chip-file] at 18:1: `../STM32L0x1.svd` is not a path inside a package
    error[chip-file] at 140:8: `Nucleo L0` is not the name of a board: small letters, digits and `-`
    error[chip-file] at 160:7: `three` is not the name of a pin
    "
    );
    insta::assert_snapshot!(problems_after(&[("0xF000_0000", "0xF000_0010"), ("part = 0x425", "part = 0x1425")]), @r"
    error[chip-file] at 15:13: a ROM table begins at a multiple of 4 KiB, not at 0xf0000010
    error[chip-file] at 15:13: a part number has 12 bits, a designer's code 11
    ");
    insta::assert_snapshot!(problems_after(&[("kind = \"ram\"", "kind = \"system\"")]), @"error[chip-file] at 6:8: the chip has no memory of kind `ram`");
}
