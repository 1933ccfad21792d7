//! Generated crates compile with every combination of features, without a warning.

use bringup_gen::pac::{Edition, Layout, Target, Theme};

use crate::support::{
    assert_success, check, check_for, fixture, folder, generate, vendors, write_crate,
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
