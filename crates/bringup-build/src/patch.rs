//! Patches: what people know better than the vendor, in the YAML of the svdtools project.
//!
//! The `svdtools` library applies them. It reads an SVD file and writes one, so that what is loaded after it is
//! a text that lies on no disk. It knows the words of the standard only, so those that the loader reads in their place are
//! replaced before.

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::{error, fmt, fs, io};

use svdtools::patch::{Config, EncoderConfig, process_reader};
use yaml_rust2::yaml::Hash;
use yaml_rust2::{Yaml, YamlLoader};

/// A file after its patches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    /// Its text.
    pub text: Vec<u8>,
    /// Files that the patches include.
    pub included: Vec<PathBuf>,
    /// What is not quite right in the patches, in a sentence each.
    pub warnings: Vec<String>,
}

/// Applies patches to the text of the SVD file at `svd`, one after the other.
///
/// What is no SVD file at all is returned as it is: the loader says best what is wrong with it.
pub fn apply(svd: &Path, text: Vec<u8>, patches: &[PathBuf]) -> Result<Patched, Error> {
    let mut patched = Patched {
        text,
        included: Vec::new(),
        warnings: Vec::new(),
    };
    if patches.is_empty()
        || bringup_device::svd::load_bytes(&patched.text)
            .device
            .is_none()
    {
        return Ok(patched);
    }
    if let Ok(text) = std::str::from_utf8(&patched.text) {
        patched.text = bringup_device::svd::respell(text).into_owned().into_bytes();
    }
    let mut includes = Includes::default();
    for patch in patches {
        let rules = includes.load(patch)?;
        patched.text = apply_one(svd, &patched.text, patch, rules)?;
    }
    patched.included = includes.seen;
    patched.included.retain(|path| !patches.contains(path));
    patched.warnings = includes.warnings;
    Ok(patched)
}

/// Why a patch was not applied.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    Read {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not YAML, or not a patch.
    Yaml {
        /// Its path.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The patch does not fit the SVD file.
    Misfit {
        /// Path of the patch.
        path: PathBuf,
        /// What svdtools says.
        source: Because,
    },
    /// svdtools does not read the SVD file, whatever the patch.
    Refused {
        /// Path of the SVD file.
        path: PathBuf,
        /// What svdtools says.
        source: Because,
    },
}

impl Error {
    /// The way out, if one is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("is the path right, seen from the current directory?".into())
            }
            Self::Refused { path, .. } => Some(format!(
                "`bringup svd check {}` lists what is wrong with it; mend a copy of the file and patch that",
                path.display()
            )),
            Self::Misfit { .. } => {
                Some("is the patch for this chip, and for this revision of its file?".into())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, .. } => write!(f, "cannot read `{}`", path.display()),
            Self::Yaml { path, message } => {
                write!(f, "`{}` is not a patch: {message}", path.display())
            }
            Self::Misfit { path, .. } => {
                write!(f, "the patch `{}` cannot be applied", path.display())
            }
            Self::Refused { path, .. } => write!(
                f,
                "`{}` cannot be patched: svdtools refuses the file as it is",
                path.display()
            ),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            Self::Misfit { source, .. } | Self::Refused { source, .. } => Some(source),
            Self::Yaml { .. } => None,
        }
    }
}

/// A chain of reasons that another library gave as texts.
#[derive(Debug)]
pub struct Because {
    text: String,
    source: Option<Box<Because>>,
}

impl Because {
    /// The reasons, the outermost first.
    fn new(reasons: impl IntoIterator<Item = String>) -> Self {
        let mut reasons = reasons.into_iter();
        let text = reasons.next().unwrap_or_default();
        let rest: Vec<_> = reasons.collect();
        let source = (!rest.is_empty()).then(|| Box::new(Self::new(rest)));
        Self { text, source }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl error::Error for Because {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Applies the rules of one patch.
fn apply_one(path: &Path, bytes: &[u8], patch: &Path, rules: Hash) -> Result<Vec<u8>, Error> {
    match process(bytes, rules) {
        Ok(patched) => Ok(patched),
        // Without any rule it can only fail on the file itself.
        Err(_) if let Err(source) = process(bytes, Hash::new()) => Err(Error::Refused {
            path: path.into(),
            source,
        }),
        Err(source) => Err(Error::Misfit {
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
        io::copy(&mut reader, &mut patched).map_err(|error| Because::new([error.to_string()]))?;
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
    /// All files that were read.
    seen: Vec<PathBuf>,
    warnings: Vec<String>,
}

impl Includes {
    /// The rules of a file.
    fn load(&mut self, path: &Path) -> Result<Hash, Error> {
        let error = |message: String| Error::Yaml {
            path: path.into(),
            message,
        };
        let bytes = fs::read(path).map_err(|source| Error::Read {
            path: path.into(),
            source,
        })?;
        if !self.seen.iter().any(|seen| seen == path) {
            self.seen.push(path.into());
        }
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
                merge(rules, child, path, &mut self.warnings);
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
fn merge(rules: &mut Hash, more: Hash, path: &Path, warnings: &mut Vec<String>) {
    for (key, value) in more {
        let Some(old) = rules.get_mut(&key) else {
            rules.insert(key, value);
            continue;
        };
        match (old, value) {
            (Yaml::Hash(old), Yaml::Hash(value)) => merge(old, value, path, warnings),
            (Yaml::Array(old), Yaml::Array(value)) if *old != value => old.extend(value),
            (Yaml::Array(old), value @ Yaml::String(_)) if !old.contains(&value) => old.push(value),
            (old @ Yaml::String(_), Yaml::Array(mut value)) if !value.contains(old) => {
                value.insert(0, old.clone());
                *old = Yaml::Array(value);
            }
            (Yaml::String(old), Yaml::String(value)) if *old != value => {
                warnings.push(format!(
                    "in `{}`: of the two rules `{old}` and `{value}` for `{}` the first counts",
                    path.display(),
                    key.as_str().unwrap_or("?")
                ));
            }
            _ => {}
        }
    }
}
