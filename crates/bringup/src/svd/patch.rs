//! Patches: what people know better than the vendor, in the YAML of the svdtools project.
//!
//! The `svdtools` library applies them. It reads an SVD file and writes one, so that what is loaded after it is
//! a text that lies on no disk; positions in messages are positions in that text, and say so.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use svdtools::patch::{Config, EncoderConfig, process_reader};
use yaml_rust2::yaml::Hash;
use yaml_rust2::{Yaml, YamlLoader};

use crate::error::{Because, Error};
use crate::files;
use crate::ui;

/// Options that name patches.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct PatchArgs {
    /// Apply a patch in the YAML of svdtools to the SVD file; several are applied one after the other
    #[arg(long = "patch", value_name = "FILE")]
    patches: Vec<PathBuf>,
}

impl PatchArgs {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.patches.is_empty()
    }

    /// The text of an SVD file after all patches.
    ///
    /// What is no SVD file at all is returned as it is: the loader says best what is wrong with it.
    pub(crate) fn apply(&self, path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
        if self.is_empty() || bringup_device::svd::load_bytes(&bytes).device.is_none() {
            return Ok(bytes);
        }
        let mut bytes = bytes;
        for patch in &self.patches {
            let rules = Includes::default().load(patch)?;
            bytes = apply(path, &bytes, patch, rules)?;
        }
        Ok(bytes)
    }
}

/// Applies the rules of one patch.
fn apply(path: &Path, bytes: &[u8], patch: &Path, rules: Hash) -> Result<Vec<u8>, Error> {
    match process(bytes, rules) {
        Ok(patched) => Ok(patched),
        // Without any rule it can only fail on the file itself.
        Err(_) if let Err(source) = process(bytes, Hash::new()) => Err(Error::PatchRefused {
            path: path.into(),
            source,
        }),
        Err(source) => Err(Error::Patch {
            path: patch.into(),
            source,
        }),
    }
}

/// Calls the library. It panics on rules that it does not understand; here that is an error like any other.
fn process(bytes: &[u8], rules: Hash) -> Result<Vec<u8>, Because> {
    let (encoding, config) = (EncoderConfig::default(), Config::default());
    let work = || {
        let mut patched = Vec::new();
        let mut reader = process_reader(bytes, &Yaml::Hash(rules), &encoding, &config)
            .map_err(|error| Because::new(error.chain().map(ToString::to_string)))?;
        std::io::copy(&mut reader, &mut patched)
            .map_err(|error| Because::new([error.to_string()]))?;
        Ok(patched)
    };
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(hook);
    result.unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        let text = text.unwrap_or("no reason is known");
        Err(Because::new([
            "svdtools gave up".to_owned(),
            text.to_owned(),
        ]))
    })
}

/// Reads a patch with all that it includes.
///
/// `_include` lists files, by paths from the file that names them, whose rules are added to the element that has it;
/// rules that are there before count more, and lists are joined.
#[derive(Default)]
struct Includes {
    /// The files that are being read, the outermost first.
    open: Vec<PathBuf>,
}

impl Includes {
    /// The rules of a file.
    fn load(&mut self, path: &Path) -> Result<Hash, Error> {
        let error = |message: String| Error::PatchYaml {
            path: path.into(),
            message,
        };
        let bytes = files::read(path)?;
        let text = String::from_utf8(bytes).map_err(|_| error("it is not UTF-8 text".into()))?;
        let documents = YamlLoader::load_from_str(&text).map_err(|it| error(it.to_string()))?;
        let rules = documents.into_iter().next().unwrap_or(Yaml::Null);
        let mut rules = match rules {
            Yaml::Hash(rules) => rules,
            Yaml::Null => Hash::new(),
            _ => return Err(error("it has no rules: a patch is a mapping".into())),
        };
        let id = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if self.open.contains(&id) {
            return Err(error("it includes itself".into()));
        }
        self.open.push(id);
        self.resolve(&mut rules, path)?;
        self.open.pop();
        Ok(rules)
    }

    /// Replaces each `_include` in `rules`, which are a part of the file at `path`, by what it names.
    fn resolve(&mut self, rules: &mut Hash, path: &Path) -> Result<Vec<PathBuf>, Error> {
        let include = Yaml::String("_include".into());
        let mut included = Vec::new();
        for (name, value) in rules.iter_mut() {
            let hidden = name.as_str().is_some_and(|name| name.starts_with('_'));
            if let Yaml::Hash(value) = value
                && !hidden
                && value.contains_key(&include)
            {
                included.extend(self.resolve(value, path)?);
            }
        }
        for name in names(rules.remove(&include)) {
            let folder = path.parent().unwrap_or(Path::new("."));
            let file = folder.join(&name);
            if !included.contains(&file) {
                let child = self.load(&file)?;
                included.push(file);
                merge(rules, child, path);
            }
        }
        Ok(included)
    }
}

/// The texts of a list, or of one.
fn names(value: Option<Yaml>) -> Vec<String> {
    match value {
        Some(Yaml::String(name)) => vec![name],
        Some(Yaml::Array(list)) => list.into_iter().filter_map(Yaml::into_string).collect(),
        _ => Vec::new(),
    }
}

/// Adds rules to those that are there: lists are joined, mappings merged, and of two texts the first counts.
fn merge(rules: &mut Hash, more: Hash, path: &Path) {
    for (key, value) in more {
        let Some(old) = rules.get_mut(&key) else {
            rules.insert(key, value);
            continue;
        };
        match (old, value) {
            (Yaml::Hash(old), Yaml::Hash(value)) => merge(old, value, path),
            (Yaml::Array(old), Yaml::Array(value)) if *old != value => old.extend(value),
            (Yaml::Array(old), value @ Yaml::String(_)) if !old.contains(&value) => old.push(value),
            (old @ Yaml::String(_), Yaml::Array(mut value)) if !value.contains(old) => {
                value.insert(0, old.clone());
                *old = Yaml::Array(value);
            }
            (Yaml::String(old), Yaml::String(value)) if *old != value => {
                ui::warn(format_args!(
                    "in `{}`: of the two rules `{old}` and `{value}` for `{}` the first counts",
                    path.display(),
                    key.as_str().unwrap_or("?")
                ));
            }
            _ => {}
        }
    }
}
