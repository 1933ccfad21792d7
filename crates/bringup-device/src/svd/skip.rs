//! Passing over registers that nobody asked for.

use memchr::memmem;

/// Where in `text` the end tag of an element `<registers>` begins whose content begins at `from`. `None` where that cannot be told
/// without reading it: there is nothing like a register in it, or another such element, or no end.
pub(super) fn end_of_registers(text: &str, from: usize) -> Option<usize> {
    let content = text.get(from..)?;
    let first = content.trim_start();
    if !["<register>", "<register ", "<cluster>", "<cluster "]
        .iter()
        .any(|start| first.starts_with(start))
    {
        return None;
    }
    let finder = memmem::Finder::new("registers");
    let mut done = 0;
    loop {
        let at = done + finder.find(content.as_bytes().get(done..)?)?;
        let before = content.as_bytes().get(..at)?;
        done = match hidden_until(content, done, at) {
            // A comment, or text that is meant as it stands, that goes on behind this place.
            Some(end) => end?,
            None if before.ends_with(b"</") => return Some(from + at - "</".len()),
            None if before.ends_with(b"<") => return None,
            None => at + "registers".len(),
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
    use super::end_of_registers;

    fn check(content: &str, expected: Option<&str>) {
        let text = format!("<registers>{content}");
        let end = end_of_registers(&text, "<registers>".len());
        assert_eq!(end.and_then(|end| text.get(end..)), expected, "{content}");
    }

    #[test]
    fn the_end_tag_is_found() {
        check(" <register/></registers>!", None);
        check(" <register></register></registers>!", Some("</registers>!"));
        check(
            "<cluster a=''>registers</registers >",
            Some("</registers >"),
        );
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
        check("<!-- --><register></registers>", None);
    }
}
