//! Generated crates compile with every combination of features, without a warning.

use std::fs;

use bringup_gen::pac::{Edition, Layout, Target, Theme};

use crate::support::{
    assert_success, check, check_for, fixture, folder, generate, vendors, write, write_crate,
};

const FEATURES: &[&str] = &["", "rt,critical-section,debug"];

#[test]
fn fixture_in_both_themes_and_editions() {
    let device = fixture();
    for (name, theme, edition) in [
        ("current", Theme::Current, Edition::E2021),
        ("legacy", Theme::Legacy, Edition::E2024),
    ] {
        let folder = folder(&format!("fixture-{name}"));
        write_crate(
            &folder,
            &generate(&device, |options| {
                (options.theme, options.edition) = (theme, edition);
            }),
        );
        for features in FEATURES {
            let Some(output) = check(&folder, &["--features", features]) else {
                return;
            };
            assert_success(&output, features);
        }
    }
}

#[test]
fn fixture_split_in_every_way() {
    for layout in [Layout::Register, Layout::Single] {
        let folder = folder(&format!("fixture-{layout:?}"));
        write_crate(
            &folder,
            &generate(&fixture(), |options| options.layout = layout),
        );
        let Some(output) = check(&folder, &[]) else {
            return;
        };
        assert_success(&output, &format!("{layout:?}"));
    }
}

#[test]
fn fixture_for_other_processors() {
    for (name, target, triple, features) in [
        (
            "none",
            Target::None,
            "thumbv6m-none-eabi",
            "critical-section",
        ),
        ("riscv", Target::Riscv, "riscv32imac-unknown-none-elf", ""),
        (
            "riscv",
            Target::Riscv,
            "riscv32imac-unknown-none-elf",
            "rt,atomics,critical-section",
        ),
        // There is no standard library for these, and the registers are the same on any processor.
        ("msp430", Target::Msp430, "thumbv6m-none-eabi", "debug"),
        ("xtensa", Target::XtensaLx, "thumbv6m-none-eabi", "debug"),
    ] {
        let folder = folder(&format!("fixture-{name}"));
        let mut device = fixture();
        for peripheral in &mut device.peripherals {
            peripheral.base_address &= 0xFFFF;
        }
        write_crate(
            &folder,
            &generate(&device, |options| {
                (options.target, options.reexport_interrupt) = (target, true);
            }),
        );
        let Some(output) = check_for(triple, &folder, &["--features", features]) else {
            return;
        };
        assert_success(&output, &format!("{name}: {features}"));
    }
}

#[test]
fn tables_of_handlers_that_need_another_compiler() {
    // What stands in for the run times, which build with nightly or Espressif's compiler only. The attribute is a macro.
    let run_time = "#![no_std]\n#[macro_export]\nmacro_rules! interrupt {\n    () => {};\n}\n";
    let feature = "#![cfg_attr(feature = \"rt\", feature(abi_msp430_interrupt))]\n";
    let mut device = fixture();
    for peripheral in &mut device.peripherals {
        peripheral.base_address &= 0xFFFF;
    }
    for (name, target, version, reexport) in [
        ("msp430-rt", Target::Msp430, "0.4.99", false),
        ("msp430-rt", Target::Msp430, "0.4.99", true),
        ("xtensa-lx-rt", Target::XtensaLx, "0.23.99", false),
        ("xtensa-lx-rt", Target::XtensaLx, "0.23.99", true),
    ] {
        let folder = folder(&format!("fixture-{name}-{reexport}"));
        let tree = generate(&device, |options| {
            (options.target, options.reexport_interrupt) = (target, reexport);
        });
        write_crate(&folder, &tree);
        let manifest = folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("it was written");
        let msp430 = target == Target::Msp430;
        let depends = text.contains(&format!("\n{name} = "));
        assert_eq!(depends, reexport || msp430, "{text}");
        if depends {
            let patch = format!("\n[patch.crates-io]\n{name} = {{ path = \"run-time\" }}\n");
            write(&manifest, &(text + &patch));
        }
        let root = tree.get("src/lib.rs").expect("there is a root");
        assert_eq!(root.contains(feature), msp430);
        assert_eq!(root.contains("extern \"msp430-interrupt\""), msp430);
        let root = root.replace(feature, "").replace("msp430-interrupt", "C");
        write(&folder.join("src/lib.rs"), &root);
        let about = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n[features]\ndevice = []\n"
        );
        write(&folder.join("run-time/Cargo.toml"), &about);
        write(&folder.join("run-time/src/lib.rs"), run_time);
        let Some(output) = check(&folder, &["--features", "rt,critical-section"]) else {
            return;
        };
        assert_success(&output, name);
    }
}

#[test]
fn what_dependencies_offer_at_the_root() {
    let folder = folder("fixture-reexport");
    write_crate(
        &folder,
        &generate(&fixture(), |options| {
            options.reexport_core_peripherals = true;
            options.reexport_interrupt = true;
        }),
    );
    let Some(output) = check(
        &folder,
        &["--features", "rt,defmt,atomics,critical-section"],
    ) else {
        return;
    };
    assert_success(&output, "re-exports");
}

#[test]
fn files_of_vendors() {
    for (name, device) in vendors() {
        let folder = folder(name);
        write_crate(&folder, &generate(&device, |_| {}));
        for features in FEATURES {
            let Some(output) = check(&folder, &["--features", features]) else {
                return;
            };
            assert_success(&output, &format!("{name}: {features}"));
        }
    }
}
