//! The texts of `<dimIndex>` and of names with a place for an index.

use crate::RepeatKind;

/// Reads `<dimIndex>`: a range `0-3` or `A-D`, or a list `A,B,C`, which may hold ranges. `None` where
/// it is neither, or has more than `limit` entries.
pub(crate) fn parse_indices(text: &str, limit: usize) -> Option<Vec<String>> {
    let mut indices = Vec::new();
    for part in text.split(',').map(str::trim) {
        match part.split_once('-') {
            Some((first, last)) => range(first.trim(), last.trim(), limit, &mut indices)?,
            None if is_index(part) => indices.push(part.to_owned()),
            None => return None,
        }
        if indices.len() > limit {
            return None;
        }
    }
    Some(indices)
}

/// Whether `text` can be part of a name.
fn is_index(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn range(first: &str, last: &str, limit: usize, indices: &mut Vec<String>) -> Option<()> {
    if let (Ok(start), Ok(end)) = (first.parse::<u32>(), last.parse::<u32>()) {
        let count = end.checked_sub(start)? as usize + 1;
        if count > limit {
            return None;
        }
        indices.extend((start..=end).map(|index| index.to_string()));
        return Some(());
    }
    let (&[start], &[end]) = (first.as_bytes(), last.as_bytes()) else {
        return None;
    };
    let one_case = start.is_ascii_uppercase() && end.is_ascii_uppercase()
        || start.is_ascii_lowercase() && end.is_ascii_lowercase();
    if !one_case || start > end {
        return None;
    }
    indices.extend((start..=end).map(|letter| char::from(letter).to_string()));
    Some(())
}

/// A name taken apart at the place of its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Template<'a> {
    before: &'a str,
    after: &'a str,
    /// `[%s]` or `%s`; `None` where there is no such place.
    pub(crate) kind: Option<RepeatKind>,
}

impl<'a> Template<'a> {
    /// Takes `name` apart at its first `[%s]` or `%s`.
    pub(crate) fn new(name: &'a str) -> Self {
        let plain = Self {
            before: name,
            after: "",
            kind: None,
        };
        // Nearly all names: looking for more than a character takes longer.
        if !name.contains('%') {
            return plain;
        }
        if let Some((before, after)) = name.split_once("[%s]") {
            return Self {
                before,
                after,
                kind: Some(RepeatKind::Array),
            };
        }
        match name.split_once("%s") {
            Some((before, after)) => Self {
                before,
                after,
                kind: Some(RepeatKind::List),
            },
            None => plain,
        }
    }

    /// The name without the place.
    pub(crate) fn base(&self) -> String {
        self.before.to_owned() + self.after
    }

    /// The name with `index` in the place; at the end where there is none.
    pub(crate) fn with(&self, index: &str) -> String {
        [self.before, index, self.after].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(
            parse_indices(text, 100).as_deref(),
            Some(&*expected.iter().map(ToString::to_string).collect::<Vec<_>>()),
            "{text}"
        );
    }

    #[test]
    fn lists_and_ranges() {
        check("0-3", &["0", "1", "2", "3"]);
        check("2-3", &["2", "3"]);
        check("A-C", &["A", "B", "C"]);
        check("x-z", &["x", "y", "z"]);
        check("3,2, B ,A9", &["3", "2", "B", "A9"]);
        check("0-1,A", &["0", "1", "A"]);
    }

    #[test]
    fn what_is_neither() {
        for text in ["", "3-1", "A-c", "AA-BB", "0-4000000000", "1,,2", "a b"] {
            assert_eq!(parse_indices(text, 100), None, "{text}");
        }
    }

    #[test]
    fn templates() {
        let array = Template::new("CCR[%s]");
        assert_eq!(
            (array.kind, array.base().as_str(), array.with("2").as_str()),
            (Some(RepeatKind::Array), "CCR", "CCR2")
        );
        let list = Template::new("CH%s_CTRL");
        assert_eq!(
            (list.kind, list.base().as_str(), list.with("A").as_str()),
            (Some(RepeatKind::List), "CH_CTRL", "CHA_CTRL")
        );
        assert_eq!(Template::new("CR").kind, None);
    }
}
