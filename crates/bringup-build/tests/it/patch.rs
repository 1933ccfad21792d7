//! Patches in a build script.

use std::fs;

use bringup_build::Pac;
use insta::assert_snapshot;

use crate::{TINY, folder, generate};

#[test]
fn patches_are_applied_and_watched_with_what_they_include() {
    let dir = folder("patched");
    let svd = dir.join("tiny.svd");
    // A word that svdtools does not know: it is replaced before.
    fs::write(&svd, TINY.replace("read-only", "READ-ONLY")).unwrap();
    fs::write(
        dir.join("tim.yaml"),
        "TIM:\n  _modify:\n    CNT:\n      name: COUNT\n",
    )
    .unwrap();
    fs::write(dir.join("tiny.yaml"), "_include: tim.yaml\n").unwrap();
    let patch = dir.join("tiny.yaml");
    let lines = generate(
        Pac::new(&svd).patch(&patch).peripherals(["TIM", "PORT"]),
        &dir,
    )
    .unwrap();
    let watched: Vec<_> = [svd, patch, dir.join("tim.yaml")]
        .iter()
        .map(|path| format!("cargo::rerun-if-changed={}", path.display()))
        .collect();
    assert_eq!(lines, watched);
    let text = fs::read_to_string(dir.join("pac.rs")).unwrap();
    assert!(text.contains("pub mod count {") && !text.contains("pub mod cnt {"));
}

#[test]
fn a_patch_that_does_not_fit_is_an_error() {
    let dir = folder("misfit");
    let svd = dir.join("tiny.svd");
    fs::write(&svd, TINY).unwrap();
    let patch = dir.join("tiny.yaml");
    fs::write(&patch, "TIM:\n  NONE:\n    _modify: {}\n").unwrap();
    let error = generate(Pac::new(&svd).patch(&patch), &dir).unwrap_err();
    let shown = format!("Error: {error:?}").replace(&format!("{}/", dir.display()), "");
    assert_snapshot!(shown, @"
    Error: the patch `tiny.yaml` cannot be applied
      caused by: Processing device `TINY`
      caused by: According to `TIM`
      caused by: Processing peripheral `TIM`
      caused by: According to `NONE`
      caused by: Could not find `TIM:NONE. Present registers: CNT.`

    hint: is the patch for this chip, and for this revision of its file?
    ");
}
