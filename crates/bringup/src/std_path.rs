//! Through which crates of a cargo project the standard library comes into its program.

mod attributes;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, Node, Package, PackageId, Target};

use crate::cargo;
use crate::error::Error;
use attributes::Std;

/// Chains of crates beyond these are not told.
const MOST_CHAINS: usize = 5;

/// How the standard library comes into a program, a line for each way; nothing if no project is known of it.
///
/// The project is the one of a manifest that is named, or else the one that cargo made the program for.
pub(crate) fn of_program(program: &Path, manifest: Option<&Path>) -> Result<Vec<String>, Error> {
    let found = match manifest {
        Some(manifest) if manifest.is_dir() => Some(manifest.to_path_buf()),
        Some(manifest) => manifest.parent().map(Path::to_path_buf),
        None => project_of(program),
    };
    let Some(dir) = found else {
        return Ok(Vec::new());
    };
    // An empty path is the folder that we are in.
    let dir = if dir.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        dir
    };
    match cargo::project_metadata(&dir, triple_of(program).as_deref()) {
        Ok(metadata) => Ok(chains(&metadata, program)),
        Err(error) if manifest.is_some() => Err(error),
        // What was only found may be gone, or be another's.
        Err(_) => Ok(Vec::new()),
    }
}

/// The folder of the project that a program was built for: by the list of its sources, which cargo leaves beside it, or by the
/// target folder that it is in.
fn project_of(program: &Path) -> Option<PathBuf> {
    let program = std::path::absolute(program).ok()?;
    let has_manifest = |dir: &&Path| dir.join("Cargo.toml").is_file();
    let sources = std::fs::read_to_string(program.with_extension("d")).unwrap_or_default();
    let source = sources
        .split_once(": ")
        .and_then(|(_, sources)| sources.split_whitespace().next());
    let by_source =
        source.and_then(|source| Path::new(source).ancestors().skip(1).find(has_manifest));
    let target = target_of(&program);
    let by_target = || target.and_then(Path::parent).filter(has_manifest);
    by_source.or_else(by_target).map(Path::to_path_buf)
}

/// The target folder of cargo that a file is in.
fn target_of(program: &Path) -> Option<&Path> {
    program
        .ancestors()
        .skip(1)
        .find(|dir| dir.join(".rustc_info.json").is_file())
}

/// The target that a program was built for, if its place in the target folder tells: `target/TRIPLE/PROFILE/NAME`.
fn triple_of(program: &Path) -> Option<String> {
    let program = std::path::absolute(program).ok()?;
    let inside = program.strip_prefix(target_of(&program)?).ok()?;
    let [triple, _, _] = *inside.iter().collect::<Vec<_>>() else {
        return None;
    };
    triple.to_str().map(str::to_owned)
}

/// A line for each way.
fn chains(metadata: &Metadata, program: &Path) -> Vec<String> {
    let Some(root) = root(metadata, program) else {
        return Vec::new();
    };
    let graph = Graph::new(metadata);
    let own = bin(root, program).or_else(|| root.targets.iter().find(|target| target.is_bin()));
    if let Some(target) = own
        && let Some(why) = reason(target.src_path.as_std_path(), &graph.features(&root.id))
    {
        let source = &target.src_path;
        let source = source
            .strip_prefix(&metadata.workspace_root)
            .unwrap_or(source);
        return vec![format!(
            "it comes in with the program itself: in `{source}`, {why}"
        )];
    }
    let mut lines = graph.walk(&root.id);
    let more = lines.len().saturating_sub(MOST_CHAINS);
    lines.truncate(MOST_CHAINS);
    if more > 0 {
        lines.push(format!("and through {more} more"));
    }
    lines
}

/// The package whose program it is: by the program's name, or else the one of the folder.
fn root<'a>(metadata: &'a Metadata, program: &Path) -> Option<&'a Package> {
    let members = metadata.workspace_packages();
    let by_name = members
        .iter()
        .find(|package| bin(package, program).is_some());
    by_name.copied().or_else(|| metadata.root_package())
}

