//! Reading the values of elements: texts, numbers, words. Each reads from a *chain*: an element and
//! those it derives from, of which the first that has the value gives it.

use std::borrow::Cow;

use super::{Extent, Resolver, words};
use crate::svd::number::{self, Number};
use crate::svd::raw::{NodeId, Value};
use crate::svd::tag::Tag;
use crate::{Span, rules};

/// A value with the place it was written at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

impl<'t> Resolver<'t> {
    /// The value as written.
    pub(super) fn value(&self, chain: &[NodeId], tag: Tag) -> Option<&'t Value<'t>> {
        let tree = self.tree;
        chain.iter().find_map(|&node| tree.value(node, tag))
    }

    /// A text with white space folded.
    pub(super) fn text(&mut self, chain: &[NodeId], tag: Tag) -> Option<String> {
        if tag == Tag::Description && matches!(self.extent, Extent::Of(_)) {
            return None;
        }
        let value = self.value(chain, tag)?;
        let units = value.text.len() as u64 / 64;
        self.charge(units, value.span)
            .then(|| fold(&value.text).into_owned())
    }

    /// The name of an element; where it has none, `None` and an error.
    pub(super) fn name(&mut self, node: NodeId) -> Option<&'t str> {
        if let Some(name) = self.value(&[node], Tag::Name) {
            return Some(&name.text);
        }
        let element = self.tree.node(node);
        let message = format!("`<{}>` has no name; it was left out", element.tag.name());
        self.error(rules::NAME_MISSING, element.span, message, None);
        None
    }

    /// A number of up to 64 bits. One that cannot be read is reported and counts as absent.
    pub(super) fn number(&mut self, chain: &[NodeId], tag: Tag) -> Option<Located<u64>> {
        let value = self.value(chain, tag)?;
        let number = self.parse_number(value, None)?;
        Some(Located {
            value: number.value,
            span: value.span,
        })
    }

    /// A number of up to 32 bits.
    pub(super) fn number32(&mut self, chain: &[NodeId], tag: Tag) -> Option<u32> {
        let number = self.number(chain, tag)?;
        let small = u32::try_from(number.value).ok();
        if small.is_none() {
            let message = format!(
                "`<{}>` is {:#x}, which needs more than 32 bits",
                tag.name(),
                number.value
            );
            self.error(rules::RANGE, number.span, message, None);
        }
        small
    }

    /// Reads the text of an element as a number; reports what is wrong with it, and what follows from that.
    pub(super) fn parse_number(&mut self, value: &Value<'_>, hint: Option<&str>) -> Option<Number> {
        match number::parse(&value.text) {
            Ok(number) => {
                if let Some(quirk) = number.quirk {
                    let message = format!(
                        "`{}` {quirk}; it was read as {:#x}",
                        value.text, number.value
                    );
                    self.warn(rules::NUMBER, value.span, message, None);
                }
                Some(number)
            }
            Err(error) => {
                let message = format!("`{}` {}", shorten(&value.text), error.explanation());
                self.error(rules::NUMBER, value.span, message, hint);
                None
            }
        }
    }

    /// A number that has to be there.
    pub(super) fn required_number(&mut self, chain: &[NodeId], tag: Tag) -> Option<Located<u64>> {
        let node = *chain.first()?;
        let element = self.tree.node(node);
        let Some(value) = self.value(chain, tag) else {
            let message = format!(
                "`<{}>` has no `<{}>`; it was left out",
                element.tag.name(),
                tag.name()
            );
            self.error(rules::VALUE_MISSING, element.span, message, None);
            return None;
        };
        let hint = format!("the `<{}>` it belongs to was left out", element.tag.name());
        let number = self.parse_number(value, Some(&hint))?;
        Some(Located {
            value: number.value,
            span: value.span,
        })
    }

    /// A value of yes or no.
    pub(super) fn boolean(&mut self, chain: &[NodeId], tag: Tag) -> Option<bool> {
        let value = self.value(chain, tag)?;
        match value.text.as_ref() {
            "true" | "1" => return Some(true),
            "false" | "0" => return Some(false),
            _ => {}
        }
        let read = match value.text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "0x1" => true,
            "false" | "no" | "0x0" => false,
            _ => {
                let message = format!("`{}` is neither `true` nor `false`", shorten(&value.text));
                self.error(rules::BOOLEAN, value.span, message, None);
                return None;
            }
        };
        self.warn(
            rules::BOOLEAN,
            value.span,
            format!("`{}` was read as `{read}`", value.text),
            None,
        );
        Some(read)
    }

    /// A word out of a list. `lenient` knows what else people write; what it does not know either is an
    /// error, and counts as absent.
    pub(super) fn word<T>(
        &mut self,
        chain: &[NodeId],
        tag: Tag,
        rule: &'static str,
        exact: fn(&str) -> Option<T>,
        lenient: fn(&str) -> Option<(T, &'static str)>,
    ) -> Option<T> {
        let value = self.value(chain, tag)?;
        if let Some(word) = exact(&value.text) {
            return Some(word);
        }
        if let Some((word, meaning)) = lenient(&words::simplify(&value.text)) {
            self.warn(
                rule,
                value.span,
                format!("`{}` was read as `{meaning}`", value.text),
                None,
            );
            return Some(word);
        }
        let message = format!(
            "`{}` is not a value of `<{}>`; it was passed over",
            shorten(&value.text),
            tag.name()
        );
        self.error(rule, value.span, message, None);
        None
    }
}

/// `text` with each run of white space as one space.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    let mut space = false;
    let folded = text.bytes().all(|byte| {
        let twice = space && byte == b' ';
        space = byte == b' ';
        !twice && !matches!(byte, b'\n' | b'\r' | b'\t')
    });
    if folded {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// A value as a message quotes it: the first 40 characters.
pub(super) fn shorten(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// `1 bit`, `4 bits`.
pub(super) fn bits(count: impl Into<u64>) -> String {
    match count.into() {
        1 => "1 bit".into(),
        count => format!("{count} bits"),
    }
}
