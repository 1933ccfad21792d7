//! How published HALs use peripheral access crates, each way once: what they name, what they call, what they bound.

use bringup_gen::pac::Theme;

use crate::support::{check, folder, generate, load, write, write_tree};

const DEVICE: &str = include_str!("../fixtures/hal.svd");

fn compiles(name: &str, theme: Theme, program: &str) {
    let folder = folder(name);
    let pac = format!("pac-{name}");
    let tree = generate(&load(DEVICE), |options| options.theme = theme);
    write_tree(&folder.join(&pac), &tree);
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n\
         pac = {{ path = \"{pac}\", package = \"fixture\", features = [\"atomics\", \"critical-section\"] }}\n\n[workspace]\n"
    );
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/lib.rs"), program);
    let Some(output) = check(&folder, &[]) else {
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn of_the_older_convention() {
    let program = include_str!("../fixtures/users/hal_legacy.rs");
    compiles("hal-legacy", Theme::Legacy, program);
}

#[test]
fn of_the_current_convention() {
    let program = include_str!("../fixtures/users/hal_current.rs");
    compiles("hal-current", Theme::Current, program);
}
