//! Descriptions of the file turned into one line of Markdown that rustdoc takes literally.

use bringup_device::Access;

/// Folds white space, drops what a comment cannot hold and escapes what Markdown would read as its own.
pub(super) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    // Some generators of SVD files write the two characters `\n` for a new line.
    for word in raw.split("\\n").flat_map(str::split_whitespace) {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            match c {
                // Bidirectional controls can make code look like other code; rustc refuses them.
                '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {}
                c if c.is_control() => {}
                '[' | ']' | '<' | '>' | '`' | '*' | '_' | '\\' | '|' => {
                    out.push('\\');
                    out.push(c);
                }
                c => out.push(c),
            }
        }
    }
    out
}

/// [`text`] of a description that may be absent, with the index of an array element put in.
pub(super) fn described(description: Option<&str>, index: &str) -> Option<String> {
    let raw = description?;
    let text = if raw.contains("%s") {
        text(&raw.replace("[%s]", index).replace("%s", index))
    } else {
        text(raw)
    };
    (!text.is_empty()).then_some(text)
}

/// `head: description`, or the head alone.
pub(super) fn headed(head: String, description: Option<String>) -> String {
    match description {
        Some(description) => head + ": " + &description,
        None => head,
    }
}

/// The words of the CMSIS-SVD schema.
pub(super) fn access(access: Access) -> &'static str {
    match access {
        Access::ReadOnly => "read-only",
        Access::WriteOnly => "write-only",
        Access::ReadWrite => "read-write",
        Access::WriteOnce => "writeOnce",
        Access::ReadWriteOnce => "read-writeOnce",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_taken_literally() {
        assert_eq!(
            text("  a [b]\\n<c>\n\t`d` 1*2 \u{202E}x "),
            "a \\[b\\] \\<c\\> \\`d\\` 1\\*2 x"
        );
    }

    #[test]
    fn the_index_of_an_element_is_put_in() {
        assert_eq!(
            described(Some("Channel %s"), "3").as_deref(),
            Some("Channel 3")
        );
        assert_eq!(described(Some(" \n"), ""), None);
        assert_eq!(headed("Bit 1".into(), None), "Bit 1");
    }
}
