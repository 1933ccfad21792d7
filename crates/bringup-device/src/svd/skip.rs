//! Passing over registers and fields that nobody asked for.

use memchr::memmem;

/// An element that is passed over.
pub(super) struct Passed {
    /// Its name.
    name: &'static str,
    /// How what it holds begins.
    starts: &'static [&'static str],
}

/// `<registers>`.
pub(super) const REGISTERS: Passed = Passed {
    name: "registers",
    starts: &["<register>", "<register ", "<cluster>", "<cluster "],
};

/// `<fields>`.
pub(super) const FIELDS: Passed = Passed {
    name: "fields",
    starts: &["<field>", "<field "],
};

/// Where in `text` the end tag of an element begins whose content begins at `from`. `None` where that cannot be told
/// without reading it: there is nothing in it like what it should hold, or another such element, or no end.
pub(super) fn end_of(element: &Passed, text: &str, from: usize) -> Option<usize> {
    let content = text.get(from..)?;
    let mut first = content.trim_start();
    while let Some(comment) = first.strip_prefix("<!--") {
        first = comment.split_once("-->")?.1.trim_start();
    }
    if !element.starts.iter().any(|start| first.starts_with(start)) {
        return None;
    }
    let finder = memmem::Finder::new(element.name);
    let mut done = 0;
    loop {
        let at = done + finder.find(content.as_bytes().get(done..)?)?;
        let before = content.as_bytes().get(..at)?;
        done = match hidden_until(content, done, at) {
            // A comment, or text that is meant as it stands, that goes on behind this place.
            Some(end) => end?,
            None if before.ends_with(b"</") => return Some(from + at - "</".len()),
            None if before.ends_with(b"<") => return None,
            None => at + element.name.len(),
        };
    }
}

/// Where what hides the byte `at` of `content` ends, a comment or a CDATA section that begins at `from` or later: none where the
/// byte is in neither. `None` inside where it does not end.
#[expect(
    clippy::option_option,
    reason = "not hidden, and hidden without an end, are two different things"
)]
fn hidden_until(content: &str, from: usize, at: usize) -> Option<Option<usize>> {
    let mut done = from;
    loop {
        let part = content.as_bytes().get(done..at).unwrap_or_default();
        let start = done + memmem::find(part, b"<!")?;
        let rest = content.get(start..).unwrap_or_default();
        let (open, close) = if rest.starts_with("<!--") {
            ("<!--", "-->")
        } else if rest.starts_with("<![CDATA[") {
            ("<![CDATA[", "]]>")
        } else {
            done = start + 2;
            continue;
        };
        let inside = rest.get(open.len()..).unwrap_or_default();
        let Some(length) = memmem::find(inside.as_bytes(), close.as_bytes()) else {
            return Some(None);
        };
        done = start + open.len() + length + close.len();
        if done > at {
            return Some(Some(done));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FIELDS, REGISTERS, end_of};

    fn check(content: &str, expected: Option<&str>) {
        let text = format!("<registers>{content}");
        let end = end_of(&REGISTERS, &text, "<registers>".len());
        assert_eq!(end.and_then(|end| text.get(end..)), expected, "{content}");
    }

    #[test]
    fn the_end_tag_is_found() {
        check(" <register/></registers>!", None);
        check(" <register></register></registers>!", Some("</registers>!"));
        check(
            "<!-- A --> <!-- registers --> <register></register></registers>!",
            Some("</registers>!"),
        );
        check(
            "<cluster a=''>registers</registers >",
            Some("</registers >"),
        );
    }

    #[test]
    fn fields_are_passed_over_alike() {
        let text = "<fields> <field><name>fields</name></field></fields></register>";
        let end = end_of(&FIELDS, text, "<fields>".len());
        assert_eq!(
            end.and_then(|end| text.get(end..)),
            Some("</fields></register>")
        );
        assert_eq!(end_of(&FIELDS, "<fields></fields>", "<fields>".len()), None);
    }

    #[test]
    fn what_looks_like_an_end_is_none() {
        check(
            "<register><!-- </registers> --></registers>?",
            Some("</registers>?"),
        );
        check(
            "<register><![CDATA[</registers>]]><!-- --></registers>?",
            Some("</registers>?"),
        );
        check("<register><!-- </registers>", None);
        check("<register><registers></registers></registers>", None);
        check("<register>", None);
        check("  </registers>", None);
        check("<!-- <register> -->", None);
        check("<!-- <register>", None);
    }
}
