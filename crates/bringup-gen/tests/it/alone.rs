//! A peripheral generated without the others compiles: it brings what it is made of, whether the file describes that in
//! another peripheral, or the whole crate would have it from one.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use bringup_device::Device;
use bringup_gen::pac::{Options, Target, Theme, generate};

use crate::support::{assert_success, check, fixture, folder, load, write, write_tree};

/// Files of vendors with much that is derived and shared.
const FILES: &[&str] = &[
    "Atmel/ATSAMD21G15B.svd",
    "Espressif/esp32c3.svd",
    "Nordic/nrf52840.svd",
    "Renesas/R7FA2E2A7.svd",
    "STMicro-2026/STM32L0x1.svd",
    "TexasInstruments/TM4C123GH6PM.svd",
];

/// Peripherals of one file that are tried.
const SAMPLE: usize = 5;

/// Generates a crate for each of the peripherals, all of which one crate depends on.
fn compile<'a>(name: &str, peripherals: impl IntoIterator<Item = (&'a Device, &'a str)>) {
    let folder = folder(name);
    let mut manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n[dependencies]\n"
    );
    let mut program = String::from("#![no_std]\n");
    for (n, (device, peripheral)) in peripherals.into_iter().enumerate() {
        let mut options = Options::new(format!("{name}-{n}"));
        options.peripherals = vec![peripheral.to_owned()];
        options.target = Target::None;
        if n % 2 == 1 {
            options.theme = Theme::Legacy;
        }
        let tree = generate(device, &options).unwrap_or_else(|error| panic!("{error}"));
        write_tree(&folder.join(format!("pac-{n}")), &tree);
        let _ = writeln!(
            manifest,
            "{name}-{n} = {{ path = \"pac-{n}\", features = [\"debug\"] }}"
        );
        let krate = format!("{name}-{n}").replace('-', "_");
        let _ = writeln!(program, "pub use {krate} as _{n}; // {peripheral}");
    }
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/lib.rs"), &program);
    if let Some(output) = check(&folder, &[]) {
        assert_success(&output, name);
    }
}

fn names(device: &Device) -> impl Iterator<Item = &str> {
    device
        .peripherals
        .iter()
        .map(|peripheral| &*peripheral.name)
}

#[test]
fn each_of_the_fixtures() {
    let devices = [
        fixture(),
        load(crate::table::DEVICE),
        load(include_str!("../fixtures/hal.svd")),
        load(include_str!("../fixtures/names.svd")),
    ];
    let each = |device| names(device).map(move |name| (device, name));
    compile("alone", devices.iter().flat_map(each));
}

#[test]
fn some_of_vendors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/svd");
    let read = |name: &&str| {
        let text = fs::read_to_string(folder.join(name));
        if text.is_err() {
            eprintln!("skipped: {name} is not there");
        }
        text.ok().map(|text| load(&text))
    };
    let devices: Vec<Device> = FILES.iter().filter_map(read).collect();
    // Spread over the file, so that those that others are derived from and those that are derived both come.
    let some = |device| {
        let count = names(device).count();
        names(device)
            .enumerate()
            .filter(move |(n, _)| n * SAMPLE % count < SAMPLE)
            .map(move |(_, name)| (device, name))
    };
    compile("alone-vendors", devices.iter().flat_map(some));
}
