//! Programs of users against the generated crate.

use bringup_gen::pac::Theme;

use crate::support::{check, fixture, folder, generate, write, write_tree};

/// Checks a program against the fixture's crate; returns what the compiler said, or nothing where it cannot be tried.
fn compile(name: &str, theme: Theme, features: &str, program: &str) -> Option<(bool, String)> {
    let folder = folder(&format!("user-{name}"));
    // Cargo tells packages in one target folder apart by their path inside their workspace.
    let pac = format!("pac-{name}");
    write_tree(
        &folder.join(&pac),
        &generate(&fixture(), |options| options.theme = theme),
    );
    let manifest = format!(
        "[package]\nname = \"user-{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [features]\ncritical-section = [\"fixture/critical-section\"]\ndebug = [\"fixture/debug\"]\natomics = [\"fixture/atomics\"]\n\
         [dependencies]\nfixture = {{ path = \"{pac}\" }}\ncortex-m = \"0.7\"\n[workspace]\n"
    );
    write(&folder.join("Cargo.toml"), &manifest);
    write(&folder.join("src/lib.rs"), program);
    let output = check(&folder, &["--features", features])?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some((output.status.success(), said))
}

#[test]
fn the_current_api() {
    for features in ["", "critical-section,debug,atomics"] {
        let Some((ok, said)) = compile(
            "api",
            Theme::Current,
            features,
            include_str!("../fixtures/users/api.rs"),
        ) else {
            return;
        };
        assert!(ok, "{said}");
    }
}

#[test]
fn the_spelling_of_2019() {
    let program = include_str!("../fixtures/users/year_2019.rs");
    let Some((ok, said)) = compile("year-2019", Theme::Legacy, "", program) else {
        return;
    };
    assert!(ok, "{said}");
}

#[test]
fn a_read_only_register_cannot_be_written() {
    let program = include_str!("../fixtures/users/read_only.rs");
    let Some((ok, said)) = compile("read-only", Theme::Current, "", program) else {
        return;
    };
    assert!(!ok && said.contains("`write`"), "{said}");
}

#[test]
fn a_shared_layout_keeps_access_apart() {
    let program = include_str!("../fixtures/users/shared_read_only.rs");
    let Some((ok, said)) = compile("shared-read-only", Theme::Current, "", program) else {
        return;
    };
    assert!(!ok && said.contains("`write`"), "{said}");
}

#[test]
fn a_forbidden_value_needs_unsafe() {
    let program = include_str!("../fixtures/users/forbidden_value.rs");
    let Some((ok, said)) = compile("forbidden-value", Theme::Current, "", program) else {
        return;
    };
    assert!(!ok && said.contains("E0133"), "{said}");
}
