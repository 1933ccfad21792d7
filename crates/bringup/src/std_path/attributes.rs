//! What the attributes of a crate say of `std`, as far as the text of its root tells.

/// Whether a crate takes the standard library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Std {
    /// It is `#![no_std]`, whatever its features are, or may be.
    Without,
    /// It has no such attribute.
    Always,
    /// A feature that is on takes it back.
    Feature(String),
}

/// Reads the attributes of a crate that has these features.
pub(super) fn std_of(source: &str, features: &[&str]) -> Std {
    let mut found = Std::Always;
    for attribute in inner_attributes(source) {
        if attribute == "no_std" {
            found = Std::Without;
            break;
        }
        let Some(conditional) = attribute.strip_prefix("cfg_attr(") else {
            continue;
        };
        if !conditional.ends_with(",no_std)") && !conditional.contains(",no_std,") {
            continue;
        }
        let mut used = Vec::new();
        let holds = condition(&mut { conditional }, features, &mut used);
        found = match (holds, used.first()) {
            (Some(false), Some(feature)) => Std::Feature((*feature).to_owned()),
            // What is not known is not told.
            _ => Std::Without,
        };
        break;
    }
    if found == Std::Without
        && let Some(feature) = taken_back(source, features)
    {
        return Std::Feature(feature);
    }
    found
}

/// Inner attributes without white space, `#![` and `]`.
fn inner_attributes(source: &str) -> impl Iterator<Item = String> {
    let code: String = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .flat_map(|line| line.chars().filter(|character| !character.is_whitespace()))
        .collect();
    let starts: Vec<_> = code.match_indices("#![").map(|(at, _)| at + 3).collect();
    starts.into_iter().filter_map(move |start| {
        let mut depth = 1;
        let end = code[start..].find(|character| {
            depth += match character {
                '[' => 1,
                ']' => -1,
                _ => 0,
            };
            depth == 0
        })?;
        Some(code[start..start + end].to_owned())
    })
}

/// Whether a condition of `cfg` holds, `text` being moved behind it; `None` if that is not known. Features that are on and were
/// asked for are collected.
fn condition<'a>(text: &mut &'a str, features: &[&str], used: &mut Vec<&'a str>) -> Option<bool> {
    for (name, all) in [("not(", true), ("all(", true), ("any(", false)] {
        let Some(rest) = text.strip_prefix(name) else {
            continue;
        };
        *text = rest;
        let mut terms = Vec::new();
        while !text.is_empty() && !text.starts_with(')') {
            terms.push(condition(text, features, used));
            *text = text.strip_prefix(',').unwrap_or(text);
        }
        *text = text.strip_prefix(')').unwrap_or(text);
        let decides = terms.contains(&Some(!all));
        let is_known = decides || !terms.contains(&None);
        let value = is_known.then_some(all != decides);
        return if name == "not(" {
            value.map(|value| !value)
        } else {
            value
        };
    }
    let end = text.find([',', ')']).unwrap_or(text.len());
    let (term, rest) = text.split_at(end);
    *text = rest;
    if let Some(feature) = term.strip_prefix("feature=") {
        let feature = feature.trim_matches('"');
        let is_on = features.contains(&feature);
        used.extend(is_on.then_some(feature));
        return Some(is_on);
    }
    (term == "test" || term == "doc" || term == "docsrs").then_some(false)
}

/// The feature under which `extern crate std` stands, if it is on.
fn taken_back(source: &str, features: &[&str]) -> Option<String> {
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let places = lines.iter().enumerate().filter(|(_, line)| {
        ["extern crate std;", "pub extern crate std;"].contains(line)
            || line.starts_with("extern crate std as ")
    });
    let mut features = places.filter_map(|(at, _)| {
        let before = lines.get(at.checked_sub(1)?)?;
        let condition = before
            .strip_prefix("#[cfg(feature = \"")?
            .strip_suffix("\")]")?;
        features.contains(&condition).then(|| condition.to_owned())
    });
    features.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, features: &[&str], expected: &Std) {
        assert_eq!(std_of(source, features), *expected, "{source}");
    }

    #[test]
    fn an_attribute_or_none() {
        check("//! Docs.\n#![no_std]\n", &[], &Std::Without);
        check("#![deny(missing_docs)]\n#![no_main]\n", &[], &Std::Always);
        check("// #![no_std]\n", &[], &Std::Always);
    }

    #[test]
    fn features_that_take_it_back() {
        let feature = || Std::Feature("std".to_owned());
        let usual = "#![cfg_attr(not(feature = \"std\"), no_std)]";
        check(usual, &["std"], &feature());
        check(usual, &["alloc"], &Std::Without);
        let long = "#![cfg_attr(\n    not(any(test, feature = \"std\")),\n    no_std\n)]";
        check(long, &["std"], &feature());
        check(long, &[], &Std::Without);
        let external = "#![no_std]\n#[cfg(feature = \"std\")]\nextern crate std;\n";
        check(external, &["std"], &feature());
        check(external, &[], &Std::Without);
        check(
            "#![no_std]\n#[cfg(test)]\nextern crate std;\n",
            &["std"],
            &Std::Without,
        );
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        check(
            "#![cfg_attr(target_os = \"none\", no_std)]",
            &["std"],
            &Std::Without,
        );
        check(
            "#![cfg_attr(all(not(feature = \"std\"), unix), no_std)]",
            &[],
            &Std::Without,
        );
        check("#![cfg_attr(", &[], &Std::Always);
    }
}
