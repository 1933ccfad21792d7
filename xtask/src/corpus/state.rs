//! Which files passed before: what `--resume` goes by.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs};

use serde::{Deserialize, Serialize};

use super::Args;
use super::report::Row;

/// A file that passed, and what it passed with.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    /// Of the SVD file, the generator and the compiler.
    hash: u64,
    row: Row,
}

/// What is known from earlier runs, kept in a file that is written after each file that passes.
pub(super) struct State {
    path: PathBuf,
    /// Of the generator, its options and the compiler.
    tools: Vec<u8>,
    resume: bool,
    entries: Mutex<BTreeMap<String, Entry>>,
}

impl State {
    /// Reads what earlier runs left; a file that is not there or broken is an empty one.
    pub(super) fn open(home: &Path, args: &Args) -> Result<Self, String> {
        fs::create_dir_all(home).map_err(|error| format!("{}: {error}", home.display()))?;
        let path = home.join("state.json");
        let entries = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        // The generator is part of this program.
        let mut tools = env::current_exe()
            .and_then(fs::read)
            .map_err(|error| format!("this program cannot be read: {error}"))?;
        let rustc = Command::new("rustc").arg("-vV").output();
        tools.extend(rustc.map(|output| output.stdout).unwrap_or_default());
        tools.push(args.legacy.into());
        Ok(Self {
            path,
            tools: hash(&[&tools]).to_le_bytes().to_vec(),
            resume: args.resume,
            entries: Mutex::new(entries),
        })
    }

    /// The row of a file that need not be checked again.
    pub(super) fn passed(&self, file: &str, svd: &[u8]) -> Option<Row> {
        if !self.resume {
            return None;
        }
        let entries = self.entries.lock().ok()?;
        let entry = entries.get(file)?;
        (entry.hash == hash(&[&self.tools, svd])).then(|| Row {
            before: true,
            ..entry.row.clone()
        })
    }

    /// Notes that a file passed.
    pub(super) fn remember(&self, row: &Row, svd: &[u8]) {
        let Ok(mut entries) = self.entries.lock() else {
            return;
        };
        let entry = Entry {
            hash: hash(&[&self.tools, svd]),
            row: row.clone(),
        };
        entries.insert(row.file.clone(), entry);
        let written = serde_json::to_vec_pretty(&*entries)
            .map_err(Into::into)
            .and_then(|bytes| fs::write(&self.path, bytes));
        if let Err(error) = written {
            eprintln!("{}: {error}", self.path.display());
        }
    }
}

fn hash(parts: &[&[u8]]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    hasher.finish()
}
