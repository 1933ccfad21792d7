//! Cargo's configuration files, each with what it says: doctor has to know which file a flag is from.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// A file of the configuration.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// Under the name that cargo warns about.
    pub(crate) has_old_name: bool,
    pub(crate) table: Table,
}

/// The files that hold for a folder, the nearest first, as cargo looks for them: in the folder, in those above it, and in cargo's
/// own.
pub(super) fn files(dir: &Path) -> Vec<ConfigFile> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| directories::BaseDirs::new().map(|dirs| dirs.home_dir().join(".cargo")));
    let above = dir.ancestors().map(|dir| dir.join(".cargo"));
    let mut files: Vec<ConfigFile> = Vec::new();
    for folder in above.chain(home) {
        let file = ["config", "config.toml"]
            .iter()
            .find_map(|name| read(&folder.join(name)));
        if let Some(file) = file
            && !files.iter().any(|known| known.path == file.path)
        {
            files.push(file);
        }
    }
    files
}

fn read(path: &Path) -> Option<ConfigFile> {
    let text = std::fs::read_to_string(path).ok()?;
    // What cargo cannot read, cargo complains about by itself.
    let table = text.parse().unwrap_or_default();
    Some(ConfigFile {
        path: path.into(),
        has_old_name: path.extension().is_none(),
        table,
    })
}

impl ConfigFile {
    /// `build.target`.
    pub(crate) fn build_target(&self) -> Option<&str> {
        match self.table.get("build")?.get("target")? {
            Value::String(target) => Some(target),
            Value::Array(targets) => targets.first()?.as_str(),
            _ => None,
        }
    }

    /// The flags that reach rustc for a target: those of the target, of expressions that may hold for it, and of all builds, which cargo
    /// takes only where no target has any.
    pub(crate) fn rustflags(&self, target: &str) -> (Vec<String>, Vec<String>) {
        let of_target = self
            .target_tables(target)
            .flat_map(|table| flags(table.get("rustflags")));
        let of_build = self
            .table
            .get("build")
            .and_then(|build| build.get("rustflags"));
        (of_target.collect(), flags(of_build))
    }

    /// A setting of the target, for example `runner` or `linker`.
    pub(crate) fn of_target(&self, target: &str, key: &str) -> Option<String> {
        self.target_tables(target)
            .find_map(|table| match table.get(key)? {
                Value::String(text) => Some(text.clone()),
                Value::Array(words) => {
                    let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
                    Some(words.join(" "))
                }
                _ => None,
            })
    }

    /// The tables that hold for a target. What embedded projects write as `cfg(…)`, mostly `target_os = "none"` with an architecture, holds
    /// for targets without an operating system.
    fn target_tables<'a>(&'a self, target: &'a str) -> impl Iterator<Item = &'a Table> {
        let is_bare = target.contains("-none");
        let may_hold = |key: &str| {
            let words = ["none", "arm", "riscv"];
            key.starts_with("cfg(")
                && !key.contains("not(")
                && words.iter().any(|word| key.contains(word))
        };
        let tables = self.table.get("target").and_then(Value::as_table);
        let holding = tables
            .into_iter()
            .flatten()
            .filter(move |(key, _)| *key == target || (is_bare && may_hold(key)));
        holding.filter_map(|(_, value)| value.as_table())
    }
}

/// Flags as a list or as words.
fn flags(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(words)) => words.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
