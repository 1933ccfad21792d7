//! Elements with plain text are read without the reader of XML, and must mean the same as with it.

use bringup_device::svd;
use proptest::prelude::*;

use crate::fixtures;

/// The text with the white space behind end tags of elements with plain text inside them, where the reader of XML alone takes it: no byte has another place.
fn unusual(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("</") {
        let (before, tag) = rest.split_at(start + "</".len());
        let name = tag.bytes().take_while(u8::is_ascii_alphabetic).count();
        let is_leaf = before[..start].rfind('<').is_some_and(|open| {
            let content = before[open + 1..].strip_prefix(&tag[..name]);
            content.is_some_and(|content| content.starts_with('>'))
        });
        out.push_str(before);
        out.push_str(&tag[..name]);
        rest = &tag[name..];
        let mut next = rest.chars();
        if is_leaf
            && next.next() == Some('>')
            && let Some(space) = next.next().filter(char::is_ascii_whitespace)
        {
            out.extend([space, '>']);
            rest = next.as_str();
        }
    }
    out + rest
}

#[test]
fn fixtures_mean_the_same() {
    for text in fixtures::ALL {
        let unusual = unusual(text);
        assert!(unusual.contains("</name\n>") && unusual.len() == text.len());
        assert_eq!(svd::load(&unusual), svd::load(text));
    }
}

proptest! {
    /// Whatever is done to a file.
    #[test]
    fn changed_files_mean_the_same(changed in fixtures::changed()) {
        let (plain, other) = (svd::load(&changed), svd::load(&unusual(&changed)));
        if plain.has_errors() {
            // What is said of tags that do not match quotes them as they are.
            let rules = |loaded: &svd::Loaded| loaded.diagnostics.iter().map(|it| it.rule).collect::<Vec<_>>();
            prop_assert_eq!(rules(&plain), rules(&other));
        } else {
            prop_assert_eq!(plain, other);
        }
    }
}
