//! `docs/explain.md`, which is made from the diagnoses; with `UPDATE_DOCS=1` this test writes it.

use std::fmt::Write as _;
use std::path::Path;

use super::ALL;
use super::recognise::{Names, fill};

/// The page.
fn page() -> String {
    let mut page = String::from(
        "# Errors that `bringup explain` knows\n\n\
         `bringup explain` takes the text of an error (`cargo build 2>&1 | bringup explain`, a file, words, or a code such as `E0463`), recognises it and says \
         what it means, with the names of the text filled in. `bringup build` is `cargo build` with these explanations under the messages.\n\n\
         This page is made from `crates/bringup/src/diagnoses`, a file each.\n",
    );
    for diagnosis in ALL {
        let _ = write!(
            page,
            "\n## `{}`\n\n{}.\n\n",
            diagnosis.name,
            capital(diagnosis.summary)
        );
        let _ = write!(page, "Seen as:\n\n```text\n{}\n```\n\n", diagnosis.symptom);
        let _ = writeln!(page, "{}\n", fill(diagnosis.cause, &Names::new()));
        for step in diagnosis.fix {
            let step = fill(step, &Names::new());
            let (prose, code) = step.split_once('\n').unwrap_or((&step, ""));
            let _ = writeln!(page, "- {prose}");
            if !code.is_empty() {
                let code = code.replace('\n', "\n  ");
                let _ = writeln!(page, "\n  ```text\n  {code}\n  ```\n");
            }
        }
        let near: Vec<_> = diagnosis
            .see
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        if !near.is_empty() {
            let _ = writeln!(page, "\nSee also {}.", near.join(", "));
        }
    }
    page
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), rest.as_str())
}

#[test]
fn the_page_shows_every_diagnosis_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/explain.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written.replace("\r\n", "\n") == page(),
        "run the test with UPDATE_DOCS=1"
    );
}
