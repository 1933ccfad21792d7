//! A problem beside the text it is about, as compilers show it.

use std::fmt::Write as _;

use crate::{Diagnostic, LineIndex, Position, Severity};

/// Characters of a line that are shown.
const WIDTH: usize = 88;

/// Characters of a line that are shown before the place in question.
const BEFORE: usize = 24;

/// Bytes around a place that are looked at: more than the characters that are shown.
const NEAR: usize = 1024;

/// A part of what is shown, for those who show it in colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Severity and rule, and the marks below the place.
    Severity(Severity),
    /// What is wrong.
    Message,
    /// What holds the rest together: arrow, bars, line number.
    Frame,
    /// The word before the way out.
    Hint,
}

/// A text with a name, to show places in it.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: Vec<u8>,
    lines: LineIndex,
}

impl Source {
    /// A text that need not be UTF-8.
    pub fn new(name: impl Into<String>, text: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            lines: LineIndex::from_bytes(&text),
            text,
        }
    }

    /// What the text is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where a problem begins.
    pub fn position(&self, diagnostic: &Diagnostic) -> Position {
        self.lines.position(diagnostic.span.start)
    }

    /// One problem: what, where, the line, around it, the way out; a line at the end is empty.
    pub fn show(&self, diagnostic: &Diagnostic) -> String {
        self.show_painted(diagnostic, |_, text| text.to_owned())
    }

    /// [`Self::show`], each part in what `paint` makes of it.
    pub fn show_painted(
        &self,
        diagnostic: &Diagnostic,
        paint: impl Fn(Part, &str) -> String,
    ) -> String {
        let severity = Part::Severity(diagnostic.severity);
        let frame = |text: &str| paint(Part::Frame, text);
        let position = self.position(diagnostic);
        let number = position.line.to_string();
        let margin = " ".repeat(number.len());
        let word = format!("{}[{}]", diagnostic.severity, diagnostic.rule);
        let (word, message) = (
            paint(severity, &word),
            paint(Part::Message, &diagnostic.message),
        );
        let mut text = format!("{word}: {message}\n");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{margin}{} {}:{position}", frame("-->"), self.name);
        if let Some((line, before, length)) = self.excerpt(diagnostic) {
            let bar = frame("|");
            let marks = paint(severity, &"^".repeat(length));
            let _ = writeln!(text, "{} {bar} {line}", frame(&number));
            let _ = writeln!(text, "{margin} {bar} {}{marks}", " ".repeat(before));
        }
        let equals = frame("=");
        if !diagnostic.breadcrumb.is_empty() {
            let _ = writeln!(
                text,
                "{margin} {equals} in {}",
                diagnostic.breadcrumb.join(" in ")
            );
        }
        if let Some(hint) = &diagnostic.hint {
            let word = paint(Part::Hint, "hint:");
            let _ = writeln!(text, "{margin} {equals} {word} {hint}");
        }
        text.push('\n');
        text
    }

    /// The line in question without its indentation, and where in it the marks stand. Of long lines, as in files
    /// that are one line, the part in question.
    fn excerpt(&self, diagnostic: &Diagnostic) -> Option<(String, usize, usize)> {
        let start = diagnostic.span.start as usize;
        let before = self.text.get(..start)?;
        // Of a file that is one line no more is looked at for each of its problems than can be shown.
        let near = before.get(start.saturating_sub(NEAR)..)?;
        let begin = near
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(start - near.len(), |at| start - near.len() + at + 1);
        let tail = self.text.get(start..)?;
        let tail = tail.get(..NEAR).unwrap_or(tail);
        let length = tail.iter().position(|&byte| byte == b'\n');
        let end = start + length.unwrap_or(tail.len());
        let plain = |bytes: &[u8]| -> Vec<char> {
            let text = String::from_utf8_lossy(bytes);
            let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
            visible.collect()
        };
        let head = plain(self.text.get(begin..start)?);
        let tail = plain(self.text.get(start..end)?);
        let indent = head.iter().take_while(|c| c.is_whitespace()).count();
        let skip = indent.max(head.len().saturating_sub(BEFORE));
        let marked = self.text.get(start..start + diagnostic.span.len as usize)?;
        let marks = plain(marked.get(..NEAR).unwrap_or(marked)).len();
        let shown: String = head.iter().skip(skip).chain(&tail).take(WIDTH).collect();
        let column = head.len() - skip;
        let marks = marks
            .clamp(1, WIDTH.saturating_sub(column).max(1))
            .min(tail.len().max(1));
        Some((shown.trim_end().to_owned(), column, marks))
    }
}
