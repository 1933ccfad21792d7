//! Elements that hold plain text, as most elements of a file do.

/// An element written `<name>text</name>`, with no attribute, entity or other markup.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Offset of the `<` that it begins with.
    pub(super) start: usize,
    /// What is between its tags, as written.
    pub(super) text: &'a str,
    /// Offset of its text.
    pub(super) text_start: usize,
    /// Offset of what follows it.
    pub(super) end: usize,
}

/// The element of that kind that begins at `start`. `None` where something else begins there, which is for a reader of XML.
pub(super) fn leaf(text: &str, start: usize) -> Option<Leaf<'_>> {
    let (_, rest) = text.split_at_checked(start)?;
    let rest = rest.strip_prefix('<')?;
    let length = rest.bytes().position(|byte| !byte.is_ascii_alphabetic())?;
    let (name, rest) = rest.split_at_checked(length)?;
    let rest = rest.strip_prefix('>')?;
    let length = memchr::memchr2(b'<', b'&', rest.as_bytes())?;
    let (content, rest) = rest.split_at_checked(length)?;
    let rest = rest.strip_prefix("</")?.strip_prefix(name)?;
    let rest = rest.strip_prefix('>').filter(|_| !name.is_empty())?;
    Some(Leaf {
        name,
        start,
        text: content,
        text_start: start + "<>".len() + name.len(),
        end: text.len() - rest.len(),
    })
}

/// Where the white space at `from` ends.
pub(super) fn end_of_space(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    from + rest.iter().take_while(|byte| is_space(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::{end_of_space, leaf};

    #[test]
    fn plain_elements_are_read() {
        let text = "\n <name> a>b\u{e4}</name> <size></size>";
        let start = end_of_space(text, 0);
        let name = leaf(text, start).unwrap();
        assert_eq!((name.name, name.text), ("name", " a>b\u{e4}"));
        assert_eq!(text.get(name.text_start..), text.get(8..));
        let size = leaf(text, end_of_space(text, name.end)).unwrap();
        assert_eq!((size.name, size.text, size.end), ("size", "", text.len()));
        assert_eq!(end_of_space(text, size.end), text.len());
    }

    #[test]
    fn everything_else_is_not() {
        for text in [
            "",
            "name",
            "<>a</>",
            "<name/>",
            "<name a=''>a</name>",
            "<name >a</name>",
            "<name>a</name >",
            "<name>a</nam>",
            "<name>a</names>",
            "<name>a&lt;</name>",
            "<name>a<b/></name>",
            "<name>a<!-- --></name>",
            "<name><![CDATA[a]]></name>",
            "<name>a",
            "<name>a</name",
            "<!-- -->",
            "</name>",
        ] {
            assert_eq!(leaf(text, 0), None, "{text}");
        }
        assert_eq!(leaf("<name>a</name>", 40), None);
    }
}
