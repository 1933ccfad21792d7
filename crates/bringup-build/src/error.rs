//! Why nothing was generated.

use std::path::{Path, PathBuf};
use std::{error, fmt, io};

/// Why nothing was generated, or a patch not applied.
///
/// `Display` is one line. `Debug`, which a `main` that returns the error prints, is all there is to say to a person: the
/// problems beside the text they are about, causes, and the way out.
pub struct Error {
    kind: Kind,
}

enum Kind {
    NoBuildScript,
    Read {
        path: PathBuf,
        source: io::Error,
    },
    Write {
        path: PathBuf,
        source: io::Error,
    },
    Svd {
        path: PathBuf,
        shown: String,
    },
    Generate(bringup_gen::pac::Error),
    #[cfg(feature = "patch")]
    Patch(crate::patch::Error),
}

impl Error {
    pub(crate) fn no_build_script() -> Self {
        Kind::NoBuildScript.into()
    }

    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        Kind::Read { path, source }.into()
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        Kind::Write { path, source }.into()
    }

    /// Errors in an SVD file, as they are shown.
    pub(crate) fn svd(path: &Path, shown: String) -> Self {
        let path = path.to_path_buf();
        Kind::Svd { path, shown }.into()
    }

    /// The way out, if one is known.
    pub fn hint(&self) -> Option<String> {
        match &self.kind {
            Kind::NoBuildScript => Some("call it in the `main` of a `build.rs`".into()),
            Kind::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("paths in a build script are seen from the folder of its package".into())
            }
            Kind::Generate(error) => error.hint(),
            #[cfg(feature = "patch")]
            Kind::Patch(error) => error.hint(),
            _ => None,
        }
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self { kind }
    }
}

impl From<bringup_gen::pac::Error> for Error {
    fn from(error: bringup_gen::pac::Error) -> Self {
        Kind::Generate(error).into()
    }
}

#[cfg(feature = "patch")]
impl From<crate::patch::Error> for Error {
    fn from(error: crate::patch::Error) -> Self {
        Kind::Patch(error).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::NoBuildScript => {
                f.write_str("`OUT_DIR` is not set: this is not run by Cargo as a build script")
            }
            Kind::Read { path, .. } => write!(f, "cannot read `{}`", path.display()),
            Kind::Write { path, .. } => write!(f, "cannot write `{}`", path.display()),
            Kind::Svd { path, .. } => write!(f, "`{}` is not a usable SVD file", path.display()),
            Kind::Generate(error) => error.fmt(f),
            #[cfg(feature = "patch")]
            Kind::Patch(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        if let Kind::Svd { shown, .. } = &self.kind {
            write!(f, "\n\n{}", shown.trim_end())?;
        }
        let mut source = error::Error::source(self);
        while let Some(cause) = source {
            write!(f, "\n  caused by: {cause}")?;
            source = cause.source();
        }
        if let Some(hint) = self.hint() {
            write!(f, "\n\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.kind {
            Kind::Read { source, .. } | Kind::Write { source, .. } => Some(source),
            #[cfg(feature = "patch")]
            Kind::Patch(error) => error.source(),
            Kind::NoBuildScript | Kind::Svd { .. } | Kind::Generate(_) => None,
        }
    }
}
