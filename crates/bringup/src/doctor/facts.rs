//! What is known about the machine and the project, gathered once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bringup_device::catalogue::Chip;
use cargo_metadata::{Metadata, Package};

use super::cargo_config::{self, ConfigFile};
use super::linker_script::{self, Region};
use crate::cargo;
use crate::diagnoses::{What, clean, recognise};
use crate::error::Error;
use crate::project::{self, ProbeTool};
use crate::target::TargetArgs;

/// Where to look.
#[derive(Debug)]
pub(crate) struct Where<'a> {
    /// The folder of a project, or one in it.
    pub(crate) path: &'a Path,
    /// The root of the system whose udev rules and USB devices are looked at.
    pub(crate) system: &'a Path,
    /// The chip, where it is named.
    pub(crate) target: &'a TargetArgs,
}

/// Everything that checks look at.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The folder in which tools are started.
    pub(crate) dir: PathBuf,
    /// The root of the system.
    pub(crate) system: PathBuf,
    /// The project, if there is one.
    pub(crate) project: Option<ProjectFacts>,
    /// The chip, if it is known.
    pub(crate) chip: Option<Chip>,
    /// The variables of the environment that replace flags.
    pub(crate) rustflags: Option<(String, String)>,
}

/// What is known about a project.
#[derive(Debug)]
pub(crate) struct ProjectFacts {
    /// The folder of the manifest.
    pub(crate) dir: PathBuf,
    /// Cargo's configuration, the nearest file first.
    pub(crate) configs: Vec<ConfigFile>,
    /// The target that is built for.
    pub(crate) target: Option<String>,
    /// What the manifest says to `bringup`.
    pub(crate) metadata: project::Metadata,
    /// The packages, or why cargo cannot find them: what it said, and the diagnosis of that.
    pub(crate) graph: Result<Graph, (String, Option<&'static str>)>,
}

/// The packages of a project, as cargo resolves them for its target.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) metadata: Metadata,
    /// Place of the project's own package in `metadata.packages`.
    own: Option<usize>,
}

impl Facts {
    /// Gathers them.
    pub(crate) fn gather(place: &Where<'_>) -> Result<Self, Error> {
        let absolute = std::path::absolute(place.path).map_err(|source| Error::Read {
            path: place.path.into(),
            source,
        })?;
        if !absolute.exists() {
            return Err(Error::Read {
                path: place.path.into(),
                source: std::io::ErrorKind::NotFound.into(),
            });
        }
        let start = if absolute.is_file() {
            absolute.parent().unwrap_or(&absolute)
        } else {
            &absolute
        };
        let manifest = start
            .ancestors()
            .find(|dir| dir.join("Cargo.toml").is_file());
        let described = match manifest {
            Some(dir) => project::Project::at(dir)?,
            None => None,
        };
        let chip = match (place.target.named()?, &described) {
            (Some(target), _) => Some(target.chip.into_owned()),
            (None, Some(project)) => project.target()?.map(|target| target.chip.into_owned()),
            (None, None) => None,
        };
        let metadata = described
            .map(|project| project.metadata)
            .unwrap_or_default();
        Ok(Self {
            dir: manifest.unwrap_or(start).to_owned(),
            system: place.system.to_owned(),
            project: manifest.map(|dir| ProjectFacts::gather(dir, metadata)),
            chip,
            rustflags: rustflags(),
        })
    }
}

/// The first of the variables that replace the flags of cargo's configuration.
fn rustflags() -> Option<(String, String)> {
    ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"]
        .into_iter()
        .find_map(|name| {
            let value = std::env::var(name).ok()?;
            Some((name.to_owned(), value.replace('\u{1f}', " ")))
        })
}

impl ProjectFacts {
    fn gather(dir: &Path, metadata: project::Metadata) -> Self {
        let configs = cargo_config::files(dir);
        let target = std::env::var("CARGO_BUILD_TARGET").ok().or_else(|| {
            let named = configs.iter().find_map(ConfigFile::build_target);
            named.map(str::to_owned)
        });
        let graph = Graph::gather(dir, target.as_deref());
        Self {
            dir: dir.to_owned(),
            configs,
            target,
            metadata,
            graph,
        }
    }

    /// The tool that the project flashes with.
    pub(crate) fn probe(&self) -> Option<ProbeTool> {
        self.metadata.probe
    }

    /// A path as the user knows it: below the project where it is.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.dir)
            .unwrap_or(path)
            .display()
            .to_string()
    }

    /// The project's own file of that name, as text.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        let bytes = std::fs::read(self.dir.join(name)).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The source of the build script without its comments.
    pub(crate) fn build_script(&self) -> Option<String> {
        let own = self.graph.as_ref().ok().and_then(Graph::own);
        let target = own.and_then(|own| own.targets.iter().find(|target| target.is_custom_build()));
        let path = target.map_or_else(
            || self.dir.join("build.rs"),
            |target| target.src_path.clone().into(),
        );
        let text = std::fs::read_to_string(path).ok()?;
        // The slashes of an address in a literal begin no comment.
        let code = text.lines().map(|line| match line.split_once("//") {
            Some((code, _)) if !code.ends_with(':') => code,
            _ => line,
        });
        Some(code.collect::<Vec<_>>().join("\n"))
    }

    /// The folder in which cargo starts the linker: the root of the workspace.
    pub(crate) fn workspace(&self) -> PathBuf {
        match &self.graph {
            Ok(graph) => graph.metadata.workspace_root.clone().into(),
            Err(_) => self.dir.clone(),
        }
    }

    /// Files called `memory.x` that the linker may find, in the order in which it looks: where it is started, then where the build script or another
    /// package sends it.
    pub(crate) fn memory_files(&self) -> Vec<MemoryFile> {
        let script = self.build_script().unwrap_or_default();
        let mut folders = vec![self.workspace()];
        if script.contains("rustc-link-search") || script.contains("memory.x") {
            folders.push(self.dir.clone());
        }
        let mut files: Vec<MemoryFile> = Vec::new();
        for folder in folders {
            let path = folder.join("memory.x");
            if let Ok(bytes) = std::fs::read(&path)
                && !files.iter().any(|known| known.path == path)
            {
                files.push(MemoryFile::new(
                    path,
                    &String::from_utf8_lossy(&bytes),
                    None,
                ));
            }
        }
        if let Ok(graph) = &self.graph {
            files.extend(graph.memory_files());
        }
        files
    }
}

