//! What is wrong with a text as XML, and where.

use quick_xml::errors::Error as XmlError;

use super::{Parser, Stop};
use crate::diagnostic::LineIndex;
use crate::svd::tag::Tag;
use crate::xml::unfinished;
use crate::{Diagnostic, Severity, Span, rules};

impl Parser<'_, '_> {
    /// Says what the text is if it does not even begin like XML.
    pub(super) fn looks_like_something_else(&mut self) -> bool {
        let content = self.text.trim_start();
        let start = self.text.len() - content.len();
        if content.is_empty() {
            let hint = "download the file again, or check that the path is right";
            self.error(
                rules::EMPTY,
                0,
                self.text.len(),
                "the file is empty".into(),
                Some(hint),
            );
            return true;
        }
        if content.starts_with('<') {
            return false;
        }
        let what = match content.as_bytes() {
            [b'{' | b'[', ..] => "the file looks like JSON, not like SVD",
            [0x7F, b'E', b'L', b'F', ..] => "the file is an ELF file, not an SVD file",
            [b'P', b'K', 3, 4, ..] => "the file is a ZIP archive, not an SVD file",
            _ => "the file is not XML: it does not begin with `<`",
        };
        let length = content.lines().next().map_or(1, |line| line.len().min(40));
        let length = (1..=length)
            .rev()
            .find(|&end| content.is_char_boundary(end))
            .unwrap_or(1);
        let hint = "an SVD file begins with `<?xml` and has `<device>` as its root element";
        self.error(rules::NOT_SVD, start, length, what.into(), Some(hint));
        true
    }

    pub(super) fn xml_error(&mut self, error: &XmlError) -> Stop {
        let start = (self.reader.error_position() as usize).min(self.text.len());
        match unfinished(error) {
            Some(what) => {
                let message = format!(
                    "the file ends inside a {what} begun at {}",
                    self.position(start)
                );
                let hint = Some("the file is not complete; download it again");
                self.error(
                    rules::TRUNCATED,
                    start,
                    self.text.len() - start,
                    message,
                    hint,
                );
            }
            None => self.error(
                rules::XML,
                start,
                1,
                format!("this is not well-formed XML: {error}"),
                None,
            ),
        }
        Stop
    }

    pub(super) fn error(
        &mut self,
        rule: &'static str,
        start: usize,
        len: usize,
        message: String,
        hint: Option<&str>,
    ) {
        self.report(Severity::Error, rule, start, len, message, hint);
    }

    pub(super) fn report(
        &mut self,
        severity: Severity,
        rule: &'static str,
        start: usize,
        len: usize,
        message: String,
        hint: Option<&str>,
    ) {
        let span = self.span(start, len);
        let breadcrumb = self.breadcrumb();
        self.reports.add(Diagnostic {
            severity,
            rule,
            message,
            span,
            breadcrumb,
            hint: hint.map(Into::into),
        });
    }

    /// The open elements that have a name by now, from the inside out.
    pub(super) fn breadcrumb(&self) -> Vec<String> {
        let nodes = self.open.iter().rev().filter_map(|open| open.node);
        let named = nodes.filter(|&node| {
            self.tree.node(node).tag != Tag::Device && !self.tree.name(node).is_empty()
        });
        named
            .map(|node| {
                format!(
                    "{} {}",
                    self.tree.node(node).tag.name(),
                    self.tree.name(node)
                )
            })
            .collect()
    }

    pub(super) fn span(&self, start: usize, len: usize) -> Span {
        Span {
            start: self.base + start as u32,
            len: len as u32,
        }
    }

    /// Line and column, looked up only where a message needs them: it reads the whole text.
    pub(super) fn position(&self, offset: usize) -> crate::Position {
        LineIndex::new(self.text).position(offset as u32)
    }
}
