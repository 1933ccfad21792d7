//! Generated crates compile with every combination of features, without a warning.

use bringup_gen::pac::{Edition, Target, Theme};

use crate::support::{assert_success, check, fixture, folder, generate, vendors, write_crate};

const FEATURES: &[&str] = &["", "rt", "rt,critical-section", "debug"];

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
fn fixture_for_no_target_at_all() {
    let folder = folder("fixture-none");
    write_crate(
        &folder,
        &generate(&fixture(), |options| options.target = Target::None),
    );
    let Some(output) = check(&folder, &["--features", "critical-section"]) else {
        return;
    };
    assert_success(&output, "target none");
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

#[test]
fn each_peripheral_on_its_own() {
    let device = fixture();
    for peripheral in &device.peripherals {
        let folder = folder(&format!("only-{}", peripheral.name));
        write_crate(
            &folder,
            &generate(&device, |options| {
                options.peripherals.push(peripheral.name.to_lowercase());
            }),
        );
        let Some(output) = check(&folder, &[]) else {
            return;
        };
        assert_success(&output, &peripheral.name);
    }
}
