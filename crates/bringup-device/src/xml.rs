//! What the readers of XML have in common.

use std::borrow::Cow;

use quick_xml::errors::{Error as XmlError, SyntaxError};
use quick_xml::events::BytesStart;

/// The value of an attribute as it stands between its quotes, without white space around it.
pub(crate) struct Attribute<'a> {
    /// The text, entities as written.
    pub(crate) text: Cow<'a, str>,
    /// Offset of the value's first byte in the text that is read, white space included.
    pub(crate) start: usize,
    /// Bytes of the value, white space included.
    pub(crate) len: usize,
}

/// The attribute of an element in `text` that is called `name` in any case.
pub(crate) fn attribute<'a>(
    text: &'a str,
    element: &BytesStart<'a>,
    name: &str,
) -> Option<Attribute<'a>> {
    // Few elements of an SVD file have attributes: most of the time of looking for one is saved here.
    if element.attributes_raw().is_empty() {
        return None;
    }
    let attribute = element
        .html_attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| {
            let key: &str = attribute.key.as_ref();
            key.eq_ignore_ascii_case(name)
        })?;
    let raw = attribute.value.as_ref();
    // The value is a part of the text, so its place is the distance of the two.
    let start = (raw.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    let found = text
        .get(start..start.saturating_add(raw.len()))
        .filter(|&found| found == raw);
    let trimmed = match found {
        Some(found) => Cow::Borrowed(found.trim()),
        None => Cow::Owned(raw.trim().to_owned()),
    };
    Some(Attribute {
        text: trimmed,
        start: start.min(text.len()),
        len: raw.len(),
    })
}

/// The character of an entity that XML itself defines.
pub(crate) fn predefined_entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        _ => None,
    }
}

/// What the text ends in the middle of, if that is the error.
pub(crate) fn unfinished(error: &XmlError) -> Option<&'static str> {
    match error {
        XmlError::Syntax(SyntaxError::UnclosedComment) => Some("comment"),
        XmlError::Syntax(SyntaxError::UnclosedCData) => Some("CDATA section"),
        XmlError::Syntax(SyntaxError::UnclosedDoctype) => Some("document type definition"),
        XmlError::Syntax(SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl) => {
            Some("`<?` instruction")
        }
        XmlError::Syntax(_) => Some("tag"),
        _ => None,
    }
}
