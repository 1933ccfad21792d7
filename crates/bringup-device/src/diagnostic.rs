//! What is said about a file: one [`Diagnostic`] per problem, with its place.

use std::fmt;

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

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One problem in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable name of the kind of problem, in kebab case, for example `derived-from-unknown`.
    /// [`rules::ALL`](crate::rules::ALL) lists them.
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

impl Diagnostic {
    /// Whether what is marked has no sensible reading.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The problem on one line with its place: `error[rule] at 12:3: message, in field F, in register R`.
    pub fn display<'a>(&'a self, lines: &'a LineIndex) -> impl fmt::Display + 'a {
        DiagnosticLine {
            diagnostic: self,
            lines: Some(lines),
        }
    }
}

/// The problem on one line, its place as a byte offset. [`Diagnostic::display`] gives line and column.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        DiagnosticLine {
            diagnostic: self,
            lines: None,
        }
        .fmt(f)
    }
}

/// A diagnostic on its way to one line of text.
struct DiagnosticLine<'a> {
    diagnostic: &'a Diagnostic,
    lines: Option<&'a LineIndex>,
}

impl fmt::Display for DiagnosticLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic {
            severity,
            rule,
            message,
            span,
            breadcrumb,
            hint: _,
        } = self.diagnostic;
        match self.lines {
            Some(lines) => write!(
                f,
                "{severity}[{rule}] at {}: {message}",
                lines.position(span.start)
            )?,
            None => write!(f, "{severity}[{rule}] at byte {}: {message}", span.start)?,
        }
        breadcrumb
            .iter()
            .try_for_each(|element| write!(f, ", in {element}"))
    }
}

/// A place in a text as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, counted from 1.
    pub line: u32,
    /// Column in bytes, counted from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Finds line and column of a byte offset. Lines end at LF, so that CR LF counts once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    /// Byte offset of the first byte of each line; the first is 0.
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads `text` once.
    pub fn new(text: &str) -> Self {
        Self::from_bytes(text.as_bytes())
    }

    /// As [`LineIndex::new`], for text that may not be UTF-8.
    pub fn from_bytes(text: &[u8]) -> Self {
        let after_line_ends = text
            .iter()
            .enumerate()
            .filter(|&(_, &byte)| byte == b'\n')
            .map(|(at, _)| at as u32 + 1);
        Self {
            starts: std::iter::once(0).chain(after_line_ends).collect(),
        }
    }

    /// The place of byte `offset`; offsets beyond the end count on in the last line.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = line
            .checked_sub(1)
            .and_then(|line| self.starts.get(line))
            .copied()
            .unwrap_or(0);
        Position {
            line: line as u32,
            column: offset - start + 1,
        }
    }
}

/// Collects diagnostics; the same problem at the same place is said once, however often it is met.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    list: Vec<Diagnostic>,
    seen: std::collections::HashSet<(&'static str, Span)>,
}

impl Reports {
    /// Adds a problem.
    pub(crate) fn add(&mut self, diagnostic: Diagnostic) {
        if self.seen.insert((diagnostic.rule, diagnostic.span)) {
            self.list.push(diagnostic);
        }
    }

    /// Whether any problem is an error.
    pub(crate) fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }

    /// Whether this problem was said before.
    pub(crate) fn has(&self, rule: &'static str, span: Span) -> bool {
        self.seen.contains(&(rule, span))
    }

    /// All problems in the order of the file.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list
            .sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.rule));
        self.list
    }
}
