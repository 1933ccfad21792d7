//! What is said about a file: one [`Diagnostic`] per problem, with its place.

/// A range of bytes in the text that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// Byte offset of the first byte.
    pub start: u32,
    /// Number of bytes.
    pub len: u32,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The file has one sensible reading, which was taken.
    Warning,
    /// What is marked has no sensible reading.
    Error,
}

/// One problem in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable name of the kind of problem, in kebab case, for example `derived-from-unknown`.
    pub rule: &'static str,
    /// What is wrong, with what it was read as; no full stop, literals in backticks.
    pub message: String,
    /// Where in the text.
    pub span: Span,
    /// The elements around it from the inside out: `field MODE3`, `register MODER`, `peripheral GPIOB`.
    pub breadcrumb: Vec<String>,
    /// A way out, if one is known.
    pub hint: Option<String>,
}