/// A `memory.x`.
#[derive(Debug)]
pub(crate) struct MemoryFile {
    pub(crate) path: PathBuf,
    pub(crate) regions: Vec<Region>,
    /// The dependency that brings it.
    pub(crate) package: Option<String>,
}

impl MemoryFile {
    fn new(path: PathBuf, text: &str, package: Option<String>) -> Self {
        Self {
            path,
            regions: linker_script::regions(text),
            package,
        }
    }

    /// The region of that name.
    pub(crate) fn region(&self, name: &str) -> Option<&Region> {
        self.regions.iter().find(|region| region.name == name)
    }
}

impl Graph {
    fn gather(dir: &Path, target: Option<&str>) -> Result<Self, (String, Option<&'static str>)> {
        // The network is asked only if what is on the machine does not do.
        let output = run_metadata(dir, target, true).or_else(|said| {
            if said.contains("offline") {
                run_metadata(dir, target, false)
            } else {
                Err(said)
            }
        });
        let text = output.map_err(|said| {
            let found = recognise(&said)
                .into_iter()
                .find_map(|found| match found.what {
                    What::Diagnosis(diagnosis) => Some(diagnosis.name),
                    What::Rule(_) => None,
                });
            (said, found)
        })?;
        let metadata = cargo_metadata::MetadataCommand::parse(text)
            .map_err(|error| (error.to_string(), None))?;
        let manifest = dir.join("Cargo.toml");
        let is_own = |package: &Package| {
            let path = package.manifest_path.as_std_path();
            path == manifest || path.canonicalize().ok() == manifest.canonicalize().ok()
        };
        // Of a workspace without a package of its own, the first one that makes a program.
        let makes_program = |package: &Package| {
            metadata.workspace_members.contains(&package.id)
                && package.targets.iter().any(cargo_metadata::Target::is_bin)
        };
        let own = metadata.packages.iter().position(is_own);
        let own = own.or_else(|| metadata.packages.iter().position(makes_program));
        Ok(Self { metadata, own })
    }

    /// The project's own package.
    pub(crate) fn own(&self) -> Option<&Package> {
        self.metadata.packages.get(self.own?)
    }

    /// The packages that are resolved for the target, with the features that are on.
    pub(crate) fn resolved(&self) -> impl Iterator<Item = (&Package, Vec<&str>)> {
        let nodes = self
            .metadata
            .resolve
            .iter()
            .flat_map(|resolve| &resolve.nodes);
        nodes.filter_map(|node| {
            let package = self
                .metadata
                .packages
                .iter()
                .find(|package| package.id == node.id)?;
            let features = node.features.iter().map(|feature| feature.as_str());
            Some((package, features.collect()))
        })
    }

    /// The packages that the project's own depends on directly.
    pub(crate) fn direct(&self) -> Vec<(&Package, Vec<&str>)> {
        let own = self.own().map(|package| &package.id);
        let nodes = self
            .metadata
            .resolve
            .iter()
            .flat_map(|resolve| &resolve.nodes);
        let own = nodes.filter(|node| Some(&node.id) == own);
        let direct: Vec<_> = own.flat_map(|node| &node.dependencies).collect();
        self.resolved()
            .filter(|(package, _)| direct.contains(&&package.id))
            .collect()
    }

    /// The `memory.x` of dependencies whose build scripts send the linker there.
    fn memory_files(&self) -> Vec<MemoryFile> {
        let own = self.own().map(|package| &package.id);
        let others = self
            .resolved()
            .filter(|(package, _)| Some(&package.id) != own);
        others
            .filter_map(|(package, _)| {
                let script = package
                    .targets
                    .iter()
                    .find(|target| target.is_custom_build())?;
                let code = std::fs::read_to_string(&script.src_path).ok()?;
                let path: PathBuf = package.manifest_path.with_file_name("memory.x").into();
                let text = std::fs::read_to_string(&path).ok()?;
                let name = package.name.to_string();
                code.contains("memory.x")
                    .then(|| MemoryFile::new(path, &text, Some(name)))
            })
            .collect()
    }
}

/// What `cargo metadata` prints, or what it says if it fails.
fn run_metadata(dir: &Path, target: Option<&str>, offline: bool) -> Result<String, String> {
    let mut command: Command = cargo::command(dir);
    command
        .args(["metadata", "--format-version", "1"])
        .stdin(Stdio::null());
    if let Some(target) = target {
        command.args(["--filter-platform", target]);
    }
    if offline {
        command.arg("--offline");
    }
    let output = command
        .output()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(clean(&output.stderr))
    }
}