/// The target of a package that makes a program of that name.
fn bin<'a>(package: &'a Package, program: &Path) -> Option<&'a Target> {
    let name = program.file_stem()?.to_str()?;
    package
        .targets
        .iter()
        .find(|target| target.is_bin() && target.name == name)
}

/// Packages and what they depend on.
struct Graph<'a> {
    packages: BTreeMap<&'a PackageId, &'a Package>,
    nodes: BTreeMap<&'a PackageId, &'a Node>,
}

impl<'a> Graph<'a> {
    fn new(metadata: &'a Metadata) -> Self {
        let packages = metadata.packages.iter();
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        Self {
            packages: packages.map(|package| (&package.id, package)).collect(),
            nodes: nodes.map(|node| (&node.id, node)).collect(),
        }
    }

    /// A line for each crate that takes `std`, the nearest first; what is behind one is not looked at.
    fn walk(&self, root: &'a PackageId) -> Vec<String> {
        let mut before = BTreeMap::from([(root, None)]);
        let mut queue = VecDeque::from([root]);
        let mut lines = Vec::new();
        while let Some(id) = queue.pop_front() {
            if let Some(why) = self.reason(id).filter(|_| id != root) {
                let chain = self.chain(&before, id);
                lines.push(format!("it comes in through {chain}: {why}"));
                continue;
            }
            for dependency in self.linked(id) {
                if !before.contains_key(dependency) {
                    before.insert(dependency, Some(id));
                    queue.push_back(dependency);
                }
            }
        }
        lines
    }

    /// Why the library of a package takes `std`.
    fn reason(&self, id: &PackageId) -> Option<String> {
        let library = self.packages.get(id)?.targets.iter();
        let library = library
            .filter(|target| target.is_lib() || target.is_rlib())
            .map(|target| target.src_path.as_std_path())
            .next()?;
        reason(library, &self.features(id))
    }

    /// Packages that are linked into one: those needed by it when it runs, without macros.
    fn linked(&self, id: &PackageId) -> impl Iterator<Item = &'a PackageId> {
        let dependencies = self.nodes.get(id).into_iter().flat_map(|node| &node.deps);
        dependencies
            .filter(|dependency| {
                let kinds = &dependency.dep_kinds;
                kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
            })
            .map(|dependency| &dependency.pkg)
            .filter(|id| {
                let package = self.packages.get(id);
                package.is_some_and(|package| !package.targets.iter().any(Target::is_proc_macro))
            })
    }

    fn features(&self, id: &PackageId) -> Vec<&'a str> {
        let features = self.nodes.get(id).into_iter();
        let features = features.flat_map(|node| &node.features);
        features.map(|feature| feature.as_str()).collect()
    }

    /// Crates from the program to one of them: `` `app` → `a` 1.0.0 → `b` 0.2.1 ``.
    fn chain(&self, before: &BTreeMap<&PackageId, Option<&PackageId>>, last: &PackageId) -> String {
        let mut names = Vec::new();
        let mut id = Some(last);
        while let Some(current) = id {
            id = before.get(current).copied().flatten();
            if let Some(package) = self.packages.get(current) {
                names.push(match id {
                    Some(_) => format!("`{}` {}", package.name, package.version),
                    None => format!("`{}`", package.name),
                });
            }
        }
        names.reverse();
        names.join(" → ")
    }
}

/// Why a crate takes `std`, by the source that its attributes are in.
fn reason(source: &Path, features: &[&str]) -> Option<String> {
    let source = std::fs::read_to_string(source).ok()?;
    match attributes::std_of(&source, features) {
        Std::Without => None,
        Std::Always => Some("`#![no_std]` is missing".to_owned()),
        Std::Feature(name) => Some(format!("its feature `{name}` is on")),
    }
}
