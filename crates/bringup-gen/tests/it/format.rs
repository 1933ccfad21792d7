//! What is printed is what rustfmt would print.

use std::path::Path;
use std::process::Command;

use bringup_device::Device;
use bringup_gen::pac::{Edition, Layout, Target, Theme};

use crate::support::{fixture, folder, generate, load, vendors, write_tree};

#[test]
fn rustfmt_changes_nothing_in_the_fixture() {
    unchanged("format-fixture", &fixture());
}

#[test]
fn rustfmt_changes_nothing_in_odd_names() {
    unchanged("format-names", &load(include_str!("../fixtures/names.svd")));
}

#[test]
fn rustfmt_changes_nothing_in_files_of_vendors() {
    for (name, device) in vendors() {
        unchanged(&format!("format-{name}"), &device);
    }
}

#[test]
fn rustfmt_changes_nothing_however_files_are_split() {
    for layout in [Layout::Register, Layout::Single] {
        let folder = folder("format-layout");
        let tree = generate(&fixture(), |options| options.layout = layout);
        write_tree(&folder, &tree);
        check(&folder, Edition::E2021);
    }
}

#[test]
fn rustfmt_changes_nothing_whatever_the_processor() {
    for (target, fpu) in [
        (Target::CortexM, false),
        (Target::CortexM, true),
        (Target::Riscv, false),
        (Target::Msp430, false),
        (Target::XtensaLx, false),
        (Target::None, false),
    ] {
        let folder = folder("format-target");
        let mut device = fixture();
        if let Some(cpu) = &mut device.cpu {
            cpu.fpu_present = fpu;
        }
        for peripheral in &mut device.peripherals {
            // The address space of the smallest of them.
            peripheral.base_address &= 0xFFFF;
        }
        let tree = generate(&device, |options| {
            options.target = target;
            options.reexport_core_peripherals = true;
            options.reexport_interrupt = true;
            options.field_types = true;
        });
        write_tree(&folder, &tree);
        check(&folder, Edition::E2021);
    }
}

fn unchanged(name: &str, device: &Device) {
    for edition in [Edition::E2021, Edition::E2024] {
        for theme in [Theme::Current, Theme::Legacy] {
            let folder = folder(name);
            write_tree(
                &folder,
                &generate(device, |options| {
                    (options.theme, options.edition) = (theme, edition);
                }),
            );
            check(&folder, edition);
        }
    }
}

fn check(folder: &Path, edition: Edition) {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt
        .args(["--check", "--edition", edition.year(), "src/lib.rs"])
        .args(folder.join("build.rs").exists().then_some("build.rs"))
        .current_dir(folder);
    let Ok(output) = rustfmt.output() else {
        eprintln!("skipped: rustfmt is not installed");
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}
