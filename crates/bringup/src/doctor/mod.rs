//! Whether the machine and a project are fit for the way from source to a chip: facts are gathered once, and each check looks at them.

mod cargo_config;
mod checks;
mod facts;
mod fix;
mod launch;
mod linker_script;
mod machine;

pub(crate) use checks::ALL;
pub(crate) use facts::{Facts, Where};
pub(crate) use fix::Fix;

/// Something that is looked at.
#[derive(Debug)]
pub(crate) struct Check {
    /// Stable name in kebab case.
    pub(crate) name: &'static str,
    /// What it is part of.
    pub(crate) subject: Subject,
    /// Looks, and tells what is there; nothing where the check does not apply.
    pub(crate) run: fn(&Facts) -> Vec<Outcome>,
}

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// What is installed, and what is plugged in.
    Machine,
    /// The files of the project.
    Project,
}

impl Subject {
    /// The word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Project => "project",
        }
    }
}

/// How good what was found is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// Works, or works without something that is good to have.
    Warning,
    /// Does not work.
    Error,
}

impl Level {
    /// The word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a check found.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) level: Level,
    /// What is there, literals in backticks.
    pub(crate) message: String,
    /// A way out.
    pub(crate) hint: Option<String>,
    /// The diagnosis that says more.
    pub(crate) explain: Option<&'static str>,
    /// What `--fix` does about it.
    pub(crate) fix: Option<Fix>,
}

impl Outcome {
    fn new(level: Level, message: impl Into<String>) -> Self {
        Self {
            level,
            message: message.into(),
            hint: None,
            explain: None,
            fix: None,
        }
    }

    fn ok(message: impl Into<String>) -> Self {
        Self::new(Level::Ok, message)
    }

    fn warning(message: impl Into<String>) -> Self {
        Self::new(Level::Warning, message)
    }

    fn error(message: impl Into<String>) -> Self {
        Self::new(Level::Error, message)
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn explain(mut self, diagnosis: &'static str) -> Self {
        self.explain = Some(diagnosis);
        self
    }

    fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}
