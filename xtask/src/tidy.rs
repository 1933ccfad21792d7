//! `cargo xtask tidy`: what no compiler checks. Documents name crates that exist, dependencies run
//! the right way, every crate follows the house rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Runs all checks and returns everything that is wrong.
pub(crate) fn run() -> Result<(), Vec<String>> {
    let metadata = MetadataCommand::new()
        .no_deps()
        .exec()
        .map_err(|error| vec![error.to_string()])?;
    let root = metadata.workspace_root.as_std_path().to_path_buf();
    let mut problems = Vec::new();
    match fs::read_to_string(root.join("ARCHITECTURE.md")) {
        Ok(text) => check_layers(&metadata, &text, &mut problems),
        Err(error) => problems.push(format!("ARCHITECTURE.md: {error}")),
    }
    for package in &metadata.packages {
        check_package(package, &mut problems);
    }
    check_sources(&root, &root, &mut problems);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// The table of crates in ARCHITECTURE.md and the workspace say the same: the same crates, and of each no
/// dependency that the table does not allow.
fn check_layers(metadata: &Metadata, text: &str, problems: &mut Vec<String>) {
    let allowed = layers(text);
    let names: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    for missing in allowed.keys().filter(|name| !names.contains(name.as_str())) {
        problems.push(format!(
            "ARCHITECTURE.md names the crate `{missing}`, which does not exist"
        ));
    }
    for package in &metadata.packages {
        let Some(may) = allowed.get(package.name.as_str()) else {
            problems.push(format!(
                "ARCHITECTURE.md does not name the crate `{}`",
                package.name
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let ours = names.contains(dependency.name.as_str());
            if ours
                && dependency.kind != DependencyKind::Development
                && !may.contains(&dependency.name)
            {
                problems.push(format!(
                    "`{}` depends on `{}`, which the table in ARCHITECTURE.md does not allow",
                    package.name, dependency.name
                ));
            }
        }
    }
}

/// Reads the table of crates: rows `| `crate` | what | `a`, `b` |`, the last column being what the crate may depend on.
fn layers(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    text.lines()
        .skip_while(|line| !line.starts_with("| crate |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').collect();
            let name = quoted(cells.first()?).next()?.to_owned();
            Some((name, quoted(cells.last()?).map(str::to_owned).collect()))
        })
        .collect()
}

/// What stands between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Folder and crate have one name, the lints of the workspace hold, the licence is the project's.
fn check_package(package: &Package, problems: &mut Vec<String>) {
    let folder = package
        .manifest_path
        .parent()
        .and_then(|folder| folder.file_name());
    if folder != Some(package.name.as_str()) {
        problems.push(format!(
            "the crate `{}` is in a folder of another name",
            package.name
        ));
    }
    if package.license.as_deref() != Some("MIT OR Apache-2.0") {
        problems.push(format!(
            "`{}` has another licence than the project",
            package.name
        ));
    }
    if package.description.is_none() {
        problems.push(format!("`{}` has no description", package.name));
    }
    let manifest = fs::read_to_string(&package.manifest_path).unwrap_or_default();
    if !manifest.contains("[lints]\nworkspace = true") {
        problems.push(format!(
            "`{}` does not take the lints of the workspace",
            package.name
        ));
    }
}

/// Endings of files that people write.
const TEXT: &[&str] = &["rs", "toml", "md", "svd", "out", "x", "j2", "snap"];

/// Lines a source file may have; tables and tests are longer.
const LONG: usize = 700;

/// Walks the sources: nothing unfinished is left, nothing depends on a machine, no file is endless.
fn check_sources(root: &Path, folder: &Path, problems: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            if name != "target" && name != ".git" {
                check_sources(root, &path, problems);
            }
            continue;
        }
        if path
            .extension()
            .and_then(|ending| ending.to_str())
            .is_none_or(|ending| !TEXT.contains(&ending))
        {
            continue;
        }
        let shown = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .display()
            .to_string();
        match fs::read_to_string(&path) {
            Ok(text) => check_text(&shown, &text, problems),
            Err(error) => problems.push(format!("{shown}: {error}")),
        }
    }
}

fn check_text(shown: &str, text: &str, problems: &mut Vec<String>) {
    // Spelled apart, so that this file does not find itself.
    let unfinished = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
    ];
    for (number, line) in text.lines().enumerate() {
        if let Some(word) = unfinished.iter().find(|word| line.contains(**word)) {
            problems.push(format!("{shown}:{}: `{word}` is left over", number + 1));
        }
        if [
            concat!("/ho", "me/"),
            concat!("/ro", "ot/"),
            concat!("/Us", "ers/"),
        ]
        .iter()
        .any(|path| line.contains(path))
        {
            problems.push(format!("{shown}:{}: a path of one machine", number + 1));
        }
    }
    let path = Path::new(shown);
    let tests = path.components().any(|part| part.as_os_str() == "tests")
        || path.file_stem().is_some_and(|stem| stem == "tests");
    // What every generated crate carries along is one file there, and so it is here.
    let runtime = path.components().any(|part| part.as_os_str() == "runtime");
    let source = path.extension().is_some_and(|ending| ending == "rs") && !tests && !runtime;
    if source && text.lines().count() > LONG {
        problems.push(format!(
            "{shown} has more than {LONG} lines: would a stranger know where to look in it?"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::{check_text, layers};

    #[test]
    fn the_table_gives_names_and_permissions() {
        let text = "# A\n\n| crate | what | may depend on |\n|---|---|---|\n| `a` | x `y` | `b`, `c` |\n| `b` | – | – |\n\n| `z` |\n";
        let layers = layers(text);
        assert_eq!(layers.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(layers["a"].iter().collect::<Vec<_>>(), ["b", "c"]);
        assert!(layers["b"].is_empty());
    }

    #[test]
    fn leftovers_are_found() {
        let mut problems = Vec::new();
        check_text(
            "src/a.rs",
            concat!("fn a() { to", "do!() }\n"),
            &mut problems,
        );
        check_text("src/b.rs", "fn b() {}\n", &mut problems);
        assert_eq!(problems, [concat!("src/a.rs:1: `to", "do!(` is left over")]);
    }
}
