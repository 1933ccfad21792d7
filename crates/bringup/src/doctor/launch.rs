//! The editor's configurations of debuggers, `.vscode/launch.json`: JSON with comments and with commas after the last element.

use serde_json::Value;

/// What the configurations of a type say under a key.
pub(super) fn values(text: &str, kind: &str, key: &str) -> Vec<String> {
    // A file that the editor would not take is the editor's to complain about.
    let Ok(file) = serde_json::from_str::<Value>(&without_comments(text)) else {
        return Vec::new();
    };
    let configurations = file["configurations"].as_array().into_iter().flatten();
    configurations
        .filter(|configuration| configuration["type"] == kind)
        .filter_map(|configuration| configuration[key].as_str().map(str::to_owned))
        .collect()
}

/// The text as plain JSON.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string(rest),
            '/' if rest.starts_with("//") => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest.split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            '}' | ']' => {
                if plain.trim_end().ends_with(',') {
                    plain.truncate(plain.trim_end().len() - 1);
                }
                1
            }
            _ => first.len_utf8(),
        };
        plain.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    plain
}

/// The length of the string at the beginning, with its quotes.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, found) in text.char_indices().skip(1) {
        match found {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_commas_are_left_out_and_strings_are_kept() {
        let text = r#"{ // {
            "configurations": [ /* one, */
                { "type": "probe-rs-debug", "chip": "a//b\"}/*,]", },
                { "type": "cortex-debug", "chip": "other" },
                { "type": "probe-rs-debug", "chip": 7 },
                { "type": "probe-rs-debug", "chip": "é", }, // ,
            ], /*
        */ } // end"#;
        assert_eq!(values(text, "probe-rs-debug", "chip"), ["a//b\"}/*,]", "é"]);
    }

    #[test]
    fn no_text_is_too_broken() {
        let text = r#"{ "configurations": [ { "type": "t", "chip": "c\"" /* */ }, ] } //"#;
        assert_eq!(values(text, "t", "chip"), ["c\""]);
        for end in 0..text.len() - 3 {
            assert_eq!(values(&text[..end], "t", "chip"), [""; 0], "{end}");
        }
        for odd in [
            "",
            ",]",
            "\"",
            "\"\\",
            "/",
            "/*",
            "//",
            "[]",
            "{\"configurations\": 1}",
        ] {
            assert_eq!(values(odd, "t", "chip"), [""; 0], "{odd}");
        }
    }
}
