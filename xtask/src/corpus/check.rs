//! One file: load, generate, write, compile.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{fs, io};

use bringup_device::{Device, RegisterOrCluster};
use bringup_gen::{FileTree, pac};

use super::report::Row;
use crate::measure::{self, Cost, Ran};
use crate::triple::{self, HOST, Installer};

/// Features that are checked together; a crate has those of them that its target has a use for.
const FEATURES: &[&str] = &["rt", "critical-section", "debug", "defmt", "atomics"];

/// Checks file after file in a folder of its own, so that no two wait for each other's locks.
pub(super) struct Checker<'a> {
    home: PathBuf,
    installer: &'a Installer,
    legacy: bool,
    /// Targets whose dependencies are built in this folder.
    warm: BTreeSet<&'static str>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(home: PathBuf, installer: &'a Installer, legacy: bool) -> Self {
        Self {
            home,
            installer,
            legacy,
            warm: BTreeSet::new(),
        }
    }

    /// Does all of it for one file.
    pub(super) fn check(&mut self, name: String, bytes: &[u8]) -> Row {
        let mut row = Row {
            file: name,
            ..Row::default()
        };
        if let Err(failure) = self.try_check(&mut row, bytes) {
            row.failure = Some(failure);
        }
        row
    }

    fn try_check(&mut self, row: &mut Row, bytes: &[u8]) -> Result<(), String> {
        let start = Instant::now();
        let loaded = bringup_device::svd::load_bytes(bytes);
        row.load_ms = start.elapsed().as_secs_f64() * 1e3;
        let (device, warnings) = loaded.into_result().map_err(|diagnostics| {
            let first = diagnostics
                .iter()
                .find(|diagnostic| diagnostic.is_error())
                .map_or("no error", |diagnostic| diagnostic.message.as_str());
            format!("does not load: {first}")
        })?;
        row.device.clone_from(&device.name);
        row.warnings = warnings.len();
        row.peripherals = device.peripherals.len();
        row.registers = registers(&device);

        let mut target = triple::of(&device);
        let mut options = pac::Options {
            target: target.family,
            ..pac::Options::new("pac")
        };
        if self.legacy {
            options.theme = pac::Theme::Legacy;
            options.edition = pac::Edition::E2024;
        }
        let start = Instant::now();
        let tree = pac::generate(&device, &options).map_err(|error| format!("refused: {error}"))?;
        row.generate_ms = start.elapsed().as_secs_f64() * 1e3;
        row.bytes = tree.total_bytes();

        target.name = self.installer.nearest(target.name);
        target.name.clone_into(&mut row.target);
        self.compile(row, &tree, target.name)
            .inspect_err(|_| self.keep(row))
    }

    /// `cargo check` with all features and with none.
    fn compile(
        &mut self,
        row: &mut Row,
        tree: &FileTree,
        triple: &'static str,
    ) -> Result<(), String> {
        let crate_dir = self.home.join("pac");
        let write = |tree: &FileTree| {
            write_crate(&crate_dir, tree)
                .map_err(|error| format!("{}: {error}", crate_dir.display()))
        };
        let features = features(tree);
        if self.warm.insert(triple) {
            // Dependencies are built beside an empty crate, so that no file pays for them.
            let mut empty = tree.clone();
            empty.insert("src/lib.rs", "#![no_std]\n");
            write(&empty)?;
            self.cargo(triple, &features)?;
            self.cargo(triple, "")?;
        }
        write(tree)?;
        let all = self.cargo(triple, &features)?;
        row.check = all.cost;
        succeeded(&all, "with all features")?;
        let none = self.cargo(triple, "")?;
        row.check_plain = none.cost;
        succeeded(&none, "without features")
    }

    fn cargo(&self, triple: &str, features: &str) -> Result<Ran, String> {
        let run = |offline: bool| {
            let mut command = Command::new(crate::cargo());
            command
                .current_dir(self.home.join("pac"))
                .args([
                    "check",
                    "--quiet",
                    "--color",
                    "never",
                    "--features",
                    features,
                ])
                .args(offline.then_some("--offline"))
                .env_remove("CARGO_ENCODED_RUSTFLAGS")
                .env_remove("CARGO_BUILD_TARGET")
                .env("RUSTFLAGS", "-Dwarnings")
                .env("CARGO_INCREMENTAL", "0")
                .env("CARGO_TARGET_DIR", self.home.join("target"));
            if triple != HOST {
                command.args(["--target", triple]);
            }
            measure::run(&mut command).map_err(|error| format!("cargo cannot be started: {error}"))
        };
        let offline = run(true)?;
        if !offline.success && offline.stderr.contains("offline") {
            // Something has to be fetched first.
            return run(false);
        }
        Ok(offline)
    }

    /// A crate that did not compile stays to be looked at.
    fn keep(&self, row: &Row) {
        let name = row.file.replace(['/', '\\'], "-");
        let failed = self.home.with_file_name("failed").join(name);
        let _ = fs::remove_dir_all(&failed);
        let moved = fs::create_dir_all(self.home.with_file_name("failed"))
            .and_then(|()| fs::rename(self.home.join("pac"), &failed));
        if let Err(error) = moved {
            eprintln!("{}: {error}", failed.display());
        }
    }
}

fn succeeded(ran: &Ran, how: &str) -> Result<(), String> {
    if ran.success {
        Ok(())
    } else {
        Err(format!("does not compile {how}: {}", ran.first_error()))
    }
}

/// Those of [`FEATURES`] that the crate has.
fn features(tree: &FileTree) -> String {
    let manifest = tree.get("Cargo.toml").unwrap_or_default();
    let has = |name: &&&str| {
        manifest
            .lines()
            .any(|line| line.starts_with(&format!("{name} =")))
    };
    let found: Vec<&str> = FEATURES.iter().filter(has).copied().collect();
    found.join(",")
}

/// Registers as the file describes them: an array counts once.
fn registers(device: &Device) -> usize {
    fn count(items: &[RegisterOrCluster]) -> usize {
        items
            .iter()
            .map(|item| match item {
                RegisterOrCluster::Register(_) => 1,
                RegisterOrCluster::Cluster(cluster) => count(&cluster.registers),
            })
            .sum()
    }
    device
        .peripherals
        .iter()
        .map(|peripheral| count(&peripheral.registers))
        .sum()
}

/// Writes a crate in place of the one that was there; it is a workspace of its own.
fn write_crate(dir: &Path, tree: &FileTree) -> io::Result<()> {
    let _ = fs::remove_dir_all(dir.join("src"));
    for (name, text) in tree.iter() {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap_or(dir))?;
        if name == "Cargo.toml" {
            fs::write(path, format!("{text}\n[workspace]\n"))?;
        } else {
            fs::write(path, text)?;
        }
    }
    Ok(())
}

impl Row {
    /// Both checks together.
    pub(super) fn cost(&self) -> Cost {
        self.check.and(self.check_plain)
    }
}
